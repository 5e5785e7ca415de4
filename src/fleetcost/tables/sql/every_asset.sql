-- The cluster-windows that have assets.
SELECT DISTINCT cluster, window_start FROM asset_{res}
