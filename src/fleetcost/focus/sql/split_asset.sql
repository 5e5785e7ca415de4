-- The assets of a day that bills are held against, with what they are found by in `bill_asset`, and what each is to the
-- split: a thing that workloads use (node, disk, balancer, network), or a cost of the cluster itself (tenancy).
-- {days}, {hours}: which windows.
WITH every AS (
    SELECT * FROM asset_1d WHERE {days}
    UNION ALL BY NAME
    SELECT h.* FROM (SELECT * FROM asset_1h WHERE {hours}) AS h
    ANTI JOIN (SELECT cluster FROM asset_1d WHERE {days}) AS d ON d.cluster = h.cluster
),
whole AS (
    SELECT cluster, currency, type, name, provider_id, local, max(volume_name) AS volume_name,
        max(claim_namespace) AS claim_namespace, max(claim_name) AS claim_name, max(provider) AS provider,
        max(account) AS account, max(project) AS project, max(region) AS region, max(service) AS service,
        max(node_type) AS node_type, max(storage_class) AS storage_class, max(preemptible) AS preemptible,
        any_value(labels) AS labels, min("start") AS begun, max("end") AS ended,
        nanos(sum(cost)) AS list, nanos(sum(cost + adjustment)) AS total, nanos(sum(cpu_cost)) AS cpu,
        nanos(sum(ram_cost)) AS ram, nanos(sum(gpu_cost)) AS gpu, sum(cpu_core_hours) AS cpu_core_hours,
        sum(ram_byte_hours)::HUGEINT AS ram_byte_hours, sum(gpu_hours) AS gpu_hours,
        sum(byte_hours)::HUGEINT AS byte_hours
    FROM every
    GROUP BY cluster, currency, type, name, provider_id, local
)
SELECT b.asset, b.own, w.*,
    CASE WHEN w.type = 'Node' THEN 'node' WHEN w.type = 'LoadBalancer' THEN 'balancer' WHEN w.type = 'Network' THEN 'network'
        WHEN w.type = 'Disk' AND NOT w.local THEN 'disk' ELSE 'tenancy' END AS kind,
    CASE WHEN w.type = 'Network' THEN '' WHEN w.type = 'Disk' AND NOT w.local THEN coalesce(nullif(w.volume_name, ''), w.name)
        WHEN w.type IN ('Node', 'LoadBalancer') THEN w.name
        ELSE concat(w.type, ' ', w.name, ' ', w.provider_id) END AS thing
FROM whole AS w
JOIN bill_asset AS b ON b.cluster = w.cluster AND b.currency = w.currency AND b.type = w.type AND b.name = w.name
    AND b.provider_id = w.provider_id AND b.local = w.local
