-- What allocations take of each thing: list prices in nanos by resource, what pages say in all, and amounts that were used.
-- Storage that no pod used is its claim's; what nobody claims is nobody's.
WITH parts AS (
    SELECT cluster, currency, 'node' AS kind, node AS thing, 'workload' AS cost_kind, passes, namespace, controller_kind,
        controller, pod, pod_uid, container, '' AS claim, cpu AS w1, ram AS w2, gpu AS w3, page, 0::HUGEINT AS spare,
        cpu_core_hours AS q1, ram_byte_hours AS q2, gpu_hours AS q3
    FROM split_own WHERE kind = 'workload'
    UNION ALL
    SELECT o.cluster, o.currency, 'disk', o.v.volume, if(o.kind = 'workload', 'workload', 'unmounted'), o.passes,
        if(o.kind = 'workload', o.namespace, t.claim_namespace), o.controller_kind, o.controller, o.pod, o.pod_uid, o.container,
        if(o.kind = 'workload', '', t.claim_name), nanos(o.v.cost), 0, 0, nanos(o.v.cost), o.v.byte_hours, 0,
        o.v.byte_hours, 0
    FROM (SELECT *, unnest(volumes) AS v FROM split_own) AS o
    JOIN split_thing AS t ON t.cluster = o.cluster AND t.currency = o.currency AND t.kind = 'disk' AND t.thing = o.v.volume
    WHERE o.kind = 'workload' OR t.claim_name <> ''
    UNION ALL
    SELECT cluster, currency, 'balancer', b.service, 'workload', passes, namespace, controller_kind, controller, pod, pod_uid,
        container, '', nanos(b.cost), 0, 0, nanos(b.cost), 0, b.hours, 0, 0
    FROM (SELECT *, unnest(load_balancers) AS b FROM split_own WHERE kind = 'workload')
    UNION ALL
    SELECT cluster, currency, 'network', '', 'workload', passes, namespace, controller_kind, controller, pod, pod_uid,
        container, '', network, 0, 0, network_page, 0, 0, network_bytes, 0
    FROM split_own WHERE kind = 'workload' AND (network <> 0 OR network_page <> 0)
)
SELECT t.number, p.cost_kind, p.passes, p.namespace, p.controller_kind, p.controller, p.pod, p.pod_uid, p.container, p.claim,
    sum(w1)::HUGEINT AS w1, sum(w2)::HUGEINT AS w2, sum(w3)::HUGEINT AS w3, sum(page)::HUGEINT AS page,
    sum(spare)::HUGEINT AS spare, sum(q1) AS q1, sum(q2)::HUGEINT AS q2, sum(q3) AS q3
FROM parts AS p
JOIN split_thing AS t ON t.cluster = p.cluster AND t.currency = p.currency AND t.kind = p.kind AND t.thing = p.thing
GROUP BY ALL
