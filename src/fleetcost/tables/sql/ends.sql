-- Condition: of the few entries that say when each cluster was seen first and last, and when something of it was written
-- last. Of equal ends that of the longer window comes last, as the order of the ledger has it; one entry is of each cluster.
path IN (
    SELECT unnest([
        any_value(path),
        arg_min(path, window_start) FILTER (WHERE state = 'ingested' AND coverage_minutes > 0),
        arg_max(path, (window_end, ingested_at, window_start, kind = 'allocations'))
            FILTER (WHERE state = 'ingested' AND coverage_minutes > 0),
        arg_max(path, written_at) FILTER (WHERE state = 'ingested'),
        arg_max(path, ingested_at) FILTER (WHERE state = 'ingested'),
        arg_max(path, written_at) FILTER (WHERE state <> 'deleted'),
        arg_max(path, ingested_at) FILTER (WHERE state <> 'deleted')
    ]) FROM ledger GROUP BY cluster
)
