-- Ledger rows, newest windows first. The ledger of an older lake has no `format_version` or `estimated_minutes`.
-- {which}: a condition.
SELECT path, cluster, kind, resolution, window_start, window_end, etag, size_bytes, written_at, ingested_at, state,
    reason, rows, total_cost, currency, coverage_minutes, final, cluster_uid, source, built_at, agent_version, digest,
    coalesce(format_version, 1) AS format_version,
    coalesce(estimated_minutes, 0) AS estimated_minutes
FROM ledger
WHERE {which}
ORDER BY window_start DESC, cluster, kind, resolution;
