-- The cluster-windows whose sets bring adjustments of their own. {touched}: which cluster-windows.
SELECT DISTINCT cluster, 'assets' AS kind, '{res}' AS resolution, window_start
FROM asset_{res}
WHERE {touched} AND adjustment <> 0;
