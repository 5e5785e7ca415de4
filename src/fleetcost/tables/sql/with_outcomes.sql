-- The rows of bills with what became of them. {columns}: all others; {outcomes}: what was found.
SELECT {columns}, n.cluster, n.outcome
FROM cloud_cost_1d AS t
JOIN ({outcomes}) AS n ON n.row = t.rowid
