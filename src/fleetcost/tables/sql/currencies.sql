-- The currencies of each cluster's sets, the newest first.
SELECT cluster, currency, max(window_end) AS newest FROM ledger
WHERE state = 'ingested' AND currency <> ''
GROUP BY cluster, currency ORDER BY newest DESC, cluster, currency
