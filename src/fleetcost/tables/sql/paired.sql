-- The touched cluster-windows that have both sets: without allocations a whole node would look idle, without assets there
-- is nothing.
SELECT cluster, window_start
FROM ledger
WHERE resolution = '{res}' AND state = 'ingested' AND {touched}
GROUP BY cluster, window_start
HAVING count(DISTINCT kind) = 2
