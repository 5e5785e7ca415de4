-- Keep what became of rows, where it is another than before.
UPDATE cloud_cost_1d AS c SET cluster = n.cluster, outcome = n.outcome
FROM (
    SELECT r.row,
        coalesce(any_value(k.cluster), any_value(h.cluster), any_value(m.cluster), '') AS cluster,
        CASE
            WHEN count(k.asset) FILTER (k.same) > 0 AND bool_or(k.own) THEN '{own}'
            WHEN count(k.asset) FILTER (k.same) > 0 AND bool_or(k.blocked) THEN '{waiting}'
            WHEN count(k.asset) FILTER (k.same) > 0 THEN '{matched}'
            WHEN count(k.asset) > 0 THEN '{other_currency}'
            WHEN any_value(h.cluster) IS NOT NULL OR any_value(m.cluster) IS NOT NULL THEN '{no_asset}'
            WHEN r.cluster_name <> '' THEN '{unmonitored}'
            WHEN r.kubernetes THEN '{no_asset}'
            ELSE '{outside}'
        END AS outcome
    FROM bill_row AS r
    LEFT JOIN (
        SELECT l.row, l.asset, l.same, a.cluster, a.own, b.blocked
        FROM bill_link AS l
        JOIN bill_asset AS a ON a.asset = l.asset
        LEFT JOIN bill_billed AS b ON b.asset = l.asset
    ) AS k ON k.row = r.row
    LEFT JOIN (SELECT row, min(cluster) AS cluster FROM bill_hit GROUP BY row) AS h ON h.row = r.row
    LEFT JOIN bill_cluster AS m ON m.name = lower(r.cluster_name) AND r.cluster_name <> ''
    GROUP BY r.row, r.cluster_name, r.kubernetes
) AS n
WHERE c.rowid = n.row AND (c.cluster <> n.cluster OR c.outcome <> n.outcome);
