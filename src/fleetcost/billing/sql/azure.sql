-- One row per row of an Azure cost export. An export has one cost, actual or amortized; only the list price is another.
-- <bill>: the export under our column names.
WITH bill AS ({bill}),
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
    date_trunc('day', usage_start) + INTERVAL 1 DAY AS "end",
    coalesce(currency, 'XXX') AS currency,
    CASE
        WHEN rule IN ('commitment fee', 'refund', 'credit') THEN 0
        WHEN rule IN ('usage', 'spot usage', 'reserved usage', 'savings plan usage') THEN coalesce(
            list_total,
            CAST(CAST(list_price AS DOUBLE) * CAST(quantity AS DOUBLE) * CAST(coalesce(exchange_rate, 1) AS DOUBLE)
                AS DECIMAL(38, 12)),
            CAST(CAST(unit_price AS DOUBLE) * CAST(quantity AS DOUBLE) AS DECIMAL(38, 12)),
            cost, 0)
        ELSE coalesce(cost, 0)
    END AS list_cost,
    coalesce(cost, 0) AS net_cost,
    coalesce(cost, 0) AS amortized_cost,
    coalesce(cost, 0) AS amortized_net_cost,
    coalesce(cost, 0) AS invoiced_cost,
    coalesce(bill_rows, 1) AS bill_rows
FROM ruled
