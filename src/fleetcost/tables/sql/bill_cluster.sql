-- Which cluster of the fleet has which name in a bill: as most of its own rows say, else the one of that id.
WITH sole AS (
    SELECT lower(cluster_name) AS name, cluster
    FROM (
        SELECT cluster_name, cluster, min(cluster) OVER (PARTITION BY row) AS least_one,
            max(cluster) OVER (PARTITION BY row) AS greatest_one
        FROM bill_hit
    )
    WHERE cluster_name <> '' AND least_one = greatest_one
),
counted AS (
    SELECT name, cluster, count(*) AS times FROM sole GROUP BY name, cluster
),
learned AS (
    SELECT name, cluster
    FROM (SELECT name, cluster, row_number() OVER (PARTITION BY name ORDER BY times DESC, cluster) AS place FROM counted)
    WHERE place = 1
)
SELECT name, cluster FROM learned
UNION ALL
SELECT i.name, i.cluster
FROM (SELECT lower(cluster) AS name, min(cluster) AS cluster FROM ledger WHERE state <> 'deleted' GROUP BY lower(cluster))
    AS i
ANTI JOIN learned AS k ON k.name = i.name;
