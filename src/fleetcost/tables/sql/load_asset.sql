-- Rows of asset sets, each with the cluster-window of its set. {sets}: the rows; {place}: how a row's cluster, window and
-- currency are read; {labels}: how labels are kept.
SELECT
    {place},
    type, name, provider_id, provider, account, project, service, region,
    {labels} AS labels,
    "start"::TIMESTAMP AS "start",
    "end"::TIMESTAMP AS "end",
    cost, adjustment, credit, node_type, pool, preemptible, discount,
    cpu_core_hours, ram_byte_hours, gpu_hours, cpu_cost, ram_cost, gpu_cost,
    cpu_system_fraction, cpu_user_fraction, cpu_other_fraction, ram_system_fraction, ram_user_fraction,
    cpu_overhead_fraction, ram_overhead_fraction,
    byte_hours, byte_usage_hours, byte_usage_max, storage_class, volume_name, claim_name, claim_namespace,
    local, private, ip, price_source
FROM {sets};
