-- Write the assets' adjustments that change.
UPDATE asset_{res} AS t SET adjustment = amount_of(n.part)::DECIMAL(18, 9)
FROM bill_change AS n
WHERE t.rowid = n.row;
