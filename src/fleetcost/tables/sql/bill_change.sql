-- The assets' rows of one resolution whose adjustment changes. Hours take their part of the day's, by cost.
CREATE OR REPLACE TEMP TABLE bill_change AS
WITH own AS (
    SELECT t.rowid AS row, a.asset, t.cluster, t.window_start, t."start" AS begun, greatest(nanos(t.cost), 0) AS weight,
        nanos(t.adjustment) AS old, a.list,
        CASE WHEN b.asset IS NULL OR b.blocked THEN 0 ELSE b.billed - a.list END AS target
    FROM asset_{res} AS t
    JOIN bill_asset AS a ON a.cluster = t.cluster AND a.day = date_trunc('day', t.window_start) AND a.type = t.type
        AND a.name = t.name AND a.provider_id = t.provider_id AND a.local = t.local
    LEFT JOIN bill_billed AS b ON b.asset = a.asset
    WHERE t.window_start >= $oldest AND t.window_start < $newest + INTERVAL 1 DAY AND NOT a.own
),
aimed AS (
    SELECT *, CASE WHEN held = list OR list = 0 THEN target ELSE target * held // list END AS amount
    FROM (SELECT *, (sum(weight) OVER (PARTITION BY asset))::HUGEINT AS held FROM own)
)
SELECT row, cluster, window_start, part FROM ({spread}) WHERE part <> old;
