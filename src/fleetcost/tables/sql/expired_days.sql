-- The days of the windows that ended at or before $before.
SELECT DISTINCT date_trunc('day', window_start)::TIMESTAMP
FROM ledger
WHERE resolution = '{res}' AND window_end <= $before
ORDER BY ALL;
