-- Which rows belong to which assets, by id: those of the row's own category before others, nodes before disks. Traffic of
-- a node belongs to its cluster's network. Names are only unique inside a project, and ids of volumes sometimes inside a
-- cluster: where a row says which, and one of the assets is there, the others are not meant.
WITH found AS (
    SELECT r.row, a.asset, a.cluster, a.day, r.cluster_name,
        CASE
            WHEN r.category = CASE a.type
                WHEN 'Node' THEN 'Compute' WHEN 'Disk' THEN 'Storage' WHEN 'ClusterManagement' THEN 'Management'
                ELSE 'Network' END THEN 1
            WHEN r.category = 'Network' AND a.type IN ('Node', 'Disk') THEN 4
            WHEN a.type = 'Node' THEN 2
            ELSE 3
        END AS place,
        lower(r.cluster_name) = lower(a.cluster) AS named,
        r.provider = 'GCP' AND a.project <> '' AND r.account_id <> '' AND lower(a.project) <> lower(r.account_id)
            AS elsewhere
    FROM bill_row AS r
    JOIN bill_key AS k ON k.day = r.day AND k.key = r.key
    JOIN bill_asset AS a ON a.asset = k.asset
    WHERE r.key <> ''
),
located AS (
    SELECT *, bool_and(elsewhere) OVER (PARTITION BY asset) AS nowhere FROM found
),
there AS (
    SELECT *, bool_or(named) OVER (PARTITION BY row) AS any_named FROM located WHERE NOT elsewhere OR nowhere
),
meant AS (
    SELECT *, min(place) OVER (PARTITION BY row) AS best FROM there WHERE named OR NOT any_named
)
SELECT DISTINCT b.row, CASE WHEN b.place = 4 THEN n.asset ELSE b.asset END AS asset, b.day, b.cluster, b.cluster_name
FROM (SELECT * FROM meant WHERE place = best) AS b
LEFT JOIN (SELECT asset, cluster, day FROM bill_asset WHERE type = 'Network') AS n
    ON b.place = 4 AND n.cluster = b.cluster AND n.day = b.day;
