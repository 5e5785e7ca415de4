-- One row per row of an AWS cost and usage report, with the five costs that its line type gives it.
-- <bill>: the report under our column names. Absent columns are NULL, so that net figures fall back to gross ones.
WITH bill AS ({bill}),
ruled AS (
    SELECT *,
        coalesce(net_unblended, CASE WHEN line_type LIKE '%Discount' AND has_net THEN 0 ELSE unblended END) AS net,
        CASE
            WHEN line_type IN ('Credit', 'Refund', 'Tax') THEN lower(line_type)
            WHEN line_type = 'DiscountedUsage' THEN 'reserved usage'
            WHEN line_type = 'SavingsPlanCoveredUsage' THEN 'savings plan usage'
            WHEN line_type = 'SavingsPlanNegation' THEN 'savings plan negation'
            WHEN line_type IN ('RIFee', 'SavingsPlanRecurringFee', 'SavingsPlanUpfrontFee') THEN 'commitment fee'
            WHEN line_type = 'Fee' AND coalesce(reservation_arn, '') <> '' THEN 'commitment fee'
            WHEN line_type LIKE '%Discount' THEN 'discount'
            WHEN line_type IN ('Usage', 'Fee') AND billing_entity = 'AWS Marketplace' THEN 'marketplace'
            WHEN line_type IN ('Usage', 'Fee') AND product_code LIKE '%Support%' THEN 'support'
            WHEN line_type = 'Usage' AND usage_type LIKE '%SpotUsage%' THEN 'spot usage'
            WHEN line_type = 'Usage' THEN 'usage'
            WHEN line_type = 'Fee' THEN 'fee'
            ELSE 'unmapped'
        END AS rule
    FROM bill
)
SELECT
    'AWS' AS provider,
    coalesce(resource_id, '') AS provider_id,
    coalesce(account_id, '') AS account_id,
    coalesce(account_name, '') AS account_name,
    coalesce(invoice_entity_id, '') AS invoice_entity_id,
    coalesce(invoice_entity_name, '') AS invoice_entity_name,
    coalesce(region_id, '') AS region_id,
    coalesce(availability_zone, '') AS availability_zone,
    coalesce(product_code, '') AS service,
    CASE
        WHEN rule NOT IN ('usage', 'spot usage', 'reserved usage', 'savings plan usage') THEN 'Other'
        WHEN regexp_matches(usage_type, 'ByteHrs|VolumeUsage|VolumeP-|VolumeIO|SnapshotUsage|TimedStorage') THEN 'Storage'
        WHEN resource_id LIKE 'vol-%' THEN 'Storage'
        WHEN regexp_matches(usage_type, 'Bytes|DataTransfer|LoadBalancer|LCUUsage|PublicIPv4|VpcEndpoint|NatGateway') THEN 'Network'
        WHEN product_code = 'AmazonEKS' AND usage_type NOT LIKE '%Fargate%' THEN 'Management'
        WHEN resource_id LIKE 'i-%' OR product_code IN ('AmazonEC2', 'AmazonEKS', 'AWSLambda', 'AmazonECS') THEN 'Compute'
        ELSE 'Other'
    END AS category,
    coalesce(usage_type, '') AS usage_type,
    tags,
    coalesce(product_code, '') = 'AmazonEKS' AS managed,
    rule,
    coalesce(line_type, '') AS line_type,
    usage_start AS "start",
    coalesce(usage_end, usage_start) AS "end",
    coalesce(currency, 'XXX') AS currency,
    CASE
        WHEN rule IN ('usage', 'spot usage', 'reserved usage', 'savings plan usage')
            THEN coalesce(on_demand, unblended)
        WHEN rule IN ('commitment fee', 'savings plan negation', 'discount', 'credit', 'refund') THEN 0
        ELSE unblended
    END AS list_cost,
    net AS net_cost,
    CASE
        WHEN rule = 'reserved usage' THEN coalesce(reserved, unblended)
        WHEN rule = 'savings plan usage' THEN coalesce(plan, unblended)
        WHEN line_type = 'RIFee' THEN coalesce(reserved_unused, 0) + coalesce(reserved_unused_upfront, 0)
        WHEN line_type = 'SavingsPlanRecurringFee' THEN coalesce(plan_commitment - plan_used, 0)
        WHEN rule IN ('commitment fee', 'savings plan negation') THEN 0
        ELSE unblended
    END AS amortized_cost,
    CASE
        WHEN rule = 'reserved usage' THEN coalesce(net_reserved, reserved, net)
        WHEN rule = 'savings plan usage' THEN coalesce(net_plan, plan, net)
        WHEN line_type = 'RIFee' THEN coalesce(net_reserved_unused, reserved_unused, 0)
            + coalesce(net_reserved_unused_upfront, reserved_unused_upfront, 0)
        WHEN line_type = 'SavingsPlanRecurringFee' THEN coalesce(plan_commitment - plan_used, 0)
        WHEN rule IN ('commitment fee', 'savings plan negation') THEN 0
        ELSE net
    END AS amortized_net_cost,
    unblended AS invoiced_cost,
    coalesce(publisher, '') AS publisher,
    coalesce(invoice_id, '') AS invoice_id,
    '' AS charge_class,
    coalesce(sku_id, '') AS sku_id,
    coalesce(sku_price_id, '') AS sku_price_id,
    coalesce(pricing_category, '') AS pricing_category,
    coalesce(pricing_unit, '') AS pricing_unit,
    coalesce(pricing_unit, '') AS consumed_unit,
    coalesce(list_unit_price, '') AS list_unit_price,
    '' AS contracted_unit_price,
    coalesce(NULLIF(plan_arn, ''), reservation_arn, '') AS commitment_id,
    CASE WHEN line_type IN ('RIFee', 'SavingsPlanRecurringFee') THEN 'Unused' WHEN rule IN ('reserved usage', 'savings plan usage') THEN 'Used' ELSE '' END AS commitment_status,
    quantity AS pricing_quantity,
    quantity AS consumed_quantity,
    CASE WHEN rule IN ('usage', 'spot usage', 'savings plan usage') THEN unblended WHEN rule = 'reserved usage' THEN on_demand END AS contracted_cost,
    0 AS covered,
    '' AS pool,
    coalesce(bill_rows, 1) AS bill_rows
FROM ruled
