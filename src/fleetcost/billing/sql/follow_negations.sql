-- What takes the list price of covered use off again belongs where that use belongs: of a plan's negation as much is a
-- cluster's as of the use of the same account, kind and day.
CREATE OR REPLACE TEMPORARY TABLE negation AS
WITH used AS (
    SELECT "day", currency, invoice_entity_id, account_id, usage_type, sum(net_cost) AS net,
        coalesce(sum(net_cost) FILTER (WHERE kubernetes), 0) AS of_clusters
    FROM cost
    WHERE rule = 'savings plan usage'
    GROUP BY ALL
    HAVING sum(net_cost) > 0
)
SELECT c.*, share_of(c.net_cost, u.of_clusters, u.of_clusters, u.net) AS net_part,
    share_of(c.invoiced_cost, u.of_clusters, u.of_clusters, u.net) AS invoiced_part
FROM cost AS c
JOIN used AS u USING ("day", currency, invoice_entity_id, account_id, usage_type)
WHERE c.rule = 'savings plan negation' AND NOT c.kubernetes AND u.of_clusters > 0;
INSERT INTO cost BY NAME
SELECT * EXCLUDE (net_part, invoiced_part) REPLACE (true AS kubernetes, net_part AS net_cost, invoiced_part AS invoiced_cost,
    CASE WHEN net_cost = net_part THEN pricing_quantity END AS pricing_quantity,
    CASE WHEN net_cost = net_part THEN consumed_quantity END AS consumed_quantity,
    CASE WHEN net_cost = net_part THEN contracted_cost END AS contracted_cost,
    CASE WHEN net_cost = net_part THEN bill_rows ELSE 0 END AS bill_rows)
FROM negation;
DELETE FROM cost USING negation AS n
WHERE cost.rule = 'savings plan negation' AND NOT cost.kubernetes AND cost."day" = n."day" AND cost.currency = n.currency
    AND cost.invoice_entity_id = n.invoice_entity_id AND cost.account_id = n.account_id AND cost.usage_type = n.usage_type;
INSERT INTO cost BY NAME
SELECT * EXCLUDE (net_part, invoiced_part)
    REPLACE (net_cost - net_part AS net_cost, invoiced_cost - invoiced_part AS invoiced_cost)
FROM negation
WHERE net_cost <> net_part OR invoiced_cost <> invoiced_part;
