-- Keep what became of rows, where it is another than before.
UPDATE cloud_cost_1d AS c SET cluster = n.cluster, outcome = n.outcome
FROM ({outcomes}) AS n
WHERE c.rowid = n.row AND (c.cluster <> n.cluster OR c.outcome <> n.outcome);
