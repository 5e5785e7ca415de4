-- Add the rows of one bill to `cost`. Grain: day and everything that tells charges apart.
-- <rows>: the form's query. <labels>: makes a map of its tags, which is done once a group and not once a row.
-- <source>, <form>: which set of files it is of, and their form. <kept>: the rows that count.
-- A row belongs to the day it begins on; of a charge for several days of one month the last one is kept beside it.
INSERT INTO cost BY NAME
SELECT * EXCLUDE (tags, managed, labelled) REPLACE (upper(currency) AS currency), labelled AS labels, managed OR is_kubernetes(map_keys(labelled)) AS kubernetes
FROM (
    SELECT *, {labels} AS labelled
    FROM (
        SELECT
            {source} AS source, '{form}' AS form,
            provider, provider_id, account_id, account_name, invoice_entity_id, invoice_entity_name, region_id,
            availability_zone, service, category, usage_type, tags, managed, rule, line_type, currency, pool,
            -- A text that a bill leaves out is empty, whatever its form makes of it.
            coalesce(publisher, '') AS publisher, coalesce(invoice_id, '') AS invoice_id, coalesce(charge_class, '') AS charge_class,
            coalesce(sku_id, '') AS sku_id, coalesce(sku_price_id, '') AS sku_price_id, coalesce(pricing_category, '') AS pricing_category,
            coalesce(pricing_unit, '') AS pricing_unit, coalesce(consumed_unit, '') AS consumed_unit, coalesce(list_unit_price, '') AS list_unit_price,
            coalesce(contracted_unit_price, '') AS contracted_unit_price, coalesce(commitment_id, '') AS commitment_id, coalesce(commitment_status, '') AS commitment_status,
            date_trunc('day', "start") AS "day",
            CASE
                WHEN rule NOT IN ('credit', 'refund', 'discount', 'savings plan negation', 'tax', 'adjustment', 'unmapped')
                    AND "end" > "start" + INTERVAL 1 DAY AND date_trunc('month', "end" - INTERVAL 1 SECOND) = date_trunc('month', "start")
                    THEN date_trunc('day', "end" - INTERVAL 1 SECOND)
            END AS last_day,
            min("start") AS "start",
            max(greatest("start", least("end", date_trunc('day', "start") + INTERVAL 1 DAY))) AS "end",
            sum(pricing_quantity) AS pricing_quantity,
            sum(consumed_quantity) AS consumed_quantity,
            sum(contracted_cost) AS contracted_cost,
            sum(list_cost) AS list_cost,
            sum(net_cost) AS net_cost,
            sum(amortized_cost) AS amortized_cost,
            sum(amortized_net_cost) AS amortized_net_cost,
            sum(invoiced_cost) AS invoiced_cost,
            sum(covered) AS covered,
            sum(bill_rows) AS bill_rows
        FROM ({rows})
        WHERE {kept}
        GROUP BY ALL
    )
);
