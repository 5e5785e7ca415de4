-- Rows and the assets that should carry them: those found by id, and of rows that name a cluster and have no id of an
-- asset its fee, the load balancers of the Services that they name, and what AKS puts all of them on: its rules are
-- charged to one balancer called `kubernetes` (https://cloud-provider-azure.sigs.k8s.io/topics/loadbalancer/).
WITH lost AS (
    SELECT o.row, o.day, n.cluster, o.category, o.service_names,
        o.provider = 'Azure' AND (ends_with(o.key, '/loadbalancers/kubernetes')
            OR ends_with(o.key, '/loadbalancers/kubernetes-internal')) AS shared
    FROM bill_row AS o
    JOIN bill_named AS n ON n.row = o.row
    ANTI JOIN bill_hit AS h ON h.row = o.row
),
by_name AS (
    SELECT r.row, a.asset
    FROM lost AS r
    JOIN bill_asset AS a ON a.cluster = r.cluster AND a.day = r.day
    WHERE (a.type = 'ClusterManagement' AND r.category = 'Management')
        OR (a.type = 'LoadBalancer' AND r.category = 'Network' AND (r.shared
            OR contains(concat(',', r.service_names, ','), concat(',', a.name, ','))))
),
linked AS (
    SELECT row, asset FROM bill_hit WHERE asset IS NOT NULL
    UNION
    SELECT row, asset FROM by_name
)
SELECT l.row, l.asset, a.currency = r.currency AS same
FROM linked AS l
JOIN bill_row AS r ON r.row = l.row
JOIN bill_asset AS a ON a.asset = l.asset;
