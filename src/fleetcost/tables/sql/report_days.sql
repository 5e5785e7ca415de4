-- Reconciliation per cluster and day, of the clusters that any bill names. $start, $end: days.
WITH assets AS (
    SELECT cluster, window_start, min(currency) AS currency,
        sum(list_cost) AS list_cost, sum(adjustment) AS adjustment,
        coalesce(sum(billed_cost) FILTER (WHERE outcome = 'matched'), 0) AS matched_cost,
        coalesce(sum(billed_cost) FILTER (WHERE outcome IN ('waiting', 'reconciled by its agent')), 0) AS waiting_cost,
        coalesce(sum(list_cost) FILTER (WHERE outcome = 'unbilled'), 0) AS unbilled_cost,
        count(*) FILTER (WHERE outcome = 'matched') AS matched_assets,
        count(*) FILTER (WHERE outcome IN ('waiting', 'reconciled by its agent')) AS waiting_assets,
        count(*) FILTER (WHERE outcome = 'unbilled') AS unbilled_assets
    FROM reconciled_asset
    WHERE window_start >= $start AND window_start < $end
    GROUP BY cluster, window_start
),
rows AS (
    SELECT cluster, window_start,
        count(*) FILTER (WHERE outcome = 'matched') AS matched_rows,
        count(*) FILTER (WHERE outcome <> 'matched') AS unmatched_rows,
        coalesce(sum(amortized_net_cost) FILTER (WHERE outcome NOT IN ('matched', 'waiting', 'reconciled by its agent')), 0)
            AS unmatched_cost
    FROM cloud_cost_1d
    WHERE window_start >= $start AND window_start < $end AND cluster <> ''
    GROUP BY cluster, window_start
),
allocated AS (
    SELECT cluster, window_start, sum({costs}) AS cost
    FROM namespace_1d
    WHERE window_start >= $start AND window_start < $end
    GROUP BY cluster, window_start
),
idle AS (
    SELECT cluster, window_start, sum(cpu_cost + ram_cost + gpu_cost) AS cost
    FROM idle_1d
    WHERE window_start >= $start AND window_start < $end
    GROUP BY cluster, window_start
)
SELECT d.cluster, d.window_start, d.bill_state, coalesce(a.currency, ''),
    coalesce(a.list_cost, 0), coalesce(a.adjustment, 0), coalesce(a.matched_cost, 0), coalesce(a.waiting_cost, 0),
    coalesce(a.unbilled_cost, 0), coalesce(r.unmatched_cost, 0), coalesce(l.cost, 0), coalesce(i.cost, 0),
    coalesce(a.matched_assets, 0), coalesce(a.waiting_assets, 0), coalesce(a.unbilled_assets, 0),
    coalesce(r.matched_rows, 0), coalesce(r.unmatched_rows, 0)
FROM reconciled_day AS d
LEFT JOIN assets AS a ON a.cluster = d.cluster AND a.window_start = d.window_start
LEFT JOIN rows AS r ON r.cluster = d.cluster AND r.window_start = d.window_start
LEFT JOIN allocated AS l ON l.cluster = d.cluster AND l.window_start = d.window_start
LEFT JOIN idle AS i ON i.cluster = d.cluster AND i.window_start = d.window_start
WHERE d.window_start >= $start AND d.window_start < $end
    AND d.cluster IN (SELECT cluster FROM reconciled_asset WHERE outcome <> 'unbilled')
ORDER BY d.cluster, d.window_start;
