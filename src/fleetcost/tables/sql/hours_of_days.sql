-- Condition: on these days. $days: which; $oldest, $newest: their range.
window_start >= $oldest AND window_start < $newest + INTERVAL '1' DAY
    AND date_trunc('day', window_start) IN (SELECT unnest($days))
