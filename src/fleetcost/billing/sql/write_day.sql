-- Write one day's rows in the columns and the order of a cloud cost set. $day; <file>: where to.
COPY (
    SELECT * FROM (
        SELECT
            provider, provider_id, account_id, account_name, invoice_entity_id, invoice_entity_name, region_id,
            availability_zone, service, category, usage_type, labels, kubernetes, rule, line_type,
            min("start") AS "start", max("end") AS "end", currency,
            CAST(sum(list_cost) AS DECIMAL(28, 9)) AS list_cost,
            CAST(sum(net_cost) AS DECIMAL(28, 9)) AS net_cost,
            CAST(sum(amortized_cost) AS DECIMAL(28, 9)) AS amortized_cost,
            CAST(sum(amortized_net_cost) AS DECIMAL(28, 9)) AS amortized_net_cost,
            CAST(sum(invoiced_cost) AS DECIMAL(28, 9)) AS invoiced_cost,
            publisher, invoice_id, charge_class, sku_id, sku_price_id, pricing_category,
            pricing_unit, consumed_unit, list_unit_price, contracted_unit_price, commitment_id, commitment_status,
            CAST(sum(pricing_quantity) AS DECIMAL(28, 9)) AS pricing_quantity,
            CAST(sum(consumed_quantity) AS DECIMAL(28, 9)) AS consumed_quantity,
            CAST(sum(contracted_cost) AS DECIMAL(28, 9)) AS contracted_cost
        FROM cost
        WHERE "day" = $day
        GROUP BY ALL
    )
    ORDER BY
        currency, provider, invoice_entity_id, account_id, service, category, region_id, availability_zone, provider_id,
        usage_type, rule, line_type, kubernetes, map_entries(labels),
        publisher, invoice_id, charge_class, sku_id, sku_price_id, pricing_category,
        pricing_unit, consumed_unit, list_unit_price, contracted_unit_price, commitment_id, commitment_status,
        account_name, invoice_entity_name
) TO '{file}' (FORMAT parquet);
