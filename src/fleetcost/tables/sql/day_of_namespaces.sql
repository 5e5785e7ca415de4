-- What each namespace of each cluster cost on a day, as listed and as billed. $start: the day.
SELECT cluster, namespace, sum(listed) AS listed, sum(listed + adjusted) AS billed
FROM (
    SELECT cluster, namespace,
        cpu_cost + ram_cost + gpu_cost + pv_cost + network_cost + load_balancer_cost + external_cost AS listed,
        cpu_cost_adjustment + ram_cost_adjustment + gpu_cost_adjustment + pv_cost_adjustment + network_cost_adjustment
            + load_balancer_cost_adjustment AS adjusted
    FROM container_1d
    WHERE window_start = $start
)
GROUP BY cluster, namespace
ORDER BY cluster, namespace;
