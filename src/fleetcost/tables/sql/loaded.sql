-- Cluster-windows by their lists.
SELECT unnest($clusters) AS cluster, unnest($starts) AS window_start
