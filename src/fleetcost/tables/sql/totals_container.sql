-- Rows and cost of cluster-windows, from single rows.
SELECT cluster, window_start, count(*) AS rows, sum({costs}) AS cost
FROM container_{res}
GROUP BY cluster, window_start
