-- Allocations with the adjustments that change. {columns}: all other columns.
SELECT {columns},
    coalesce(n.cpu, t.cpu_cost_adjustment) AS cpu_cost_adjustment,
    coalesce(n.ram, t.ram_cost_adjustment) AS ram_cost_adjustment,
    coalesce(n.gpu, t.gpu_cost_adjustment) AS gpu_cost_adjustment,
    coalesce(n.pv, t.pv_cost_adjustment) AS pv_cost_adjustment,
    coalesce(n.network, t.network_cost_adjustment) AS network_cost_adjustment,
    coalesce(n.load_balancer, t.load_balancer_cost_adjustment) AS load_balancer_cost_adjustment
FROM container_{res} AS t
LEFT JOIN bill_container AS n ON n.row = t.rowid
