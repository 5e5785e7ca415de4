-- One row per cluster, window and node: its cost and what a bill adds, by resource. An adjustment is of the whole node;
-- its resources take their parts in proportion, the largest the exact rest.
WITH whole AS (
    SELECT cluster, window_start, name AS node,
        min(window_end) AS window_end, min(currency) AS currency, min(provider_id) AS provider_id,
        min("start") AS "start", max("end") AS "end",
        sum(cpu_cost_estimated) AS cpu_cost_estimated, sum(ram_cost_estimated) AS ram_cost_estimated,
        sum(gpu_cost_estimated) AS gpu_cost_estimated, sum(cpu_cost) AS cpu_cost, sum(ram_cost) AS ram_cost, sum(gpu_cost) AS gpu_cost,
        nanos(sum(adjustment)) AS adjustment, nanos(sum(cpu_cost + ram_cost + gpu_cost)) AS whole
    FROM asset_{res}
    WHERE type = 'Node'
    GROUP BY cluster, window_start, name
),
parts AS (
    SELECT *,
        CASE WHEN whole > 0 THEN quotient(adjustment * nanos(cpu_cost), whole) ELSE 0 END AS cpu_part,
        CASE WHEN whole > 0 THEN quotient(adjustment * nanos(ram_cost), whole) ELSE 0 END AS ram_part,
        CASE WHEN whole > 0 THEN quotient(adjustment * nanos(gpu_cost), whole) ELSE 0 END AS gpu_part
    FROM whole
),
rests AS (
    SELECT *, adjustment - cpu_part - ram_part - gpu_part AS rest FROM parts
)
SELECT cluster, window_start, node, window_end, currency, provider_id, "start", "end", cpu_cost, ram_cost, gpu_cost,
    cpu_cost_estimated, ram_cost_estimated, gpu_cost_estimated,
    amount_of(cpu_part + CASE WHEN cpu_cost >= ram_cost AND cpu_cost >= gpu_cost THEN rest ELSE 0 END) AS cpu_adjustment,
    amount_of(ram_part + CASE WHEN ram_cost > cpu_cost AND ram_cost >= gpu_cost THEN rest ELSE 0 END) AS ram_adjustment,
    amount_of(gpu_part + CASE WHEN gpu_cost > cpu_cost AND gpu_cost > ram_cost THEN rest ELSE 0 END) AS gpu_adjustment
FROM rests
