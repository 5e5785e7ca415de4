-- Assets with the adjustments that change. {columns}: all other columns.
SELECT {columns},
    CASE WHEN n.row IS NULL THEN t.adjustment ELSE amount_of(n.part)::DECIMAL(18, 9) END AS adjustment
FROM asset_{res} AS t
LEFT JOIN bill_change AS n ON n.row = t.rowid
