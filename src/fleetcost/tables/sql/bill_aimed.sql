-- The rows of one resolution of each asset, with the amount they share and their weight in it: what was billed beyond the
-- list price. Hours take their part of the day's, by cost. {hours}: which windows.
WITH own AS (
    SELECT t.rowid AS row, a.asset, t.cluster, t.window_start, t."start" AS begun, greatest(nanos(t.cost), 0) AS weight,
        nanos(t.adjustment) AS old, a.list,
        CASE WHEN b.asset IS NULL OR b.blocked THEN 0 ELSE b.billed - a.list END AS target
    FROM asset_{res} AS t
    JOIN bill_asset AS a ON a.cluster = t.cluster AND a.day = date_trunc('day', t.window_start)::TIMESTAMP
        AND a.type = t.type AND a.name = t.name AND a.provider_id = t.provider_id AND a.local = t.local
    LEFT JOIN bill_billed AS b ON b.asset = a.asset
    WHERE {hours} AND NOT a.own
)
SELECT *, CASE WHEN held = list OR list = 0 THEN target ELSE quotient(target * held, list) END AS amount
FROM (SELECT *, (sum(weight) OVER (PARTITION BY asset))::HUGEINT AS held FROM own);
