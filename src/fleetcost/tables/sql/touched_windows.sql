-- The cluster-windows of what was touched. {table}: where from.
SELECT DISTINCT cluster, window_start FROM {table} ORDER BY cluster, window_start;
