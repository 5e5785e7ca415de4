-- Which cluster of the fleet has which name in a bill: as most of its own rows say, else the one of that id.
CREATE OR REPLACE TEMP TABLE bill_cluster AS
WITH learned AS (
    SELECT lower(cluster_name) AS name, cluster
    FROM (SELECT * FROM bill_hit QUALIFY min(cluster) OVER (PARTITION BY row) = max(cluster) OVER (PARTITION BY row))
    WHERE cluster_name <> ''
    GROUP BY lower(cluster_name), cluster
    QUALIFY row_number() OVER (PARTITION BY lower(cluster_name) ORDER BY count(*) DESC, cluster) = 1
)
SELECT * FROM learned
UNION ALL
SELECT lower(cluster), min(cluster) FROM ledger
WHERE state <> 'deleted' AND lower(cluster) NOT IN (SELECT name FROM learned)
GROUP BY lower(cluster);
