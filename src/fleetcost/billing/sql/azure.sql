-- One row per row of an Azure cost export. An export has one cost, actual or amortized; only the list price is another.
-- <bill>: the export under our column names.
-- Unit prices and costs in the pricing currency are multiplied by the row's own rate; without one a cost in the pricing
-- currency is of that currency, and a unit price is none. A rate of 0 is none. Products of prices go through floating point, whose error is far below the twelfth place.
WITH bill AS (
    SELECT * REPLACE (
            coalesce(cost, product(pricing_cost, exchange_rate, 1), pricing_cost) AS cost,
            CASE WHEN cost IS NULL AND exchange_rate IS NULL THEN coalesce(pricing_currency, currency) ELSE currency END
                AS currency
        ),
        CASE
            WHEN pricing_currency IS NULL THEN coalesce(exchange_rate, 1)
            WHEN lower(pricing_currency) = lower(currency) OR (cost IS NULL AND exchange_rate IS NULL) THEN 1
            ELSE exchange_rate
        END AS price_rate
    FROM (SELECT * REPLACE (NULLIF(exchange_rate, 0) AS exchange_rate) FROM ({bill}))
),
ruled AS (
    SELECT *,
        lower(coalesce(resource_id, '')) AS resource,
        CASE
            WHEN lower(publisher_type) = 'marketplace' AND lower(coalesce(charge_type, 'usage')) IN ('usage', 'purchase')
                THEN 'marketplace'
            WHEN lower(charge_type) IN ('refund', 'tax', 'credit') THEN lower(charge_type)
            WHEN lower(charge_type) IN ('unusedreservation', 'unusedsavingsplan') THEN 'commitment fee'
            WHEN lower(charge_type) IN ('adjustment', 'roundingadjustment') THEN 'adjustment'
            WHEN lower(coalesce(charge_type, 'usage')) NOT IN ('usage', 'purchase') THEN 'unmapped'
            WHEN meter_category ILIKE '%support%' THEN 'support'
            WHEN lower(charge_type) = 'purchase'
                AND (coalesce(reservation_id, benefit_id, '') <> '' OR lower(pricing_model) IN ('reservation', 'savingsplan'))
                THEN 'commitment fee'
            WHEN lower(charge_type) = 'purchase' THEN 'fee'
            WHEN lower(pricing_model) = 'savingsplan' THEN 'savings plan usage'
            WHEN lower(pricing_model) = 'reservation' OR coalesce(reservation_id, '') <> '' THEN 'reserved usage'
            WHEN lower(pricing_model) = 'spot' THEN 'spot usage'
            ELSE 'usage'
        END AS rule
    FROM bill
)
SELECT
    'Azure' AS provider,
    -- A scale set's bill names the set; the machine's number is the end of its name in the additional information.
    coalesce(resource_id, '') || CASE
        WHEN regexp_matches(resource, '/virtualmachinescalesets/[^/]+$')
            AND regexp_extract(additional_info, '"VMName"\s*:\s*"[^"]*_(\d+)"', 1) <> ''
            THEN '/virtualMachines/' || regexp_extract(additional_info, '"VMName"\s*:\s*"[^"]*_(\d+)"', 1)
        ELSE ''
    END AS provider_id,
    coalesce(account_id, '') AS account_id,
    coalesce(account_name, '') AS account_name,
    coalesce(invoice_entity_id, '') AS invoice_entity_id,
    coalesce(invoice_entity_name, '') AS invoice_entity_name,
    coalesce(region_id, '') AS region_id,
    coalesce(availability_zone, '') AS availability_zone,
    coalesce(NULLIF(consumed_service, ''), meter_category, '') AS service,
    CASE
        WHEN rule NOT IN ('usage', 'spot usage', 'reserved usage', 'savings plan usage') THEN 'Other'
        WHEN meter_category IN ('Bandwidth', 'Virtual Network', 'Load Balancer', 'VPN Gateway', 'Application Gateway')
            OR lower(consumed_service) = 'microsoft.network' THEN 'Network'
        WHEN meter_category = 'Storage' OR contains(resource, '/disks/') OR lower(consumed_service) = 'microsoft.storage'
            THEN 'Storage'
        WHEN lower(consumed_service) = 'microsoft.containerservice' OR contains(resource, '/managedclusters/')
            THEN 'Management'
        WHEN meter_category LIKE 'Virtual Machines%' OR lower(consumed_service) = 'microsoft.compute' THEN 'Compute'
        ELSE 'Other'
    END AS category,
    coalesce(meter, '') AS usage_type,
    tags,
    lower(coalesce(consumed_service, '')) = 'microsoft.containerservice' OR contains(resource, '/managedclusters/')
        AS managed,
    rule,
    coalesce(charge_type, '') AS line_type,
    usage_start AS "start",
    -- Of a purchase the service period is its own; of use it is the month that the row is rated in.
    CASE WHEN lower(charge_type) = 'purchase' AND service_end >= date_trunc('day', usage_start)
        THEN date_trunc('day', service_end) ELSE date_trunc('day', usage_start) END + INTERVAL 1 DAY AS "end",
    coalesce(currency, 'XXX') AS currency,
    CASE
        WHEN rule IN ('commitment fee', 'refund', 'credit') THEN 0
        WHEN rule IN ('usage', 'spot usage', 'reserved usage', 'savings plan usage') THEN coalesce(
            -- A price of 0 is none: amortized rows of reservations have a pay-as-you-go price of 0 beside the unit price.
            NULLIF(list_total, 0),
            NULLIF(product(list_price, quantity, price_rate), 0),
            NULLIF(product(unit_price, quantity, price_rate), 0),
            cost)
        ELSE cost
    END AS list_cost,
    cost AS net_cost,
    cost AS amortized_cost,
    cost AS amortized_net_cost,
    cost AS invoiced_cost,
    coalesce(publisher, '') AS publisher,
    coalesce(invoice_id, '') AS invoice_id,
    '' AS charge_class,
    coalesce(sku_id, '') AS sku_id,
    '' AS sku_price_id,
    coalesce(pricing_model, '') AS pricing_category,
    coalesce(pricing_unit, '') AS pricing_unit,
    coalesce(pricing_unit, '') AS consumed_unit,
    CAST(list_price AS VARCHAR) AS list_unit_price,
    CAST(unit_price AS VARCHAR) AS contracted_unit_price,
    coalesce(NULLIF(benefit_id, ''), reservation_id, '') AS commitment_id,
    CASE WHEN lower(charge_type) LIKE 'unused%' THEN 'Unused' WHEN rule IN ('reserved usage', 'savings plan usage') THEN 'Used' ELSE '' END AS commitment_status,
    quantity AS pricing_quantity,
    quantity AS consumed_quantity,
    CASE WHEN rule LIKE '%usage' THEN product(unit_price, quantity, price_rate) END AS contracted_cost,
    0 AS covered,
    '' AS pool,
    coalesce(bill_rows, 1) AS bill_rows
FROM ruled
