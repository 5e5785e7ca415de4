-- Remove every row of these cluster-windows from one table. $clusters, $starts: of each; $oldest, $newest: their range.
DELETE FROM {table}_{res}
WHERE window_start BETWEEN $oldest AND $newest
    AND (cluster, window_start) IN (SELECT (unnest($clusters), unnest($starts)));
