-- The cluster-windows whose sets bring adjustments of their own. {touched}: which cluster-windows; {adjusted}: whether a
-- row has one.
SELECT DISTINCT cluster, '{kind}' AS kind, '{res}' AS resolution, window_start
FROM {table}_{res}
WHERE {touched} AND ({adjusted});
