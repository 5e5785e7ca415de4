-- Rows and cost of the touched cluster-windows, to hold against what the files say of themselves.
SELECT cluster, window_start, count(*) AS rows, sum(cost + adjustment) AS cost
FROM asset_{res}
WHERE {touched}
GROUP BY cluster, window_start;
