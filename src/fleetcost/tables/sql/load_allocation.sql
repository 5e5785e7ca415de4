-- Rows of allocation sets, each with the cluster-window of its set. {sets}: the rows; {place}: how a row's cluster, window
-- and currency are read; {label_set}: the number of its labels.
SELECT
    {place},
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
FROM {sets};
