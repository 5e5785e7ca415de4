-- What the allocations of touched cluster-windows take of their assets' adjustments: one row per container's row and
-- resource, with the amount that its group shares and its weight in it.
CREATE OR REPLACE TEMP TABLE bill_share AS
WITH own AS (
    SELECT c.rowid AS row, hash(c.namespace, c.pod, c.container, c.pod_uid) AS tie, c.* FROM container_{res} AS c
    JOIN bill_touched AS t ON t.cluster = c.cluster AND t.window_start = c.window_start
),
on_node AS (
    SELECT row, tie, cluster, window_start, node AS thing, unnest([
        {'resource': 'cpu', 'weight': greatest(nanos(cpu_cost), 0)},
        {'resource': 'ram', 'weight': greatest(nanos(ram_cost), 0)},
        {'resource': 'gpu', 'weight': greatest(nanos(gpu_cost), 0)}
    ], recursive := true)
    FROM own WHERE kind = 'workload'
),
of_node AS (
    SELECT n.cluster, n.window_start, n.node AS thing, unnest([
        {'resource': 'cpu', 'list': nanos(n.cpu_cost), 'adjustment': nanos(n.cpu_adjustment)},
        {'resource': 'ram', 'list': nanos(n.ram_cost), 'adjustment': nanos(n.ram_adjustment)},
        {'resource': 'gpu', 'list': nanos(n.gpu_cost), 'adjustment': nanos(n.gpu_adjustment)}
    ], recursive := true)
    FROM node_share_{res} AS n
    JOIN bill_touched AS t ON t.cluster = n.cluster AND t.window_start = n.window_start
),
on_disk AS (
    SELECT row, tie, cluster, window_start, v.volume AS thing, 'pv' AS resource,
        CASE WHEN (sum(v.cost) OVER (PARTITION BY cluster, window_start, v.volume)) > 0
            THEN greatest(nanos(v.cost), 0) ELSE v.byte_hours::HUGEINT END AS weight
    FROM (SELECT row, tie, cluster, window_start, unnest(volumes) AS v FROM own)
),
on_balancer AS (
    SELECT row, tie, cluster, window_start, b.service AS thing, 'load_balancer' AS resource,
        greatest(nanos(b.cost), 0) AS weight
    FROM (SELECT row, tie, cluster, window_start, unnest(load_balancers) AS b FROM own)
),
on_network AS (
    SELECT row, tie, cluster, window_start, '' AS thing, 'network' AS resource, greatest(nanos(network_cost), 0) AS weight
    FROM own WHERE network_cost <> 0
),
of_asset AS (
    SELECT a.cluster, a.window_start,
        CASE a.type WHEN 'Disk' THEN coalesce(nullif(a.volume_name, ''), a.name) WHEN 'Network' THEN '' ELSE a.name END
            AS thing,
        CASE a.type WHEN 'Disk' THEN 'pv' WHEN 'Network' THEN 'network' ELSE 'load_balancer' END AS resource,
        nanos(sum(a.cost)) AS list, nanos(sum(a.adjustment)) AS adjustment
    FROM asset_{res} AS a
    JOIN bill_touched AS t ON t.cluster = a.cluster AND t.window_start = a.window_start
    WHERE (a.type = 'Disk' AND NOT a.local) OR a.type IN ('LoadBalancer', 'Network')
    GROUP BY ALL
),
sharers AS (
    SELECT row, tie, cluster, window_start, thing, resource, weight FROM on_node
    UNION ALL
    SELECT row, tie, cluster, window_start, thing, resource, weight FROM on_disk
    UNION ALL
    SELECT row, tie, cluster, window_start, thing, resource, weight FROM on_balancer
    UNION ALL
    SELECT row, tie, cluster, window_start, thing, resource, weight FROM on_network
),
shared AS (
    SELECT cluster, window_start, thing, resource, list, adjustment FROM of_node WHERE adjustment <> 0
    UNION ALL
    SELECT cluster, window_start, thing, resource, list, adjustment FROM of_asset WHERE adjustment <> 0
),
aimed AS (
    SELECT w.*, CASE
        WHEN w.held = s.list THEN s.adjustment
        WHEN s.list <= 0 THEN CASE WHEN s.resource IN ('cpu', 'ram', 'gpu') THEN 0 ELSE s.adjustment END
        WHEN w.held > s.list AND s.resource NOT IN ('cpu', 'ram', 'gpu') THEN s.adjustment
        ELSE s.adjustment * w.held // s.list END AS amount
    FROM (
        SELECT *, (sum(weight) OVER (PARTITION BY cluster, window_start, thing, resource))::HUGEINT AS held
        FROM sharers
    ) AS w
    JOIN shared AS s USING (cluster, window_start, thing, resource)
)
SELECT row, tie, resource, cluster, window_start, thing, amount::HUGEINT AS amount, weight FROM aimed;
