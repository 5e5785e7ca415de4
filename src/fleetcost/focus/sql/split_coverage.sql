-- The part of a day in which the source of each cluster was seen; the fuller of its day and its hours.
-- {day}, {next_day}: which.
SELECT cluster, least(max(ratio), 1)::DECIMAL(9, 6) AS ratio
FROM (
    SELECT cluster, sum(coverage_minutes) / 1440 AS ratio FROM ledger
    WHERE kind = 'allocations' AND state = 'ingested' AND window_start >= {day} AND window_start < {next_day}
    GROUP BY cluster, resolution
)
GROUP BY cluster
