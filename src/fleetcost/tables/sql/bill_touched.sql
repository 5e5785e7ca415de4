-- Cluster-windows whose allocations must be looked at: adjustments of their assets have changed, or they were loaded anew
-- and their assets have adjustments. {loaded}: cluster-windows that were loaded anew.
WITH adjusted AS (
    SELECT DISTINCT cluster, window_start FROM asset_{res} WHERE adjustment <> 0
),
touched AS (
    SELECT cluster, window_start FROM bill_change
    UNION
    SELECT a.cluster, a.window_start
    FROM adjusted AS a
    SEMI JOIN ({loaded}) AS n ON n.cluster = a.cluster AND n.window_start = a.window_start
)
SELECT t.cluster, t.window_start
FROM touched AS t
ANTI JOIN (SELECT cluster, window_start FROM own_adjusted WHERE resolution = '{res}') AS o
    ON o.cluster = t.cluster AND o.window_start = t.window_start;
