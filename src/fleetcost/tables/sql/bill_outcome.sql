-- What became of the rows of bills.
WITH linked AS (
    SELECT l.row,
        count(*) AS assets, count(*) FILTER (WHERE l.same) AS same, min(a.cluster) AS cluster,
        bool_or(a.own) AS own, coalesce(bool_or(b.blocked), FALSE) AS blocked
    FROM bill_link AS l
    JOIN bill_asset AS a ON a.asset = l.asset
    LEFT JOIN bill_billed AS b ON b.asset = l.asset
    GROUP BY l.row
),
hit AS (
    SELECT row, min(cluster) AS cluster FROM bill_hit GROUP BY row
)
SELECT r.row, coalesce(k.cluster, h.cluster, m.cluster, '') AS cluster,
    CASE
        WHEN k.same > 0 AND k.own THEN '{own}'
        WHEN k.same > 0 AND k.blocked THEN '{waiting}'
        WHEN k.same > 0 THEN '{matched}'
        WHEN k.assets > 0 THEN '{other_currency}'
        WHEN h.cluster IS NOT NULL OR m.cluster IS NOT NULL THEN '{no_asset}'
        WHEN r.cluster_name <> '' THEN '{unmonitored}'
        WHEN r.kubernetes THEN '{no_asset}'
        ELSE '{outside}'
    END AS outcome
FROM bill_row AS r
LEFT JOIN linked AS k ON k.row = r.row
LEFT JOIN hit AS h ON h.row = r.row
LEFT JOIN bill_named AS m ON m.row = r.row;
