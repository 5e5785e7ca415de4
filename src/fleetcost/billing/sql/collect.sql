-- Add the rows of one bill to `cost`. Grain: day and everything that tells charges apart.
-- <rows>: the form's query. <labels>: makes a map of its tags, which is done once a group and not once a row.
-- A row belongs to the day it begins on.
INSERT INTO cost BY NAME
SELECT * EXCLUDE (tags, managed, labelled), labelled AS labels, managed OR is_kubernetes(map_keys(labelled)) AS kubernetes
FROM (
    SELECT *, {labels} AS labelled
    FROM (
        SELECT
            provider, provider_id, account_id, account_name, invoice_entity_id, invoice_entity_name, region_id,
            availability_zone, service, category, usage_type, tags, managed, rule, line_type, currency,
            date_trunc('day', "start") AS "day",
            min("start") AS "start",
            max(greatest("start", least("end", date_trunc('day', "start") + INTERVAL 1 DAY))) AS "end",
            sum(list_cost) AS list_cost,
            sum(net_cost) AS net_cost,
            sum(amortized_cost) AS amortized_cost,
            sum(amortized_net_cost) AS amortized_net_cost,
            sum(invoiced_cost) AS invoiced_cost,
            sum(bill_rows) AS bill_rows
        FROM ({rows})
        GROUP BY ALL
    )
);
