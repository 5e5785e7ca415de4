-- The rows of the bills of days. $days: days; $oldest, $newest: their range.
CREATE OR REPLACE TEMP TABLE bill_row AS
SELECT c.rowid AS row, c.integration, c.window_start AS day, c.currency, c.provider, c.account_id, c.category,
    c.match_key AS key, c.cluster_name, c.kubernetes, nanos(c.amortized_net_cost) AS amount, c."start", c."end",
    l.bill_state, c.service, c.usage_type, c.rule, c.line_type
FROM cloud_cost_1d AS c
JOIN cloud_ledger AS l ON l.integration = c.integration AND l.window_start = c.window_start AND l.state = 'ingested'
WHERE c.window_start BETWEEN $oldest AND $newest AND c.window_start IN (SELECT unnest($days));
