-- What the allocations of touched cluster-windows take of their assets' adjustments: one row per container's row and
-- resource, with the amount that its group shares and its weight in it.
WITH own AS (
    SELECT c.rowid AS row, hash(c.namespace, c.pod, c.container, c.pod_uid, c.kind, c.node, c.provider_id,
            c.controller_kind, c.controller, c."start", c."end", c.cpu_cost, c.ram_cost, c.gpu_cost, c.pv_cost,
            c.network_cost, c.load_balancer_cost, c.label_set) AS tie, c.cluster, c.window_start, c.kind,
        c.node, c.cpu_cost, c.ram_cost, c.gpu_cost, c.volumes, c.load_balancers, c.network_cost
    FROM container_{res} AS c
    JOIN bill_touched AS t ON t.cluster = c.cluster AND t.window_start = c.window_start
),
on_node AS (
    SELECT row, tie, cluster, window_start, thing, w.resource AS resource, w.weight AS weight
    FROM (
        SELECT row, tie, cluster, window_start, node AS thing,
            unnest(weights_of(greatest(nanos(cpu_cost), 0), greatest(nanos(ram_cost), 0), greatest(nanos(gpu_cost), 0)))
                AS w
        FROM own WHERE kind = 'workload'
    )
),
of_node AS (
    SELECT cluster, window_start, thing, p.resource AS resource, p.list AS list, p.adjustment AS adjustment
    FROM (
        SELECT n.cluster, n.window_start, n.node AS thing,
            unnest(prices_of(nanos(n.cpu_cost), nanos(n.cpu_adjustment), nanos(n.ram_cost), nanos(n.ram_adjustment),
                nanos(n.gpu_cost), nanos(n.gpu_adjustment))) AS p
        FROM node_share_{res} AS n
        JOIN bill_touched AS t ON t.cluster = n.cluster AND t.window_start = n.window_start
    )
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
assets AS (
    SELECT a.cluster, a.window_start, a.cost, a.adjustment,
        CASE a.type WHEN 'Disk' THEN coalesce(nullif(a.volume_name, ''), a.name) WHEN 'Network' THEN '' ELSE a.name END
            AS thing,
        CASE a.type WHEN 'Disk' THEN 'pv' WHEN 'Network' THEN 'network' ELSE 'load_balancer' END AS resource
    FROM asset_{res} AS a
    JOIN bill_touched AS t ON t.cluster = a.cluster AND t.window_start = a.window_start
    WHERE (a.type = 'Disk' AND NOT a.local) OR a.type IN ('LoadBalancer', 'Network')
),
of_asset AS (
    SELECT cluster, window_start, thing, resource, nanos(sum(cost)) AS list, nanos(sum(adjustment)) AS adjustment
    FROM assets
    GROUP BY cluster, window_start, thing, resource
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
of_any AS (
    SELECT cluster, window_start, thing, resource, list, adjustment FROM of_node WHERE adjustment <> 0
    UNION ALL
    SELECT cluster, window_start, thing, resource, list, adjustment FROM of_asset WHERE adjustment <> 0
),
-- Adjustments that an asset set itself brings are not handed on: who wrote it has done that.
shared AS (
    SELECT s.*
    FROM of_any AS s
    ANTI JOIN (SELECT cluster, window_start FROM own_adjusted WHERE kind = 'assets' AND resolution = '{res}') AS o
        ON o.cluster = s.cluster AND o.window_start = s.window_start
),
weighed AS (
    SELECT *, (sum(weight) OVER (PARTITION BY cluster, window_start, thing, resource))::HUGEINT AS held FROM sharers
)
SELECT w.row, w.tie, w.resource, w.cluster, w.window_start, w.thing, w.weight,
    (CASE
        WHEN w.held = s.list THEN s.adjustment
        WHEN s.list <= 0 THEN CASE WHEN s.resource IN ('cpu', 'ram', 'gpu') THEN 0 ELSE s.adjustment END
        WHEN w.held > s.list AND s.resource NOT IN ('cpu', 'ram', 'gpu') THEN s.adjustment
        ELSE quotient(s.adjustment * w.held, s.list) END)::HUGEINT AS amount
FROM weighed AS w
JOIN shared AS s ON s.cluster = w.cluster AND s.window_start = w.window_start AND s.thing = w.thing
    AND s.resource = w.resource;
