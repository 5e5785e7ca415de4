-- A row is carried by all of its assets or by none: an asset that shares a row with one that stays at list price does so
-- too. Made again until it changes nothing.
SELECT b.asset, b.billed, b.rows, b.blocked OR s.asset IS NOT NULL AS blocked
FROM bill_billed AS b
LEFT JOIN (
    SELECT DISTINCT mine.asset
    FROM bill_link AS mine
    JOIN bill_link AS theirs ON theirs.row = mine.row
    JOIN bill_billed AS o ON o.asset = theirs.asset AND o.blocked
    WHERE mine.same AND theirs.same AND theirs.asset <> mine.asset
) AS s ON s.asset = b.asset;
