-- Write the allocations' adjustments that change.
UPDATE container_{res} AS c SET
    cpu_cost_adjustment = n.cpu,
    ram_cost_adjustment = n.ram,
    gpu_cost_adjustment = n.gpu,
    pv_cost_adjustment = n.pv,
    network_cost_adjustment = n.network,
    load_balancer_cost_adjustment = n.load_balancer
FROM bill_container AS n
WHERE c.rowid = n.row;
