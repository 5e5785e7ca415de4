-- The ledger rows of the windows of some days. $days: their beginnings.
SELECT path, cluster, kind, resolution, window_start, window_end, etag, size_bytes, written_at, ingested_at, state,
    reason, rows, total_cost, currency, coverage_minutes, final, cluster_uid, source, built_at, agent_version, digest
FROM ledger
WHERE date_trunc('day', window_start) IN (SELECT unnest($days))
ORDER BY window_start DESC, cluster, kind, resolution;
