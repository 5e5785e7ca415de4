-- Which cluster of the fleet each row names. Some exports write a tag's key with underscores for every sign, and with it the
-- name in the key: a name that is no cluster's is compared without its signs, where that means one cluster.
WITH plain AS (
    SELECT day, plain, min(cluster) AS least_one, max(cluster) AS greatest_one
    FROM (SELECT day, plain_key(name) AS plain, cluster FROM bill_cluster)
    GROUP BY day, plain
)
SELECT r.row, coalesce(c.cluster, p.least_one) AS cluster
FROM bill_row AS r
LEFT JOIN bill_cluster AS c ON c.day = r.day AND c.name = lower(r.cluster_name)
LEFT JOIN plain AS p ON p.day = r.day AND p.plain = plain_key(r.cluster_name)
    AND p.least_one = p.greatest_one
WHERE r.cluster_name <> '' AND (c.cluster IS NOT NULL OR p.least_one IS NOT NULL);
