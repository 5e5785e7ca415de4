-- Amortized, the fee of a commitment lies on the use that its credits took off, day by day, in proportion to the credits; a
-- fee without such use is unused and stays where it is. A fee finds use of its own pool, or where there is none, use of
-- the same kind that no fee of its own pool has. Parts have nine places and add up to the fee: differences of running
-- sums. They are rows beside the others, added up when days are written.
INSERT INTO cost BY NAME
WITH held AS (
    SELECT *, regexp_replace(pool, '^([^/]*/[^/]*).*$', '\1') AS kind FROM cost WHERE pool <> ''
),
known AS (
    SELECT "day", currency, invoice_entity_id, pool, bool_or(rule = 'commitment fee') AND bool_or(covered > 0) AS own
    FROM held
    GROUP BY ALL
),
placed AS (
    SELECT h.*, CASE WHEN k.own THEN h.pool ELSE h.kind END AS place
    FROM held AS h
    JOIN known AS k USING ("day", currency, invoice_entity_id, pool)
),
fee AS (
    SELECT *, sum(greatest(covered, 0)) OVER whole AS weights,
        sum(CASE WHEN rule = 'commitment fee' THEN amortized_cost ELSE 0 END) OVER whole AS gross,
        sum(CASE WHEN rule = 'commitment fee' THEN amortized_net_cost ELSE 0 END) OVER whole AS net,
        sum(greatest(covered, 0)) OVER (whole ORDER BY provider_id, account_id, usage_type, service, category, region_id,
            availability_zone, rule, line_type, kubernetes, map_entries(labels), account_name, invoice_entity_name, source,
            "start", "end", covered ROWS UNBOUNDED PRECEDING) AS reached
    FROM placed
    WINDOW whole AS (PARTITION BY "day", currency, invoice_entity_id, place)
)
SELECT * EXCLUDE (kind, place, weights, gross, net, reached) REPLACE (
    NULL AS pricing_quantity, NULL AS consumed_quantity, NULL AS contracted_cost,
    0 AS list_cost, 0 AS net_cost, 0 AS invoiced_cost, 0 AS bill_rows, 0 AS covered, '' AS pool, NULL AS last_day,
    CASE WHEN rule = 'commitment fee' THEN -amortized_cost ELSE share_of(gross, covered, reached, weights) END
        AS amortized_cost,
    CASE WHEN rule = 'commitment fee' THEN -amortized_net_cost ELSE share_of(net, covered, reached, weights) END
        AS amortized_net_cost
)
FROM fee
WHERE weights > 0 AND (gross <> 0 OR net <> 0) AND (rule = 'commitment fee' OR covered > 0);
