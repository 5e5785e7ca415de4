-- Rows and cost of cluster-windows from single rows, and the rows without a value that every row must have. {costs}: of a
-- row; {missing}: whether a value is missing.
SELECT cluster, window_start, count(*) AS rows, sum({costs}) AS cost, count(*) FILTER (WHERE {missing}) AS missing
FROM {table}_{res}
GROUP BY cluster, window_start
