-- Rows and cost of the touched cluster-windows, to hold against what the files say of themselves.
SELECT cluster, window_start, sum(members)::BIGINT AS rows, sum({costs}) AS cost
FROM namespace_{res}
WHERE {touched}
GROUP BY cluster, window_start;
