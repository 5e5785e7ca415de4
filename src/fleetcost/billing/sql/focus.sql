-- One row per row of a FOCUS file. Billed cost is the invoice, effective cost is amortized after all discounts.
-- <bill>: the file under our column names.
WITH bill AS ({bill}),
ruled AS (
    SELECT *,
        CASE
            WHEN charge_category IN ('Credit', 'Tax') THEN lower(charge_category)
            WHEN charge_category = 'Adjustment' AND billed < 0 AND charge_class = 'Correction' THEN 'refund'
            WHEN charge_category = 'Adjustment' THEN 'adjustment'
            WHEN charge_category = 'Usage' AND charge_class = 'Correction' AND billed < 0 THEN 'refund'
            WHEN charge_category NOT IN ('Usage', 'Purchase') OR charge_category IS NULL THEN 'unmapped'
            WHEN coalesce(commitment_id, '') <> '' AND (charge_category = 'Purchase' OR commitment_status = 'Unused')
                THEN 'commitment fee'
            WHEN coalesce(commitment_id, '') <> '' AND commitment_category = 'Spend' THEN 'savings plan usage'
            WHEN coalesce(commitment_id, '') <> '' THEN 'reserved usage'
            WHEN coalesce(publisher, provider) IS DISTINCT FROM provider THEN 'marketplace'
            WHEN service ILIKE '%support%' THEN 'support'
            WHEN charge_category = 'Purchase' THEN 'fee'
            WHEN pricing_category = 'Dynamic' THEN 'spot usage'
            ELSE 'usage'
        END AS rule
    FROM bill
)
SELECT
    CASE
        WHEN provider IN ('AWS', 'Amazon Web Services') OR provider LIKE 'Amazon%' THEN 'AWS'
        WHEN provider IN ('Microsoft', 'Azure', 'Microsoft Azure') THEN 'Azure'
        WHEN provider IN ('Google Cloud', 'Google Cloud Platform', 'Google', 'GCP') THEN 'GCP'
        ELSE coalesce(provider, '')
    END AS provider,
    coalesce(resource_id, '') AS provider_id,
    coalesce(account_id, '') AS account_id,
    coalesce(account_name, '') AS account_name,
    coalesce(invoice_entity_id, '') AS invoice_entity_id,
    coalesce(invoice_entity_name, '') AS invoice_entity_name,
    coalesce(region_id, '') AS region_id,
    coalesce(availability_zone, '') AS availability_zone,
    coalesce(service, '') AS service,
    CASE
        WHEN rule NOT IN ('usage', 'spot usage', 'reserved usage', 'savings plan usage') THEN 'Other'
        WHEN service_category = 'Networking' THEN 'Network'
        WHEN service_category = 'Storage' OR resource_type ILIKE '%disk%' OR resource_type ILIKE '%volume%' THEN 'Storage'
        WHEN resource_type ILIKE '%cluster%' OR service ILIKE '%kubernetes%' OR service_category = 'Management and Governance'
            THEN 'Management'
        WHEN service_category = 'Compute' THEN 'Compute'
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
        ELSE coalesce(listed, contracted, billed, 0)
    END AS list_cost,
    coalesce(billed, 0) AS net_cost,
    coalesce(effective, billed, 0) AS amortized_cost,
    coalesce(effective, billed, 0) AS amortized_net_cost,
    coalesce(billed, 0) AS invoiced_cost,
    coalesce(bill_rows, 1) AS bill_rows
FROM ruled
