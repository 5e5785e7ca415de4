-- Condition: of these days. $days: which; $oldest, $newest: their range.
window_start BETWEEN $oldest AND $newest AND window_start IN (SELECT unnest($days))
