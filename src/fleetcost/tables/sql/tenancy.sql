-- What clusters themselves cost per window: their nodes' own disks and their management, as listed and billed. {touched}:
-- which cluster-windows.
SELECT cluster, window_start, min(window_end) AS window_end, min(currency) AS currency,
    min("start") AS "start", max("end") AS "end",
    coalesce(sum(cost) FILTER (WHERE type = 'Disk'), 0) AS disks,
    coalesce(sum(adjustment) FILTER (WHERE type = 'Disk'), 0) AS disks_adjustment,
    coalesce(sum(cost_estimated) FILTER (WHERE type = 'Disk'), 0) AS disks_estimated,
    coalesce(sum(cost_estimated) FILTER (WHERE type <> 'Disk'), 0) AS management_estimated,
    coalesce(sum(cost) FILTER (WHERE type <> 'Disk'), 0) AS management,
    coalesce(sum(adjustment) FILTER (WHERE type <> 'Disk'), 0) AS management_adjustment
FROM asset_{res}
WHERE {touched} AND (type = 'ClusterManagement' OR (type = 'Disk' AND local))
GROUP BY cluster, window_start;
