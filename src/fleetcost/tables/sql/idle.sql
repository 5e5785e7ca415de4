-- Idle of cluster-windows: a node's cost minus what was allocated on it, per resource, adjustments included.
-- {paired}: cluster-windows that have both sets; {span}: which windows they are of.
WITH paired AS ({paired}),
allocated AS (
    SELECT a.cluster, a.window_start, a.node,
        sum(a.cpu_cost_estimated) AS cpu_cost_estimated,
        sum(a.cpu_cost + a.cpu_cost_adjustment) AS cpu_cost,
        sum(a.ram_cost_estimated) AS ram_cost_estimated,
        sum(a.ram_cost + a.ram_cost_adjustment) AS ram_cost,
        sum(a.gpu_cost_estimated) AS gpu_cost_estimated,
        sum(a.gpu_cost + a.gpu_cost_adjustment) AS gpu_cost
    FROM (SELECT * FROM node_{res} WHERE {span}) AS a
    JOIN paired AS b ON b.cluster = a.cluster AND b.window_start = a.window_start
    WHERE a.kind = 'workload'
    GROUP BY a.cluster, a.window_start, a.node
),
nodes AS (
    SELECT n.*
    FROM (SELECT * FROM node_share_{res} WHERE {span}) AS n
    JOIN paired AS b ON b.cluster = n.cluster AND b.window_start = n.window_start
)
SELECT n.cluster, n.window_start, n.window_end, n.currency, n.node, n.provider_id, n."start", n."end",
    n.cpu_cost_estimated - coalesce(a.cpu_cost_estimated, 0) AS cpu_cost_estimated,
    n.cpu_cost + n.cpu_adjustment - coalesce(a.cpu_cost, 0) AS cpu_cost,
    n.ram_cost_estimated - coalesce(a.ram_cost_estimated, 0) AS ram_cost_estimated,
    n.ram_cost + n.ram_adjustment - coalesce(a.ram_cost, 0) AS ram_cost,
    n.gpu_cost_estimated - coalesce(a.gpu_cost_estimated, 0) AS gpu_cost_estimated,
    n.gpu_cost + n.gpu_adjustment - coalesce(a.gpu_cost, 0) AS gpu_cost
FROM nodes AS n
LEFT JOIN allocated AS a ON a.cluster = n.cluster AND a.window_start = n.window_start AND a.node = n.node
ORDER BY n.window_start, n.cluster, n.node;
