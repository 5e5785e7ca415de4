-- Forget which of these cluster-windows bring adjustments of their own; they are loaded again.
DELETE FROM own_adjusted
WHERE kind = '{kind}' AND resolution = '{res}' AND window_start BETWEEN $oldest AND $newest
    AND (cluster, window_start) IN (SELECT (unnest($clusters), unnest($starts)));
