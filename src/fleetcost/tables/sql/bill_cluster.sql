-- Which cluster of the fleet has which name in the bills of a day: as most of its own rows say, else the one of that id
-- that has sets of this day. Each day is judged by itself: what is found must not depend on which days are worked through
-- together.
WITH sole AS (
    SELECT day, lower(cluster_name) AS name, cluster
    FROM (
        SELECT day, cluster_name, cluster, min(cluster) OVER (PARTITION BY row) AS least_one,
            max(cluster) OVER (PARTITION BY row) AS greatest_one
        FROM bill_hit
    )
    WHERE cluster_name <> '' AND least_one = greatest_one
),
counted AS (
    SELECT day, name, cluster, count(*) AS times FROM sole GROUP BY day, name, cluster
),
learned AS (
    SELECT day, name, cluster
    FROM (
        SELECT *, row_number() OVER (PARTITION BY day, name ORDER BY times DESC, cluster) AS place FROM counted
    )
    WHERE place = 1
)
SELECT day, name, cluster FROM learned
UNION ALL
SELECT i.day, i.name, i.cluster
FROM (
    SELECT date_trunc('day', window_start)::TIMESTAMP AS day, lower(cluster) AS name, min(cluster) AS cluster
    FROM ledger
    WHERE state <> 'deleted'
    GROUP BY date_trunc('day', window_start)::TIMESTAMP, lower(cluster)
) AS i
ANTI JOIN learned AS k ON k.day = i.day AND k.name = i.name;
