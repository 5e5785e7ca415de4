-- Condition: of these cluster-windows. $clusters, $starts: which; $oldest, $newest: their range.
window_start BETWEEN $oldest AND $newest AND (cluster, window_start) IN (SELECT (unnest($clusters), unnest($starts)))
