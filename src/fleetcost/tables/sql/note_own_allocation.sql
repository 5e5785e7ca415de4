-- Note the cluster-windows whose sets bring adjustments of their own.
INSERT INTO own_adjusted
SELECT DISTINCT cluster, 'allocations', '{res}', window_start FROM container_{res}
WHERE (cpu_cost_adjustment <> 0 OR ram_cost_adjustment <> 0 OR gpu_cost_adjustment <> 0 OR pv_cost_adjustment <> 0
        OR network_cost_adjustment <> 0 OR load_balancer_cost_adjustment <> 0)
    AND window_start BETWEEN $oldest AND $newest
    AND (cluster, window_start) IN (SELECT (unnest($clusters), unnest($starts)));
