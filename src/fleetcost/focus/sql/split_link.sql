-- The part of each row on each thing: of what it costs in effect as reconciliation divides it, of the rest a stretch of
-- a line of 10^12 by list prices. {parts}: parts of rows on assets.
WITH parts AS ({parts}),
things AS (
    SELECT p.row, t.number, sum(p.part)::HUGEINT AS part, sum(p.weight)::HUGEINT AS weight, min(p.asset) AS asset
    FROM parts AS p
    JOIN split_asset AS a ON a.asset = p.asset
    JOIN split_thing AS t ON t.cluster = a.cluster AND t.currency = a.currency AND t.kind = a.kind AND t.thing = a.thing
    GROUP BY p.row, t.number
),
placed AS (
    SELECT *, count(*) OVER (PARTITION BY row) AS things, row_number() OVER own AS place,
        (sum(weight) OVER own)::HUGEINT AS upto, (sum(weight) OVER (PARTITION BY row))::HUGEINT AS whole
    FROM things
    WINDOW own AS (PARTITION BY row ORDER BY number ROWS UNBOUNDED PRECEDING)
)
SELECT row, number, asset, part, things,
    CASE WHEN whole = 0 THEN before_cut({grid}, (place - 1), things::HUGEINT) ELSE before_cut({grid}, (upto - weight), whole) END AS a0,
    CASE WHEN whole = 0 THEN before_cut({grid}, place, things::HUGEINT) ELSE before_cut({grid}, upto, whole) END AS a1
FROM placed
