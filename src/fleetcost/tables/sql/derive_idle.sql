-- Idle of the touched cluster-windows: a node's cost minus what was allocated on it, per resource, adjustments included.
-- Only where both sets are there: without allocations a whole node would look idle, without assets there is nothing.
INSERT INTO idle_{res}
WITH touched AS (
    SELECT unnest($clusters) AS cluster, unnest($starts) AS window_start
),
paired AS (
    SELECT t.cluster, t.window_start
    FROM touched AS t
    JOIN ledger AS l ON l.cluster = t.cluster AND l.window_start = t.window_start
    WHERE l.resolution = '{res}' AND l.state = 'ingested'
    GROUP BY t.cluster, t.window_start
    HAVING count(DISTINCT l.kind) = 2
),
allocated AS (
    SELECT a.cluster, a.window_start, a.node,
        sum(a.cpu_cost + a.cpu_cost_adjustment) AS cpu_cost,
        sum(a.ram_cost + a.ram_cost_adjustment) AS ram_cost,
        sum(a.gpu_cost + a.gpu_cost_adjustment) AS gpu_cost
    FROM node_{res} AS a
    JOIN paired AS b ON b.cluster = a.cluster AND b.window_start = a.window_start
    WHERE a.kind = 'workload' AND a.window_start BETWEEN $oldest AND $newest
    GROUP BY a.cluster, a.window_start, a.node
),
nodes AS (
    SELECT n.*
    FROM node_share_{res} AS n
    JOIN paired AS b ON b.cluster = n.cluster AND b.window_start = n.window_start
    WHERE n.window_start BETWEEN $oldest AND $newest
)
SELECT n.cluster, n.window_start, n.window_end, n.currency, n.node, n.provider_id, n."start", n."end",
    n.cpu_cost + n.cpu_adjustment - coalesce(a.cpu_cost, 0) AS cpu_cost,
    n.ram_cost + n.ram_adjustment - coalesce(a.ram_cost, 0) AS ram_cost,
    n.gpu_cost + n.gpu_adjustment - coalesce(a.gpu_cost, 0) AS gpu_cost
FROM nodes AS n
LEFT JOIN allocated AS a ON a.cluster = n.cluster AND a.window_start = n.window_start AND a.node = n.node
ORDER BY n.window_start, n.cluster, n.node;
