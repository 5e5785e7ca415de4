-- Condition: on these days. $days: their beginnings.
date_trunc('day', window_start) IN (SELECT unnest($days))
