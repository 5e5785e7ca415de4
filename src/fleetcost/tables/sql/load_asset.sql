-- Load asset files. $files: paths; $clusters, $starts, $ends, $currencies: what is known of each, in their order.
INSERT INTO asset_{res} BY NAME
SELECT
    $clusters[(file_index + 1)::BIGINT] AS cluster,
    $starts[(file_index + 1)::BIGINT] AS window_start,
    $ends[(file_index + 1)::BIGINT] AS window_end,
    $currencies[(file_index + 1)::BIGINT] AS currency,
    type, name, provider_id, provider, account, project, service, region,
    to_json(labels)::VARIANT AS labels,
    "start"::TIMESTAMP AS "start",
    "end"::TIMESTAMP AS "end",
    cost, adjustment, credit, node_type, pool, preemptible, discount,
    cpu_core_hours, ram_byte_hours, gpu_hours, cpu_cost, ram_cost, gpu_cost,
    cpu_system_fraction, cpu_user_fraction, cpu_other_fraction, ram_system_fraction, ram_user_fraction,
    cpu_overhead_fraction, ram_overhead_fraction,
    byte_hours, byte_usage_hours, byte_usage_max, storage_class, volume_name, claim_name, claim_namespace,
    local, private, ip, price_source
FROM read_parquet($files);
