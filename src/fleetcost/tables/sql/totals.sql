-- Rows and cost of the touched cluster-windows, to hold against what the files say of themselves. {rows}: their number.
SELECT cluster, window_start, {rows} AS rows, sum({costs}) AS cost
FROM {table}_{res}
WHERE {touched}
GROUP BY cluster, window_start;
