-- Rows and the assets that should carry them: those found by id, and the fees of clusters found by name.
WITH fees AS (
    SELECT r.row, a.asset
    FROM (
        SELECT o.row, o.day, o.cluster_name
        FROM bill_row AS o
        ANTI JOIN bill_hit AS h ON h.row = o.row
        WHERE o.category = 'Management' AND o.cluster_name <> ''
    ) AS r
    JOIN bill_cluster AS c ON c.name = lower(r.cluster_name)
    JOIN bill_asset AS a ON a.cluster = c.cluster AND a.day = r.day AND a.type = 'ClusterManagement'
),
linked AS (
    SELECT row, asset FROM bill_hit WHERE asset IS NOT NULL
    UNION
    SELECT row, asset FROM fees
)
SELECT l.row, l.asset, a.currency = r.currency AS same
FROM linked AS l
JOIN bill_row AS r ON r.row = l.row
JOIN bill_asset AS a ON a.asset = l.asset;
