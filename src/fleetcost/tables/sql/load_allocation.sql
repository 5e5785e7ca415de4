-- Load allocation files. $files: paths; $clusters, $starts, $ends, $currencies: what is known of each, in their order.
-- The engine numbers the files of a list from 0, in its order, and the number is one value for all rows of a file.
INSERT INTO container_{res} BY NAME
SELECT
    $clusters[(file_index + 1)::BIGINT] AS cluster,
    $starts[(file_index + 1)::BIGINT] AS window_start,
    $ends[(file_index + 1)::BIGINT] AS window_end,
    $currencies[(file_index + 1)::BIGINT] AS currency,
    kind, node, provider_id, namespace, controller_kind, controller, pod, pod_uid, container,
    {label_set} AS label_set,
    "start"::TIMESTAMP AS "start",
    "end"::TIMESTAMP AS "end",
    cpu_core_hours, cpu_core_request_hours, cpu_core_usage_hours, cpu_core_usage_max, cpu_cost, cpu_cost_adjustment,
    ram_byte_hours, ram_byte_request_hours, ram_byte_usage_hours, ram_byte_usage_max, ram_cost, ram_cost_adjustment,
    gpu_hours, gpu_request_hours, gpu_usage_hours, gpu_usage_max, gpu_cost, gpu_cost_adjustment,
    pv_byte_hours, pv_cost, pv_cost_adjustment, volumes,
    network_transfer_bytes, network_receive_bytes, network_zone_cost, network_region_cost, network_internet_cost,
    network_cost, network_cost_adjustment, load_balancer_cost, load_balancer_cost_adjustment, load_balancers,
    external_cost
FROM read_parquet($files);
