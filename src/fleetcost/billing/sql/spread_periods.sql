-- Amortized, a charge for several days of one month lies on all of them, in equal parts of nine places whose sum is the fee; net
-- and invoiced it stays on the day it was charged. Parts are rows beside the charge's own, added up when days are written.
-- $until: the day after the last one that has begun; the parts of later days come with these.
INSERT INTO cost BY NAME
WITH whole AS (
    SELECT *, date_diff('day', "day", last_day) + 1 AS days
    FROM cost
    WHERE last_day > "day" AND covered = 0 AND (amortized_cost <> 0 OR amortized_net_cost <> 0)
),
part AS (
    SELECT *, unnest(range(0, days)) AS number FROM whole
)
SELECT * EXCLUDE (number, days) REPLACE (
    "day" + INTERVAL 1 DAY * number AS "day",
    CASE WHEN number = 0 THEN "start" ELSE "day" + INTERVAL 1 DAY * number END AS "start",
    "day" + INTERVAL 1 DAY * (number + 1) AS "end",
    NULL AS pricing_quantity, NULL AS consumed_quantity, NULL AS contracted_cost,
    0 AS list_cost, 0 AS net_cost, 0 AS invoiced_cost, 0 AS bill_rows, NULL AS last_day,
    part_of(amortized_cost, number, days) - CASE WHEN number = 0 THEN amortized_cost ELSE 0 END AS amortized_cost,
    part_of(amortized_net_cost, number, days) - CASE WHEN number = 0 THEN amortized_net_cost ELSE 0 END
        AS amortized_net_cost
)
FROM part
WHERE "day" + INTERVAL 1 DAY * number < $until::TIMESTAMP;
