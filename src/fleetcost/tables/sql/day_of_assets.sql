-- What each cluster's assets cost on a day, as listed and as billed. $start: the day.
SELECT cluster, sum(cost) AS listed, sum(cost + adjustment) AS billed
FROM asset_1d
WHERE window_start = $start
GROUP BY cluster
ORDER BY cluster;
