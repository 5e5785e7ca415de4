-- The rows of a day's bills as charges. A fee of a commitment is two: the purchase, which covers later use and costs nothing
-- in effect, and what of it nobody used. {key}: what tells rows of a bill apart.
WITH rows AS (
    SELECT c.rowid AS row, md5(concat_ws(chr(31), c.integration, c.window_start, {key})) AS digest, c.*,
        -- What a bill calls use or unused is that already (`Usage` of FOCUS, `UnusedReservation` of Azure).
        c.rule = 'commitment fee' AND NOT regexp_matches(lower(c.line_type), '^(usage|unused)') AS fee
    FROM cloud_cost_1d AS c
    JOIN bill_row AS r ON r.row = c.rowid
),
halves AS (
    SELECT *, unnest(CASE WHEN NOT fee OR amortized_net_cost = 0 THEN ['whole']
        WHEN invoiced_cost = 0 AND net_cost = 0 AND list_cost = 0 THEN ['unused'] ELSE ['bought', 'unused'] END) AS half
    FROM rows
)
SELECT row, half, digest, half <> 'bought' AS spread,
    CASE WHEN half = 'bought' THEN 0 ELSE nanos(amortized_net_cost) END AS effective,
    CASE WHEN half = 'unused' THEN 0 ELSE nanos(invoiced_cost) END AS billed,
    CASE WHEN half = 'unused' THEN 0 ELSE nanos(list_cost) END AS list,
    CASE WHEN half = 'unused' THEN 0 ELSE nanos(coalesce(contracted_cost, net_cost)) END AS contracted,
    CASE WHEN half = 'unused' THEN NULL ELSE nanos(pricing_quantity) END AS pricing_quantity,
    CASE WHEN half = 'unused' THEN NULL ELSE nanos(consumed_quantity) END AS consumed_quantity,
    CASE
        WHEN half = 'unused' OR (rule = 'commitment fee' AND NOT fee) THEN 'Usage'
        WHEN fee THEN 'Purchase'
        WHEN lower(line_type) IN ('usage', 'purchase', 'tax', 'credit', 'adjustment')
            THEN concat(upper(left(line_type, 1)), lower(substr(line_type, 2)))
        WHEN rule IN ('usage', 'spot usage', 'reserved usage', 'savings plan usage', 'marketplace') THEN 'Usage'
        WHEN rule IN ('support', 'fee', 'commitment fee') THEN 'Purchase'
        WHEN rule = 'tax' THEN 'Tax'
        WHEN rule IN ('credit', 'refund') THEN 'Credit'
        ELSE 'Adjustment'
    END AS category,
    * EXCLUDE (row, half, digest, fee, list_cost, net_cost, amortized_cost, amortized_net_cost, invoiced_cost,
        contracted_cost, pricing_quantity, consumed_quantity, category),
    category AS house_category
FROM halves
