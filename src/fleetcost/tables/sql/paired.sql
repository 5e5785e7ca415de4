-- The touched cluster-windows that have both sets, in one currency: without allocations a whole node would look idle,
-- without assets there is nothing, and unlike currencies are never subtracted.
SELECT cluster, window_start
FROM ledger
WHERE resolution = '{res}' AND state = 'ingested' AND {touched}
GROUP BY cluster, window_start
HAVING count(DISTINCT kind) = 2 AND count(DISTINCT nullif(currency, '')) <= 1
