-- The stretch that each takes of its thing, as positions on a line: of list prices on a line of 10^12, with the ends of
-- each resource's part, and of what pages say in nanos. An amount is divided by cutting it at both ends; neighbours share
-- an end, so parts add up to the amount whatever is cut off.
WITH placed AS (
    SELECT *, (sum(w1 + w2 + w3) OVER own)::HUGEINT AS upto, (sum(w1 + w2 + w3) OVER (PARTITION BY number))::HUGEINT AS whole,
        (sum(weight) OVER own)::HUGEINT AS p1, (sum(weight) OVER (PARTITION BY number))::HUGEINT AS p
    FROM split_weight
    WINDOW own AS (
        PARTITION BY number ORDER BY rest, namespace, controller_kind, controller, pod, pod_uid, container, claim, cost_kind,
            passes ROWS UNBOUNDED PRECEDING
    )
)
SELECT p.number, p.kind, p.cost_kind, p.rest, p.passes, p.namespace, p.controller_kind, p.controller, p.pod, p.pod_uid,
    p.container, p.claim, p.q1, p.q2, p.q3, before_cut({grid}, (upto - w1 - w2 - w3), whole) AS b0,
    before_cut({grid}, (upto - w2 - w3), whole) AS b1, before_cut({grid}, (upto - w3), whole) AS b2,
    before_cut({grid}, upto, whole) AS b3, p1 - weight AS p0, p1, p.p, t.tags
FROM placed AS p
JOIN split_thing AS o ON o.number = p.number
LEFT JOIN split_tags AS t ON p.cost_kind = 'workload' AND t.cluster = o.cluster AND t.passes = p.passes
    AND t.namespace IS NOT DISTINCT FROM p.namespace AND t.controller_kind IS NOT DISTINCT FROM p.controller_kind
    AND t.controller IS NOT DISTINCT FROM p.controller AND t.pod IS NOT DISTINCT FROM p.pod
    AND t.pod_uid IS NOT DISTINCT FROM p.pod_uid AND t.container IS NOT DISTINCT FROM p.container
WHERE w1 <> 0 OR w2 <> 0 OR w3 <> 0 OR weight <> 0
