-- Windows of which nothing is missing and nothing estimated, in one currency: cluster, window_start, the fewest minutes
-- observed. Their state does not change with time. $start, $end: which windows; $now: those that had ended; $resolution;
-- $kind, $other: the kinds of set that must be there, {kinds} of them.
SELECT cluster, window_start, window_end, min(coverage_minutes) AS observed
FROM ledger
WHERE resolution = $resolution AND kind IN ($kind, $other) AND state <> 'deleted'
    AND window_start >= $start AND window_start < $end AND window_end <= $now
GROUP BY cluster, window_start, window_end
HAVING count(*) = {kinds} AND count(DISTINCT nullif(currency, '')) <= 1
    AND bool_and(state = 'ingested' AND final AND coalesce(estimated_minutes, 0) = 0
        AND coverage_minutes * 60 >= seconds_between(window_start, window_end)::DOUBLE)
