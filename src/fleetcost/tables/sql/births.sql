-- When each cluster was there for the first time, as one resolution sees it; nothing where all its sets are gone. {seen}: when
-- a set says that its cluster was there.
SELECT cluster, min(CASE WHEN state <> 'deleted' THEN {seen} END) AS born FROM ledger GROUP BY cluster ORDER BY cluster
