-- The rows of the file: every origin cut at the ends of those that share its thing, with what it is. Rows of bills on several
-- things are added up by whom they are for. {columns}: of the version; {passes}: whether idle, tenancy and what is on no
-- asset pass the filter, by cluster and node; {whole}: nothing is filtered; {shown}: the caller may know what whole
-- origins cost; {skuless}: quantities and prices are null.
WITH cut AS (
    SELECT o.*, s.cost_kind, s.rest, s.namespace, s.controller_kind, s.controller, s.pod, s.pod_uid, s.container, s.claim,
        s.passes AS through, s.tags AS own_tags, s.q1, s.q2, s.q3, t.kind AS thing_kind, t.cluster AS thing_cluster, t.thing,
        a0 + before_cut(a1 - a0, b0, {grid}) AS x0, a0 + before_cut(a1 - a0, b1, {grid}) AS x1,
        a0 + before_cut(a1 - a0, b2, {grid}) AS x2, a0 + before_cut(a1 - a0, b3, {grid}) AS x3,
        CASE WHEN o.number = 0 THEN o.part
            ELSE before_cut(r1, p1, p) - before_cut(r1, p0, p) - before_cut(r0, p1, p) + before_cut(r0, p0, p) END AS effective
    FROM split_origin AS o
    JOIN split_share AS s ON s.number = o.number
    JOIN split_thing AS t ON t.number = o.number
),
amounts AS (
    SELECT origin, half, things, state, cost, cost_kind, rest, through, namespace, controller_kind, controller, pod, pod_uid,
        container, claim, own_tags, thing_kind, thing_cluster, CASE WHEN thing_kind = 'node' THEN thing ELSE '' END AS node,
        q1, q2, q3, x1 - x0 AS ratio1, x2 - x1 AS ratio2, x3 - x2 AS ratio3, effective,
        before_cut(billed, x3, {grid}) - before_cut(billed, x0, {grid}) AS billed,
        before_cut(list, x3, {grid}) - before_cut(list, x0, {grid}) AS list,
        before_cut(contracted, x3, {grid}) - before_cut(contracted, x0, {grid}) AS contracted,
        before_cut(pricing_quantity, x3, {grid}) - before_cut(pricing_quantity, x0, {grid}) AS priced,
        before_cut(consumed_quantity, x3, {grid}) - before_cut(consumed_quantity, x0, {grid}) AS consumed,
        list AS whole_list, contracted AS whole_contracted, pricing_quantity AS whole_priced
    FROM cut
),
added AS (
    SELECT * FROM amounts WHERE things <= 1
    UNION ALL BY NAME
    SELECT origin, half, things, state, cost, cost_kind, rest, through, namespace, controller_kind, controller, pod, pod_uid,
        container, claim, any_value(own_tags) AS own_tags, min(thing_kind) AS thing_kind, thing_cluster, min(node) AS node, sum(q1) AS q1,
        sum(q2)::HUGEINT AS q2, sum(q3) AS q3, sum(ratio1)::HUGEINT AS ratio1, sum(ratio2)::HUGEINT AS ratio2,
        sum(ratio3)::HUGEINT AS ratio3, sum(effective)::HUGEINT AS effective, sum(billed)::HUGEINT AS billed,
        sum(list)::HUGEINT AS list, sum(contracted)::HUGEINT AS contracted, sum(priced)::HUGEINT AS priced,
        sum(consumed)::HUGEINT AS consumed, whole_list, whole_contracted, whole_priced
    FROM amounts WHERE things > 1
    GROUP BY origin, half, things, state, cost, cost_kind, rest, through, namespace, controller_kind, controller, pod, pod_uid,
        container, claim, thing_cluster, whole_list, whole_contracted, whole_priced
),
known AS (
    SELECT a.*, f.* EXCLUDE (origin, half), coalesce(nullif(thing_cluster, ''), f.cluster) AS place,
        things > 1 OR (things = 1 AND thing_kind <> 'tenancy') AS divided
    FROM added AS a
    JOIN split_fact AS f ON f.origin = a.origin AND f.half = a.half
),
let_through AS (
    SELECT * EXCLUDE (cluster) FROM (
        SELECT * REPLACE (coalesce(place, '') AS cluster), '' AS provider_id FROM known
    )
    WHERE through OR {whole} OR (rest AND cluster <> '' AND {passes})
),
priced_rows AS (
    SELECT k.*, c.ratio AS x_CoverageRatio,
        unit_price(list_price, whole_list, whole_priced) AS list_unit,
        unit_price(contracted_price, whole_contracted, whole_priced) AS contracted_unit,
        CASE WHEN ChargeCategory = 'Tax' OR {skuless} THEN NULL ELSE priced END AS pricing,
        CASE WHEN ChargeCategory <> 'Usage' OR CommitmentDiscountStatus IS NOT DISTINCT FROM 'Unused' OR {skuless} THEN NULL
            ELSE consumed END AS consuming,
        CASE WHEN cost_kind = 'workload' THEN concat_ws('/', place, namespace, {own_id})
            WHEN cost_kind = 'unmounted' THEN concat_ws('/', place, namespace, 'pvc', claim) END AS resource,
        CASE WHEN cost_kind = 'workload' THEN concat_ws('/', namespace, {own_name})
            WHEN cost_kind = 'unmounted' THEN concat_ws('/', namespace, claim) END AS resource_name
    FROM let_through AS k
    LEFT JOIN split_coverage AS c ON c.cluster = k.place
),
named AS (
    SELECT *, coalesce(nullif(resource_name, ''), resource) AS AllocatedResourceName, resource AS AllocatedResourceId,
        CASE WHEN divided THEN CASE thing_kind WHEN 'disk' THEN 'fleetcost-volume-1' WHEN 'balancer' THEN 'fleetcost-balancer-1'
            WHEN 'network' THEN 'fleetcost-network-1' ELSE 'fleetcost-node-2' END END AS AllocatedMethodId,
        CASE WHEN divided AND {shown} THEN concat('{"Elements":[', concat_ws(',',
            CASE thing_kind WHEN 'node' THEN element(ratio1, 'vCPU-Hours', q1, 'cpu')
                WHEN 'disk' THEN element(ratio1, 'GiB-Hours', gib(q2), 'storage')
                WHEN 'balancer' THEN element(ratio1, 'Hours', q1, 'load balancer')
                WHEN 'network' THEN element(ratio1, 'GiB', gib(q2), 'network')
                ELSE element(ratio1, NULL, NULL, 'whole') END,
            CASE WHEN thing_kind = 'node' AND (ratio2 <> 0 OR q2 <> 0) THEN element(ratio2, 'GiB-Hours', gib(q2), 'ram') END,
            CASE WHEN thing_kind = 'node' AND (ratio3 <> 0 OR q3 <> 0) THEN element(ratio3, 'GPU-Hours', q3, 'gpu') END
        ), ']}') END AS AllocatedMethodDetails,
        CASE WHEN divided AND resource IS NOT NULL THEN json_of(list_filter(list_concat(
            map_entries(coalesce(own_tags, MAP {}::MAP(VARCHAR, VARCHAR))),
            [{'key': 'fleetcost/cluster', 'value': place}, {'key': 'fleetcost/namespace', 'value': namespace},
                {'key': 'fleetcost/controller_kind', 'value': controller_kind},
                {'key': 'fleetcost/controller', 'value': controller}]
            ), lambda tag: tag.value IS NOT NULL AND tag.value <> ''
                AND (tag_map IS NULL OR tag_map[tag.key] IS DISTINCT FROM tag.value))) END AS AllocatedTags
    FROM priced_rows
),
every AS (
    SELECT * REPLACE (CASE WHEN NOT ({skuless}) THEN PricingCategory END AS PricingCategory),
        cost_in(billed) AS BilledCost, cost_in(list) AS ListCost, cost_in(contracted) AS ContractedCost,
        cost_in(effective) AS EffectiveCost, cost_in(pricing) AS PricingQuantity,
        CASE WHEN pricing IS NOT NULL THEN pricing_unit END AS PricingUnit, cost_in(consuming) AS ConsumedQuantity,
        CASE WHEN consuming IS NOT NULL THEN consumed_unit END AS ConsumedUnit,
        CASE WHEN ChargeCategory <> 'Tax' AND NOT ({skuless}) THEN list_unit END AS ListUnitPrice,
        CASE WHEN ChargeCategory <> 'Tax' AND NOT ({skuless}) THEN contracted_unit END AS ContractedUnitPrice,
        NULL::VARCHAR AS CapacityReservationId, NULL::VARCHAR AS CapacityReservationStatus,
        NULL::VARCHAR AS CommitmentDiscountName, NULL::DECIMAL(28, 9) AS CommitmentDiscountQuantity,
        NULL::VARCHAR AS CommitmentDiscountUnit, NULL::VARCHAR AS ContractApplied, NULL::VARCHAR AS SkuPriceDetails,
        json_of(map_entries(tag_map)) AS Tags,
        place AS x_Cluster, nullif(namespace, '') AS x_Namespace, nullif(controller_kind, '') AS x_ControllerKind,
        nullif(controller, '') AS x_Controller, nullif(pod, '') AS x_Pod, nullif(container, '') AS x_Container,
        CASE WHEN things > 0 THEN cost_kind WHEN outcome = '{outside}' THEN 'outside' ELSE 'unassigned' END AS x_CostKind,
        state AS x_PriceState, CASE WHEN divided THEN concat(origin, CASE WHEN half = 'unused' THEN '-unused' ELSE '' END) END
            AS x_SplitOriginId,
        CASE WHEN divided AND {shown} THEN cost_in(cost) END AS x_SplitOriginCost
    FROM named
)
SELECT {columns} FROM (
    SELECT *, EffectiveCost AS PricingCurrencyEffectiveCost,
        ListUnitPrice AS PricingCurrencyListUnitPrice, ContractedUnitPrice AS PricingCurrencyContractedUnitPrice
    FROM every
)
-- Equal rows of a bill have an order too, by what is left: a file is the same bytes whenever it is written.
ORDER BY origin, half, x_CostKind, AllocatedResourceId, thing_kind, x_Cluster, x_Namespace, x_ControllerKind, x_Controller, x_Pod,
    x_Container, x_BillRowId, ChargeDescription, ChargeCategory, EffectiveCost, BilledCost, ListCost, ContractedCost, AllocatedMethodDetails
