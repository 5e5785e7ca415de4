-- Condition: from a day to another, whole days. $oldest, $newest: which.
window_start >= $oldest AND window_start < $newest + INTERVAL '1' DAY
