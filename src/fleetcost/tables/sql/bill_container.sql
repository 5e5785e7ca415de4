-- The new adjustments of the touched cluster-windows' containers that differ from what they have.
CREATE OR REPLACE TEMP TABLE bill_container AS
WITH parts AS (
    SELECT s.row,
        coalesce(sum(part) FILTER (resource = 'cpu'), 0) AS cpu,
        coalesce(sum(part) FILTER (resource = 'ram'), 0) AS ram,
        coalesce(sum(part) FILTER (resource = 'gpu'), 0) AS gpu,
        coalesce(sum(part) FILTER (resource = 'pv'), 0) AS pv,
        coalesce(sum(part) FILTER (resource = 'network'), 0) AS network,
        coalesce(sum(part) FILTER (resource = 'load_balancer'), 0) AS load_balancer
    FROM ({spread}) AS s
    GROUP BY s.row
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
SELECT * EXCLUDE (old_cpu, old_ram, old_gpu, old_pv, old_network, old_load_balancer)
FROM new
WHERE (cpu, ram, gpu, pv, network, load_balancer)
    <> (old_cpu, old_ram, old_gpu, old_pv, old_network, old_load_balancer);
