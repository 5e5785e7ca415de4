-- Origins of a split whose parts are not one whole: ratios that are not 1, an id that is there twice, a cost that is
-- another than its origin's. {ratio}: a row's part of it; {identity}: what tells the parts of an origin apart.
WITH origins AS (
    SELECT x_SplitOriginId AS origin,
        sum({ratio}) AS ratio,
        count({ratio}) AS explained, count(*) AS parts,
        sum(EffectiveCost) AS cost, any_value(x_SplitOriginCost) AS whole, count(DISTINCT x_SplitOriginCost) AS wholes,
        count(*) - count(DISTINCT {identity}) AS twice
    FROM checked
    WHERE x_SplitOriginId IS NOT NULL
    GROUP BY x_SplitOriginId
)
SELECT
    count(*) FILTER (WHERE explained = parts AND ratio <> 1), any_value(origin) FILTER (WHERE explained = parts AND ratio <> 1),
    count(*) FILTER (WHERE twice > 0), any_value(origin) FILTER (WHERE twice > 0),
    count(*) FILTER (WHERE wholes > 1 OR cost <> whole), any_value(origin) FILTER (WHERE wholes > 1 OR cost <> whole)
FROM origins
