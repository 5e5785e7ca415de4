-- One row per row of a FOCUS file. Billed cost is the invoice, effective cost is amortized after all discounts.
-- Allowed values are words and not spellings: Google's view of 2024 writes them in lower case.
-- <bill>: the file under our column names.
WITH bill AS (
    SELECT * REPLACE (lower(pricing_category) AS pricing_category, lower(commitment_category) AS commitment_category,
            lower(commitment_status) AS commitment_status, lower(charge_class) AS charge_class),
        charge_class AS written_class, pricing_category AS written_category, commitment_status AS written_status,
        lower(charge_category) AS charge, lower(service_category) AS service_kind, seller_of(provider) AS provider_house, seller_of(seller) AS seller_house,
        seller_of(invoice_issuer) AS issuer_house
    FROM ({bill})
),
ruled AS (
    SELECT *,
        CASE
            WHEN charge IN ('credit', 'tax') THEN charge
            WHEN charge = 'adjustment' AND billed < 0 AND charge_class = 'correction' THEN 'refund'
            WHEN charge = 'adjustment' THEN 'adjustment'
            WHEN charge = 'usage' AND charge_class = 'correction' AND billed < 0 THEN 'refund'
            WHEN charge NOT IN ('usage', 'purchase') OR charge IS NULL THEN 'unmapped'
            WHEN coalesce(commitment_id, '') <> '' AND (charge = 'purchase' OR commitment_status = 'unused')
                THEN 'commitment fee'
            WHEN coalesce(commitment_id, '') <> '' AND commitment_category = 'spend' THEN 'savings plan usage'
            WHEN coalesce(commitment_id, '') <> '' THEN 'reserved usage'
            -- From 1.4 on there is no publisher: what a cloud invoices for somebody else is that one's product. A brand is
            -- its maker's own where the maker writes the invoice.
            WHEN coalesce(seller_house, '') <> '' AND NOT same_house(seller_house, coalesce(provider_house, ''))
                AND (NOT same_house(seller_house, coalesce(issuer_house, '')) OR provider_house IN ('aws', 'azure', 'gcp'))
                THEN 'marketplace'
            WHEN issuer_house IN ('aws', 'azure', 'gcp') AND coalesce(provider_house, issuer_house) <> issuer_house
                AND provider_house NOT IN ('aws', 'azure', 'gcp') THEN 'marketplace'
            WHEN service ILIKE '%support%' THEN 'support'
            WHEN charge = 'purchase' THEN 'fee'
            WHEN pricing_category = 'dynamic' THEN 'spot usage'
            ELSE 'usage'
        END AS rule
    FROM bill
)
SELECT
    CASE provider_house WHEN 'aws' THEN 'AWS' WHEN 'azure' THEN 'Azure' WHEN 'gcp' THEN 'GCP' ELSE coalesce(provider, '') END
        AS provider,
    -- Kubernetes knows a machine of GCP by its name; ResourceId ends in its number.
    coalesce(CASE WHEN provider_house = 'gcp' THEN NULLIF(resource_name, '') END, resource_id, '') AS provider_id,
    coalesce(account_id, '') AS account_id,
    coalesce(account_name, '') AS account_name,
    coalesce(invoice_entity_id, '') AS invoice_entity_id,
    coalesce(invoice_entity_name, '') AS invoice_entity_name,
    coalesce(region_id, '') AS region_id,
    coalesce(availability_zone, '') AS availability_zone,
    coalesce(service, '') AS service,
    CASE
        WHEN rule NOT IN ('usage', 'spot usage', 'reserved usage', 'savings plan usage') THEN 'Other'
        WHEN service_kind = 'networking' THEN 'Network'
        WHEN service_kind = 'storage' OR resource_type ILIKE '%disk%' OR resource_type ILIKE '%volume%' THEN 'Storage'
        WHEN resource_type ILIKE '%cluster%' OR service ILIKE '%kubernetes%' OR service_kind = 'management and governance'
            THEN 'Management'
        WHEN service_kind = 'compute' THEN 'Compute'
        ELSE 'Other'
    END AS category,
    coalesce(usage_type, '') AS usage_type,
    tags,
    coalesce(service ILIKE '%kubernetes%', false) AS managed,
    rule,
    coalesce(charge_category, '') AS line_type,
    usage_start AS "start",
    coalesce(usage_end, usage_start) AS "end",
    coalesce(currency, 'XXX') AS currency,
    CASE
        WHEN rule IN ('commitment fee', 'credit', 'refund') THEN 0
        ELSE coalesce(listed, contracted, billed)
    END AS list_cost,
    billed AS net_cost,
    spread AS amortized_cost,
    spread AS amortized_net_cost,
    billed AS invoiced_cost,
    coalesce(seller, '') AS publisher,
    coalesce(invoice_id, '') AS invoice_id,
    coalesce(written_class, '') AS charge_class,
    coalesce(sku_id, '') AS sku_id,
    coalesce(sku_price_id, '') AS sku_price_id,
    coalesce(written_category, '') AS pricing_category,
    coalesce(pricing_unit, '') AS pricing_unit,
    coalesce(consumed_unit, '') AS consumed_unit,
    coalesce(list_unit_price, '') AS list_unit_price,
    coalesce(contracted_unit_price, '') AS contracted_unit_price,
    coalesce(commitment_id, '') AS commitment_id,
    coalesce(written_status, '') AS commitment_status,
    pricing_quantity AS pricing_quantity,
    consumed_quantity AS consumed_quantity,
    contracted AS contracted_cost,
    0 AS covered,
    '' AS pool,
    coalesce(bill_rows, 1) AS bill_rows
FROM (
    -- EffectiveCost is 0 for a purchase that covers later charges (FOCUS, EffectiveCost); some exports give it twice, there
    -- and on what it covers (https://github.com/microsoft/finops-toolkit/issues/1092).
    SELECT *, CASE WHEN rule = 'commitment fee' AND charge = 'purchase' THEN 0 ELSE coalesce(effective, billed) END AS spread
    FROM ruled
)
