-- The assets of days, one row each in each currency, from daily sets, or from hourly ones where a cluster has no daily one. {days}, {hours}:
-- which windows.
WITH every AS (
    SELECT cluster, window_start AS day, currency, type, name, provider_id, local, project, ip, volume_name, cost,
        "start", "end"
    FROM asset_1d
    WHERE {days}
    UNION ALL
    SELECT h.cluster, date_trunc('day', h.window_start)::TIMESTAMP AS day, h.currency, h.type, h.name, h.provider_id,
        h.local, h.project, h.ip, h.volume_name, h.cost, h."start", h."end"
    FROM (SELECT * FROM asset_1h WHERE {hours}) AS h
    ANTI JOIN (SELECT cluster, window_start AS day FROM asset_1d WHERE {days}) AS d
        ON d.cluster = h.cluster AND d.day = date_trunc('day', h.window_start)::TIMESTAMP
),
whole AS (
    SELECT cluster, day, type, name, provider_id, local, currency, max(project) AS project,
        max(ip) AS ip, nanos(sum(cost)) AS list, min("start") AS "start", max("end") AS "end"
    FROM every
    WHERE type IN ('Node', 'Disk', 'LoadBalancer', 'ClusterManagement', 'Network')
    GROUP BY cluster, day, type, name, provider_id, local, currency
),
own AS (
    SELECT DISTINCT cluster, date_trunc('day', window_start)::TIMESTAMP AS day FROM own_adjusted
)
SELECT row_number() OVER (ORDER BY w.day, w.cluster, w.type, w.name, w.provider_id, w.local, w.currency) AS asset, w.*,
    o.cluster IS NOT NULL AS own
FROM whole AS w
LEFT JOIN own AS o ON o.cluster = w.cluster AND o.day = w.day;
