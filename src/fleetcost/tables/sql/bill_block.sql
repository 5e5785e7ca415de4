-- A row is carried by all of its assets or by none: an asset that shares a row with one that stays at list price does so
-- too. Run again until it changes nothing.
UPDATE bill_billed SET blocked = TRUE
WHERE NOT blocked AND asset IN (
    SELECT mine.asset
    FROM bill_link AS mine
    JOIN bill_link AS theirs ON theirs.row = mine.row AND theirs.asset <> mine.asset
    JOIN bill_billed AS b ON b.asset = theirs.asset AND b.blocked
    WHERE mine.same AND theirs.same
);
