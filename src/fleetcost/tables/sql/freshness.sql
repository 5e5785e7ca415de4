-- One row per cluster of the ledger: how fresh and how whole it is. Objects that left the bucket do not count.
SELECT cluster,
    max(written_at) AS last_upload,
    max(window_start) FILTER (WHERE resolution = '1h' AND state = 'ingested') AS newest_hour,
    coalesce(date_diff('day', min(window_start) FILTER (WHERE day), max(window_start) FILTER (WHERE day)) + 1, 0)
        - count(DISTINCT window_start) FILTER (WHERE day) AS missing_days,
    count(*) FILTER (WHERE state IN ('damaged', 'refused')) AS unusable,
    count(DISTINCT cluster_uid) FILTER (WHERE cluster_uid <> '' AND written_at > $since) AS identities
FROM (SELECT *, resolution = '1d' AND state = 'ingested' AND kind = 'allocations' AS day FROM ledger)
WHERE state <> 'deleted'
GROUP BY cluster
ORDER BY cluster;
