-- Cluster-windows whose allocations must be looked at: adjustments of their assets have changed, or they were loaded again
-- and their assets or their allocations have adjustments: these may follow from assets that are gone. {loaded}:
-- cluster-windows that were loaded again or dropped. Adjustments that an allocation set itself brings are never changed.
WITH loaded AS ({loaded}),
touched AS (
    SELECT cluster, window_start FROM bill_change
    UNION
    SELECT a.cluster, a.window_start
    FROM (SELECT cluster, window_start FROM asset_{res} WHERE adjustment <> 0) AS a
    SEMI JOIN loaded AS n ON n.cluster = a.cluster AND n.window_start = a.window_start
    UNION
    SELECT c.cluster, c.window_start
    FROM (
        SELECT cluster, window_start
        FROM container_{res}
        WHERE cpu_cost_adjustment <> 0 OR ram_cost_adjustment <> 0 OR gpu_cost_adjustment <> 0
            OR pv_cost_adjustment <> 0 OR network_cost_adjustment <> 0 OR load_balancer_cost_adjustment <> 0
    ) AS c
    SEMI JOIN loaded AS n ON n.cluster = c.cluster AND n.window_start = c.window_start
)
SELECT t.cluster, t.window_start
FROM touched AS t
ANTI JOIN (SELECT cluster, window_start FROM own_adjusted WHERE kind = 'allocations' AND resolution = '{res}') AS o
    ON o.cluster = t.cluster AND o.window_start = t.window_start;
