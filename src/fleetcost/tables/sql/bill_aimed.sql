-- The rows of one resolution of each asset, with the amount they share and their weight in it: what was billed beyond the
-- list price. Hours take their part of the day's, by cost. Sets that bring adjustments of their own keep them; other sets
-- of such a day stay at list price, and so do rows whose asset the day's set does not have, whatever they had before.
-- {hours}: which windows.
WITH own AS (
    SELECT t.rowid AS row, a.asset, t.cluster, t.window_start, t."start" AS begun,
        hash(t."end", t.provider, t.region, t.node_type, t.pool, t.storage_class, t.volume_name, t.claim_name,
            t.claim_namespace, t.ip) AS tie, greatest(nanos(t.cost), 0) AS weight,
        nanos(t.adjustment) AS old, coalesce(a.list, 0) AS list,
        CASE WHEN b.asset IS NULL OR b.blocked THEN 0 ELSE b.billed - a.list END AS target
    FROM asset_{res} AS t
    LEFT JOIN bill_asset AS a ON a.cluster = t.cluster AND a.day = date_trunc('day', t.window_start)::TIMESTAMP
        AND a.type = t.type AND a.name = t.name AND a.provider_id = t.provider_id AND a.local = t.local
        AND a.currency = t.currency
    LEFT JOIN bill_billed AS b ON b.asset = a.asset
    ANTI JOIN (SELECT cluster, window_start FROM own_adjusted WHERE kind = 'assets' AND resolution = '{res}') AS o
        ON o.cluster = t.cluster AND o.window_start = t.window_start
    WHERE {hours}
)
SELECT *, CASE WHEN held = list OR list = 0 THEN target ELSE quotient(target * held, list) END AS amount
FROM (SELECT *, (sum(weight) OVER (PARTITION BY asset))::HUGEINT AS held FROM own);
