-- What the rows of bills of a day's file cost in effect less what the bills say, by currency; and whether the bills are
-- final. {file}: it; $day: which.
WITH ingested AS (
    SELECT integration, window_start, bill_state FROM cloud_ledger WHERE state = 'ingested' AND window_start = $day
),
bills AS (
    SELECT c.currency, sum(c.amortized_net_cost) AS cost
    FROM cloud_cost_1d AS c
    SEMI JOIN ingested AS i ON i.integration = c.integration AND i.window_start = c.window_start
    GROUP BY c.currency
),
rows AS (
    SELECT BillingCurrency AS currency, sum(EffectiveCost) AS cost FROM read_parquet({file})
    WHERE x_PriceState <> 'list' GROUP BY BillingCurrency
)
SELECT coalesce(b.currency, r.currency), (coalesce(r.cost, 0) - coalesce(b.cost, 0))::DECIMAL(38, 9)::VARCHAR,
    (SELECT bool_and(bill_state = 'final') FROM ingested)
FROM bills AS b FULL JOIN rows AS r ON r.currency = b.currency
ORDER BY 1
