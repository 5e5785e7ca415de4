-- Note the cluster-windows whose sets bring adjustments of their own.
INSERT INTO own_adjusted
SELECT DISTINCT cluster, 'assets', '{res}', window_start FROM asset_{res}
WHERE adjustment <> 0 AND window_start BETWEEN $oldest AND $newest
    AND (cluster, window_start) IN (SELECT (unnest($clusters), unnest($starts)));
