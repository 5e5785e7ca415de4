-- The new adjustments of the touched cluster-windows' containers that differ from what they have.
WITH spread AS ({spread}),
parts AS (
    SELECT row,
        coalesce(sum(part) FILTER (WHERE resource = 'cpu'), 0) AS cpu,
        coalesce(sum(part) FILTER (WHERE resource = 'ram'), 0) AS ram,
        coalesce(sum(part) FILTER (WHERE resource = 'gpu'), 0) AS gpu,
        coalesce(sum(part) FILTER (WHERE resource = 'pv'), 0) AS pv,
        coalesce(sum(part) FILTER (WHERE resource = 'network'), 0) AS network,
        coalesce(sum(part) FILTER (WHERE resource = 'load_balancer'), 0) AS load_balancer
    FROM spread
    GROUP BY row
),
new AS (
    SELECT c.rowid AS row, c.cluster, c.window_start,
        c.cpu_cost_adjustment AS old_cpu, c.ram_cost_adjustment AS old_ram, c.gpu_cost_adjustment AS old_gpu,
        c.pv_cost_adjustment AS old_pv, c.network_cost_adjustment AS old_network,
        c.load_balancer_cost_adjustment AS old_load_balancer,
        amount_of(coalesce(p.cpu, 0))::DECIMAL(18, 9) AS cpu, amount_of(coalesce(p.ram, 0))::DECIMAL(18, 9) AS ram,
        amount_of(coalesce(p.gpu, 0))::DECIMAL(18, 9) AS gpu, amount_of(coalesce(p.pv, 0))::DECIMAL(18, 9) AS pv,
        amount_of(coalesce(p.network, 0))::DECIMAL(18, 9) AS network,
        amount_of(coalesce(p.load_balancer, 0))::DECIMAL(18, 9) AS load_balancer
    FROM container_{res} AS c
    JOIN bill_touched AS t ON t.cluster = c.cluster AND t.window_start = c.window_start
    LEFT JOIN parts AS p ON p.row = c.rowid
)
SELECT row, cluster, window_start, cpu, ram, gpu, pv, network, load_balancer
FROM new
WHERE cpu <> old_cpu OR ram <> old_ram OR gpu <> old_gpu OR pv <> old_pv OR network <> old_network
    OR load_balancer <> old_load_balancer;
