-- The allocations of a day at the level that is asked for, each with whether the filter lets it through.
-- {days}, {hours}: which windows; {passes}: the filter; {namespace}, {controller_kind}, {controller}, {pod}, {container}:
-- what differs at this level, NULL for the rest.
WITH every AS (
    SELECT * FROM container_1d WHERE {days}
    UNION ALL BY NAME
    SELECT h.* FROM (SELECT * FROM container_1h WHERE {hours}) AS h
    ANTI JOIN (SELECT cluster FROM container_1d WHERE {days}) AS d ON d.cluster = h.cluster
),
labelled AS (
    SELECT c.*, l.labels, l.annotations, l.namespace_labels, l.namespace_annotations, l.services
    FROM every AS c
    LEFT JOIN (
        SELECT label_set, any_value(labels) AS labels, any_value(annotations) AS annotations,
            any_value(namespace_labels) AS namespace_labels, any_value(namespace_annotations) AS namespace_annotations,
            any_value(services) AS services
        FROM label_set GROUP BY label_set
    ) AS l ON l.label_set = c.label_set
)
SELECT cluster, currency, kind, node, label_set, {passes} AS passes, namespace AS own_namespace, {namespace} AS namespace,
    {controller_kind} AS controller_kind, {controller} AS controller, {pod} AS pod, {pod_uid} AS pod_uid,
    {container} AS container,
    nanos(cpu_cost) AS cpu, nanos(ram_cost) AS ram, nanos(gpu_cost) AS gpu,
    nanos(cpu_cost + cpu_cost_adjustment + ram_cost + ram_cost_adjustment + gpu_cost + gpu_cost_adjustment) AS page,
    nanos(network_cost) AS network, nanos(network_cost + network_cost_adjustment) AS network_page,
    cpu_core_hours, ram_byte_hours::HUGEINT AS ram_byte_hours, gpu_hours, volumes, load_balancers,
    (network_transfer_bytes + network_receive_bytes)::HUGEINT AS network_bytes
FROM labelled
