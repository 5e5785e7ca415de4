-- The rows that assets of their currency carry, each with its amount and the asset's weight in it.
SELECT l.row, l.asset, r.amount, greatest(a.list, 0) AS weight, r."start", r."end", r.bill_state
FROM bill_link AS l
JOIN bill_row AS r ON r.row = l.row
JOIN bill_asset AS a ON a.asset = l.asset
WHERE l.same;
