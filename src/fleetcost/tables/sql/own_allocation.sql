-- The cluster-windows whose sets bring adjustments of their own. {touched}: which cluster-windows.
SELECT DISTINCT cluster, 'allocations' AS kind, '{res}' AS resolution, window_start
FROM container_{res}
WHERE {touched}
    AND (cpu_cost_adjustment <> 0 OR ram_cost_adjustment <> 0 OR gpu_cost_adjustment <> 0 OR pv_cost_adjustment <> 0
        OR network_cost_adjustment <> 0 OR load_balancer_cost_adjustment <> 0);
