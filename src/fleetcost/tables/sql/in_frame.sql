-- Condition: of windows of a frame that are not among the whole ones. {whole}: the query of these. $resolution, $start, $end.
resolution = $resolution AND window_start >= $start AND window_start < $end AND NOT EXISTS (
    SELECT 1 FROM ({whole}) AS w WHERE w.cluster = ledger.cluster AND w.window_start = ledger.window_start
)
