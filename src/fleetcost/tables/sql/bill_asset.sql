-- The assets of days, one row each, from daily sets, or from hourly ones where a cluster has no daily one. $days: days;
-- $oldest, $newest: their range.
CREATE OR REPLACE TEMP TABLE bill_asset AS
WITH days AS (SELECT unnest($days) AS day),
every AS (
    SELECT cluster, window_start AS day, currency, type, name, provider_id, local, project, ip, volume_name, cost,
        "start", "end"
    FROM asset_1d
    WHERE window_start BETWEEN $oldest AND $newest AND window_start IN (FROM days)
    UNION ALL
    SELECT cluster, date_trunc('day', window_start) AS day, currency, type, name, provider_id, local, project, ip,
        volume_name, cost, "start", "end"
    FROM asset_1h
    WHERE window_start >= $oldest AND window_start < $newest + INTERVAL 1 DAY
        AND date_trunc('day', window_start) IN (FROM days)
        AND (cluster, date_trunc('day', window_start)) NOT IN (
            SELECT (cluster, window_start) FROM asset_1d WHERE window_start BETWEEN $oldest AND $newest
        )
)
SELECT row_number() OVER (ORDER BY day, cluster, type, name, provider_id, local) AS asset, *
FROM (
    SELECT cluster, day, type, name, provider_id, local, min(currency) AS currency, max(project) AS project,
        max(ip) AS ip, nanos(sum(cost)) AS list, min("start") AS "start", max("end") AS "end",
        (cluster, '1d', day) IN (SELECT (cluster, resolution, window_start) FROM own_adjusted)
            OR (cluster, '1h', day) IN (
                SELECT (cluster, resolution, date_trunc('day', window_start)) FROM own_adjusted
            ) AS own
    FROM every
    WHERE type IN ('Node', 'Disk', 'LoadBalancer', 'ClusterManagement', 'Network')
    GROUP BY cluster, day, type, name, provider_id, local
);
