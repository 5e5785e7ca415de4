-- One row per row of a GCP detailed usage export. Credits are in the row they belong to: the net cost is after all of
-- them, the amortized one after those of commitments and sustained use alone.
-- <bill>: the export under our column names, its structs flat.
WITH bill AS ({bill}),
summed AS (
    SELECT *,
        amounts_of(credits, '.*') AS credited,
        -- The offset takes what use at committed prices has paid off the fee, so it is the commitment's like the others.
        amounts_of(credits, '.*(COMMITTED_USAGE|SUSTAINED|FEE_UTILIZATION_OFFSET).*') AS committed,
        -amounts_of(credits, '.*COMMITTED_USAGE.*') AS covered,
        list_transform(list_filter(credits, lambda one: one.amount <> 0), lambda one: one.type) AS credit_types,
        CASE
            WHEN regexp_matches(sku_description, '(?i)\b(v?cpu|core)\b') THEN 'cpu'
            WHEN regexp_matches(sku_description, '(?i)\b(ram|memory)\b') THEN 'ram'
            WHEN regexp_matches(sku_description, '(?i)\bgpu\b') THEN 'gpu'
            WHEN regexp_matches(sku_description, '(?i)\bssd\b') THEN 'ssd'
            ELSE ''
        END AS resource_kind,
        -- `N2` of "N2 Instance Core running in Belgium" and of "Commitment v1: N2 Cpu in Belgium"; N1 goes without a name.
        regexp_replace(regexp_replace(lower(sku_description), '^commitment( v\d+)?: *|^n1 ', '', 'g'),
            ' *\b(v?cpu|core|ram|gpu|ssd|instance|predefined|custom|extended)\b.*$', '') AS family
    FROM bill
),
ruled AS (
    SELECT *,
        CASE
            WHEN cost_type = 'tax' THEN 'tax'
            WHEN cost_type IN ('adjustment', 'rounding_error') THEN 'adjustment'
            WHEN coalesce(cost_type, 'regular') <> 'regular' THEN 'unmapped'
            WHEN coalesce(seller_name, 'Google') NOT LIKE 'Google%' AND seller_name <> '' THEN 'marketplace'
            WHEN transaction_type LIKE 'THIRD_PARTY%' THEN 'marketplace'
            WHEN service_description ILIKE '%support%' THEN 'support'
            WHEN sku_description ILIKE 'commitment%' OR sku_description ILIKE '%commitment - %' THEN 'commitment fee'
            WHEN list_contains(credit_types, 'COMMITTED_USAGE_DISCOUNT') THEN 'reserved usage'
            WHEN len(list_filter(credit_types, lambda one: one LIKE '%COMMITTED_USAGE%')) > 0 THEN 'savings plan usage'
            WHEN regexp_matches(sku_description, 'Spot|Preemptible') THEN 'spot usage'
            WHEN cost < 0 THEN 'refund'
            ELSE 'usage'
        END AS rule
    FROM summed
)
SELECT
    'GCP' AS provider,
    coalesce(NULLIF(resource_name, ''), resource_global_name, '') AS provider_id,
    coalesce(project_id, '') AS account_id,
    coalesce(project_name, '') AS account_name,
    coalesce(billing_account_id, '') AS invoice_entity_id,
    '' AS invoice_entity_name,
    coalesce(region, '') AS region_id,
    coalesce(zone, '') AS availability_zone,
    coalesce(service_description, '') AS service,
    CASE
        WHEN rule NOT IN ('usage', 'spot usage', 'reserved usage', 'savings plan usage') THEN 'Other'
        WHEN regexp_matches(sku_description, '(?i)network|egress|ingress|ip charge|load balanc|nat gateway|data transfer')
            THEN 'Network'
        WHEN regexp_matches(sku_description, '(?i)storage|\bPD\b|disk|snapshot|ssd') THEN 'Storage'
        WHEN service_description = 'Kubernetes Engine' OR regexp_matches(sku_description, '(?i)kubernetes.*fee|licensing')
            THEN 'Management'
        WHEN regexp_matches(sku_description, '(?i)\bcore\b|\bram\b|\bgpu\b|instance') THEN 'Compute'
        ELSE 'Other'
    END AS category,
    coalesce(sku_description, '') AS usage_type,
    tags,
    coalesce(service_description = 'Kubernetes Engine', false) AS managed,
    rule,
    coalesce(cost_type, 'regular') AS line_type,
    usage_start AS "start",
    coalesce(usage_end, usage_start) AS "end",
    coalesce(currency, 'XXX') AS currency,
    CASE WHEN rule IN ('commitment fee', 'refund') THEN 0 ELSE coalesce(cost_at_list, cost) END AS list_cost,
    cost + credited AS net_cost,
    cost + committed AS amortized_cost,
    cost + credited AS amortized_net_cost,
    cost + credited AS invoiced_cost,
    coalesce(seller_name, '') AS publisher,
    '' AS invoice_id,
    '' AS charge_class,
    coalesce(sku_id, '') AS sku_id,
    '' AS sku_price_id,
    '' AS pricing_category,
    coalesce(pricing_unit, '') AS pricing_unit,
    coalesce(consumed_unit, '') AS consumed_unit,
    coalesce(list_unit_price, '') AS list_unit_price,
    coalesce(contracted_unit_price, '') AS contracted_unit_price,
    coalesce(commitment_id, '') AS commitment_id,
    CASE WHEN rule IN ('reserved usage', 'savings plan usage') THEN 'Used' ELSE '' END AS commitment_status,
    CAST(pricing_amount AS DECIMAL(38, 12)) AS pricing_quantity,
    CAST(usage_amount AS DECIMAL(38, 12)) AS consumed_quantity,
    CAST(NULL AS DECIMAL(38, 12)) AS contracted_cost,
    CASE WHEN rule = 'commitment fee' THEN 0 ELSE covered END AS covered,
    CASE
        WHEN rule NOT IN ('commitment fee', 'reserved usage', 'savings plan usage') THEN ''
        WHEN rule = 'savings plan usage' OR sku_description ILIKE '%dollar based%' THEN 'spend/' || CASE
            WHEN service_description IN ('Compute Engine', 'Kubernetes Engine', 'Cloud Run', 'Cloud Run Functions')
                THEN 'compute' ELSE coalesce(service_description, '') END
        ELSE 'resource/' || resource_kind || '/' || family || '/' || coalesce(region, '')
    END AS pool,
    coalesce(bill_rows, 1) AS bill_rows
FROM ruled
