-- What every part of an origin has from it: names and ids as the bill or the asset has them, null where neither says.
-- {day}, {next_day}, {month}, {next_month}: the charge's period and its billing period.
WITH linked AS (
    SELECT row, count(*) AS things, arg_min(asset, number) AS asset FROM split_link GROUP BY row
),
billed AS (
    SELECT b.digest AS origin, b.half, b.outcome, nullif(b.cluster, '') AS cluster, nullif(b.provider, '') AS provider, coalesce(nullif(b.publisher, ''), nullif(b.provider, '')) AS PublisherName,
        coalesce(nullif(b.invoice_entity_id, ''), nullif(b.account_id, '')) AS BillingAccountId,
        coalesce(nullif(b.invoice_entity_name, ''), nullif(b.invoice_entity_id, ''), nullif(b.account_name, ''),
            nullif(b.account_id, '')) AS BillingAccountName,
        CASE WHEN concat(b.invoice_entity_id, b.account_id) = '' THEN NULL WHEN b.provider = 'AWS' THEN 'Payer Account'
            ELSE 'Billing Account' END AS BillingAccountType,
        b.currency AS BillingCurrency, nullif(b.account_id, '') AS SubAccountId,
        coalesce(nullif(b.account_name, ''), nullif(b.account_id, '')) AS SubAccountName,
        CASE WHEN b.account_id = '' THEN NULL WHEN b.provider = 'Azure' THEN 'Subscription'
            WHEN b.provider = 'GCP' THEN 'Project' ELSE 'Account' END AS SubAccountType,
        nullif(b.region_id, '') AS RegionId, nullif(b.availability_zone, '') AS AvailabilityZone,
        nullif(b.provider_id, '') AS ResourceId,
        CASE WHEN b.provider_id <> '' AND l.things = 1 AND a.name <> b.provider_id THEN a.name END AS ResourceName,
        CASE WHEN b.provider_id <> '' THEN coalesce(a.type, b.house_category) END AS ResourceType,
        nullif(b.service, '') AS ServiceName, b.category AS ChargeCategory, b.rule,
        CASE WHEN lower(b.charge_class) = 'correction' THEN 'Correction' END AS ChargeClass,
        coalesce(nullif(b.usage_type, ''), nullif(b.line_type, ''), b.rule) AS ChargeDescription,
        nullif(b.invoice_id, '') AS InvoiceId,
        CASE WHEN b.category <> 'Tax' THEN coalesce(nullif(b.sku_id, ''), nullif(b.usage_type, '')) END AS SkuId,
        CASE WHEN b.category <> 'Tax' THEN nullif(b.usage_type, '') END AS SkuMeter,
        CASE WHEN b.category <> 'Tax' THEN
            coalesce(nullif(b.sku_price_id, ''), nullif(b.sku_id, ''), nullif(b.usage_type, '')) END AS SkuPriceId,
        CASE WHEN b.category = 'Tax' THEN NULL
            WHEN b.half = 'unused' OR b.rule IN ('reserved usage', 'savings plan usage')
                OR (b.category = 'Usage' AND b.commitment_id <> '') THEN 'Committed'
            WHEN lower(b.pricing_category) IN ('standard', 'dynamic', 'committed', 'other') AND b.half = 'whole'
                THEN concat(upper(left(b.pricing_category, 1)), lower(substr(b.pricing_category, 2)))
            WHEN b.rule = 'spot usage' THEN 'Dynamic'
            WHEN b.category IN ('Usage', 'Purchase') THEN 'Standard' END AS PricingCategory,
        nullif(b.pricing_unit, '') AS pricing_unit, nullif(b.consumed_unit, '') AS consumed_unit,
        TRY_CAST(nullif(b.list_unit_price, '') AS DECIMAL(38, 15)) AS list_price,
        TRY_CAST(nullif(b.contracted_unit_price, '') AS DECIMAL(38, 15)) AS contracted_price,
        nullif(b.commitment_id, '') AS CommitmentDiscountId,
        CASE WHEN b.commitment_id = '' OR b.category <> 'Usage' THEN NULL
            WHEN b.half = 'unused' OR b.rule = 'commitment fee' THEN 'Unused' ELSE 'Used' END
            AS CommitmentDiscountStatus,
        b.house_category, a.type AS asset_type, b.digest AS x_BillRowId,
        to_json(b.labels)::JSON::MAP(VARCHAR, VARCHAR) AS tag_map
    FROM split_bill AS b
    LEFT JOIN linked AS l ON l.row = b.row
    LEFT JOIN split_asset AS a ON a.asset = l.asset
),
listed AS (
    SELECT o.origin, o.half, 'listed' AS outcome, a.cluster,
        coalesce(nullif(a.provider, ''), a.cluster) AS provider, coalesce(nullif(a.provider, ''), a.cluster) AS PublisherName,
        coalesce(nullif(a.account, ''), nullif(a.project, ''), a.cluster) AS BillingAccountId,
        NULL AS BillingAccountName, CASE WHEN concat(a.account, a.project) <> '' THEN 'Account' ELSE 'Cluster' END AS BillingAccountType,
        a.currency AS BillingCurrency, nullif(a.account, '') AS SubAccountId, nullif(a.account, '') AS SubAccountName,
        CASE WHEN a.account <> '' THEN 'Account' END AS SubAccountType, nullif(a.region, '') AS RegionId,
        NULL AS AvailabilityZone, coalesce(nullif(a.provider_id, ''), nullif(a.name, '')) AS ResourceId,
        CASE WHEN a.provider_id <> '' THEN nullif(a.name, '') END AS ResourceName, a.type AS ResourceType,
        coalesce(nullif(a.service, ''), 'Kubernetes') AS ServiceName,
        CASE WHEN o.half = 'missing' THEN 'Adjustment' ELSE 'Usage' END AS ChargeCategory, 'usage' AS rule, NULL AS ChargeClass,
        concat_ws(' ', a.type, nullif(a.name, '')) AS ChargeDescription, NULL AS InvoiceId,
        CASE WHEN o.half = 'asset' THEN coalesce(nullif(a.node_type, ''), nullif(a.storage_class, ''), a.type) END AS SkuId,
        NULL AS SkuMeter,
        CASE WHEN o.half = 'asset' THEN concat_ws('/', nullif(a.provider, ''), nullif(a.region, ''),
            coalesce(nullif(a.node_type, ''), nullif(a.storage_class, ''), a.type),
            CASE WHEN a.type = 'Node' THEN if(coalesce(a.preemptible, 0) > 0, 'spot', 'on-demand') END) END AS SkuPriceId,
        CASE WHEN o.half = 'missing' THEN NULL WHEN coalesce(a.preemptible, 0) > 0 THEN 'Dynamic' ELSE 'Standard' END
            AS PricingCategory,
        CASE a.type WHEN 'Disk' THEN 'GB-Hours' ELSE 'Hours' END AS pricing_unit,
        CASE a.type WHEN 'Disk' THEN 'GB-Hours' ELSE 'Hours' END AS consumed_unit,
        NULL AS list_price, NULL AS contracted_price, NULL AS CommitmentDiscountId, NULL AS CommitmentDiscountStatus,
        CASE a.type WHEN 'Node' THEN 'Compute' WHEN 'Disk' THEN 'Storage' WHEN 'ClusterManagement' THEN 'Management'
            ELSE 'Network' END AS house_category,
        a.type AS asset_type, NULL AS x_BillRowId, to_json(a.labels)::JSON::MAP(VARCHAR, VARCHAR) AS tag_map
    FROM split_origin AS o
    JOIN split_asset AS a ON a.asset = o.asset
    WHERE o.row IS NULL
)
SELECT f.*, provider AS ProviderName, provider AS InvoiceIssuerName, provider AS HostProviderName,
    provider AS ServiceProviderName, RegionId AS RegionName, BillingCurrency AS PricingCurrency,
    {day}::TIMESTAMPTZ AS ChargePeriodStart, {next_day}::TIMESTAMPTZ AS ChargePeriodEnd,
    {month}::TIMESTAMPTZ AS BillingPeriodStart, {next_month}::TIMESTAMPTZ AS BillingPeriodEnd,
    CASE WHEN ChargeCategory = 'Usage' THEN 'Usage-Based'
        WHEN ChargeCategory = 'Purchase' AND rule IN ('commitment fee', 'support', 'fee') THEN 'Recurring' ELSE 'One-Time' END
        AS ChargeFrequency,
    CASE WHEN CommitmentDiscountId IS NULL THEN NULL
        WHEN rule = 'savings plan usage' OR contains(plain_key(CommitmentDiscountId), 'savings_plan')
            OR contains(plain_key(CommitmentDiscountId), 'savingsplan') THEN 'Spend'
        WHEN rule = 'reserved usage' OR contains(plain_key(CommitmentDiscountId), 'reserv') THEN 'Usage' END
        AS CommitmentDiscountCategory,
    CASE WHEN contains(plain_key(CommitmentDiscountId), 'savingsplan') THEN 'Savings Plan'
        WHEN contains(plain_key(CommitmentDiscountId), 'reserved_instance') THEN 'Reserved Instance'
        WHEN contains(plain_key(CommitmentDiscountId), 'reservation') THEN 'Reservation' END AS CommitmentDiscountType,
    CASE house_category WHEN 'Network' THEN 'Networking' WHEN 'Management' THEN 'Compute' ELSE house_category END
        AS ServiceCategory,
    CASE WHEN house_category = 'Management' THEN 'Containers' WHEN house_category = 'Compute' AND asset_type = 'Node'
            THEN 'Virtual Machines'
        WHEN house_category = 'Storage' AND asset_type = 'Disk' THEN 'Block Storage'
        WHEN house_category = 'Network' AND asset_type = 'LoadBalancer' THEN 'Application Networking'
        WHEN house_category = 'Network' AND asset_type = 'Network' THEN 'Network Connectivity'
        WHEN house_category = 'Network' THEN 'Other (Networking)' ELSE concat('Other (', house_category, ')') END
        AS ServiceSubcategory
FROM (SELECT * FROM billed UNION ALL BY NAME SELECT * FROM listed) AS f
