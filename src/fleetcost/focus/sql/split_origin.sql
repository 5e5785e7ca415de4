-- What is divided: every charge of the bills on every thing it is for; assets that no row names, at list price; and what is
-- missing to the list price where a bill has not come far enough. `r0` and `r1` are what a thing cost in effect before
-- and after an origin, so that all its origins together are what it costs. {day}: which.
WITH charges AS (
    SELECT b.row, b.half, NULL::BIGINT AS asset, b.digest AS origin, coalesce(l.number, 0) AS number, coalesce(l.a0, 0) AS a0,
        coalesce(l.a1, {grid}) AS a1, coalesce(l.things, 0) AS things, b.billed, b.list, b.contracted, b.pricing_quantity,
        b.consumed_quantity, b.effective AS cost,
        CASE WHEN l.row IS NULL THEN b.effective WHEN b.spread THEN l.part ELSE 0 END AS part,
        CASE b.outcome WHEN '{waiting}' THEN 'partial' WHEN '{own}' THEN 'agent' ELSE 'billed' END AS state
    FROM split_bill AS b
    LEFT JOIN split_link AS l ON l.row = b.row
),
billed AS (
    SELECT number, sum(part)::HUGEINT AS part, bool_or(state = 'agent') AS own FROM charges WHERE number > 0 GROUP BY number
),
linked AS (
    SELECT DISTINCT asset FROM bill_link WHERE same
),
assets AS (
    SELECT a.*, t.number FROM split_asset AS a
    JOIN split_thing AS t ON t.cluster = a.cluster AND t.currency = a.currency AND t.kind = a.kind AND t.thing = a.thing
),
listed AS (
    SELECT NULL::BIGINT AS row, 'asset' AS half, a.asset,
        md5(concat_ws(chr(31), {day}, a.cluster, a.currency, a.type, a.name, a.provider_id, a.local)) AS origin, a.number,
        0 AS a0, {grid} AS a1, 1 AS things, 0 AS billed, a.list, a.list AS contracted,
        CASE WHEN a.type = 'Disk' THEN a.byte_hours
            ELSE quotient(seconds_between(a.begun, a.ended)::HUGEINT * 1000000000, 3600) END AS pricing_quantity,
        a.total AS cost, a.total AS part, 'list' AS state
    FROM assets AS a
    ANTI JOIN linked AS l ON l.asset = a.asset
),
missing AS (
    SELECT NULL::BIGINT AS row, 'missing' AS half, min(a.asset) AS asset,
        md5(concat_ws(chr(31), {day}, 'missing', min(a.cluster), min(a.currency), min(a.kind), min(a.thing))) AS origin, a.number, 0 AS a0, {grid} AS a1,
        1 AS things, 0 AS billed, 0 AS list, 0 AS contracted, sum(a.total)::HUGEINT - any_value(b.part) AS cost,
        sum(a.total)::HUGEINT - any_value(b.part) AS part, 'list' AS state
    FROM assets AS a
    JOIN linked AS l ON l.asset = a.asset
    JOIN billed AS b ON b.number = a.number AND NOT b.own
    GROUP BY a.number
    HAVING sum(a.total) <> any_value(b.part)
),
every AS (
    SELECT * FROM charges
    UNION ALL BY NAME
    SELECT *, pricing_quantity AS consumed_quantity FROM listed
    UNION ALL BY NAME
    SELECT *, NULL::HUGEINT AS pricing_quantity, NULL::HUGEINT AS consumed_quantity FROM missing
)
SELECT *, CASE WHEN number = 0 THEN 0 ELSE (sum(part) OVER own)::HUGEINT - part END AS r0,
    CASE WHEN number = 0 THEN part ELSE (sum(part) OVER own)::HUGEINT END AS r1
FROM every
WINDOW own AS (PARTITION BY number ORDER BY half = 'missing', row IS NULL, origin, half ROWS UNBOUNDED PRECEDING)
