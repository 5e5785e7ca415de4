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
    SELECT n.cluster, n.window_start, n.name AS node,
        any_value(n.window_end) AS window_end,
        any_value(n.currency) AS currency,
        min(n.provider_id) AS provider_id,
        min(n."start") AS "start",
        max(n."end") AS "end",
        sum(n.cost + n.adjustment) AS cost,
        sum(n.cpu_cost) AS cpu_cost,
        sum(n.ram_cost) AS ram_cost,
        sum(n.gpu_cost) AS gpu_cost,
        sum(n.adjustment) AS adjustment
    FROM asset_{res} AS n
    JOIN paired AS b ON b.cluster = n.cluster AND b.window_start = n.window_start
    WHERE n.type = 'Node' AND n.window_start BETWEEN $oldest AND $newest
    GROUP BY n.cluster, n.window_start, n.name
),
-- A bill adjusts a node as a whole; its resources take their part in proportion, the last one the exact rest.
adjusted AS (
    SELECT *,
        CASE WHEN cpu_cost + ram_cost + gpu_cost = 0 THEN 0
            ELSE (adjustment::DOUBLE * cpu_cost / (cpu_cost + ram_cost + gpu_cost)) END::DECIMAL(38, 9) AS cpu_part,
        CASE WHEN cpu_cost + ram_cost + gpu_cost = 0 THEN 0
            ELSE (adjustment::DOUBLE * gpu_cost / (cpu_cost + ram_cost + gpu_cost)) END::DECIMAL(38, 9) AS gpu_part
    FROM nodes
)
SELECT n.cluster, n.window_start, n.window_end, n.currency, n.node, n.provider_id, n."start", n."end",
    n.cpu_cost + n.cpu_part - coalesce(a.cpu_cost, 0) AS cpu_cost,
    n.ram_cost + (n.adjustment - n.cpu_part - n.gpu_part) - coalesce(a.ram_cost, 0) AS ram_cost,
    n.gpu_cost + n.gpu_part - coalesce(a.gpu_cost, 0) AS gpu_cost
FROM adjusted AS n
LEFT JOIN allocated AS a ON a.cluster = n.cluster AND a.window_start = n.window_start AND a.node = n.node
ORDER BY n.window_start, n.cluster, n.node;
