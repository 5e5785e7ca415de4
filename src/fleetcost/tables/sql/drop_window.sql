-- Remove every row of these cluster-windows from one table. $keys: cluster and window_start of each.
DELETE FROM {table}_{res}
WHERE (cluster, window_start) IN (SELECT (k.cluster, k.window_start) FROM (SELECT unnest($keys, recursive := true)) AS k);
