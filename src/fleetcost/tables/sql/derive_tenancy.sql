-- What the touched clusters themselves cost per window: their nodes' own disks and their management, as listed and billed.
INSERT INTO tenancy_{res} BY NAME
SELECT cluster, window_start, any_value(window_end) AS window_end, any_value(currency) AS currency,
    min("start") AS "start", max("end") AS "end",
    coalesce(sum(cost) FILTER (WHERE type = 'Disk'), 0) AS disks,
    coalesce(sum(adjustment) FILTER (WHERE type = 'Disk'), 0) AS disks_adjustment,
    coalesce(sum(cost) FILTER (WHERE type <> 'Disk'), 0) AS management,
    coalesce(sum(adjustment) FILTER (WHERE type <> 'Disk'), 0) AS management_adjustment
FROM asset_{res}
WHERE window_start BETWEEN $oldest AND $newest
    AND (cluster, window_start) IN (SELECT (unnest($clusters), unnest($starts)))
    AND (type = 'ClusterManagement' OR (type = 'Disk' AND local))
GROUP BY cluster, window_start;
