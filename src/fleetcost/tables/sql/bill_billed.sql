-- What each asset was billed, and whether the bill is far enough to be believed: final, or partial and telling of all
-- the time the asset ran, up to an hour.
WITH spread AS ({spread}),
sums AS (
    SELECT asset, sum(part)::HUGEINT AS billed, count(*) AS rows, min("start") AS "start", max("end") AS "end",
        bool_or(bill_state = 'estimated') AS estimated, bool_or(bill_state = 'partial bill') AS partial
    FROM spread
    GROUP BY asset
)
SELECT s.asset, s.billed, s.rows,
    a.own OR s.estimated OR abs(s.billed) >= 999999999000000000 OR abs(s.billed - a.list) >= 999999999000000000
        OR (s.partial AND (s."start" > a."start" + INTERVAL '1' HOUR OR s."end" < a."end" - INTERVAL '1' HOUR)) AS blocked
FROM sums AS s
JOIN bill_asset AS a ON a.asset = s.asset;
