-- Reconciliation per cluster, day and currency, of the clusters that any bill names: a sum never adds two currencies, and a
-- cluster's rows in another than its assets' have a line of their own. $start, $end: days.
WITH assets AS (
    SELECT cluster, window_start, currency,
        sum(list_cost) AS list_cost, sum(adjustment) AS adjustment,
        coalesce(sum(billed_cost) FILTER (WHERE outcome = 'matched'), 0) AS matched_cost,
        coalesce(sum(billed_cost) FILTER (WHERE outcome IN ('waiting', 'reconciled by its agent')), 0) AS waiting_cost,
        coalesce(sum(list_cost) FILTER (WHERE outcome = 'unbilled'), 0) AS unbilled_cost,
        count(*) FILTER (WHERE outcome = 'matched') AS matched_assets,
        count(*) FILTER (WHERE outcome IN ('waiting', 'reconciled by its agent')) AS waiting_assets,
        count(*) FILTER (WHERE outcome = 'unbilled') AS unbilled_assets
    FROM reconciled_asset
    WHERE window_start >= $start AND window_start < $end
    GROUP BY cluster, window_start, currency
),
rows AS (
    SELECT cluster, window_start, currency,
        count(*) FILTER (WHERE outcome = 'matched') AS matched_rows,
        count(*) FILTER (WHERE outcome <> 'matched') AS unmatched_rows,
        coalesce(sum(amortized_net_cost) FILTER (WHERE outcome NOT IN ('matched', 'waiting', 'reconciled by its agent')), 0)
            AS unmatched_cost
    FROM cloud_cost_1d
    WHERE window_start >= $start AND window_start < $end AND cluster <> ''
    GROUP BY cluster, window_start, currency
),
allocated AS (
    SELECT cluster, window_start, currency, sum({costs}) AS cost
    FROM namespace_1d
    WHERE window_start >= $start AND window_start < $end
    GROUP BY cluster, window_start, currency
),
idle AS (
    SELECT cluster, window_start, currency, sum(cpu_cost + ram_cost + gpu_cost) AS cost
    FROM idle_1d
    WHERE window_start >= $start AND window_start < $end
    GROUP BY cluster, window_start, currency
),
summed AS (
    SELECT cluster, window_start, currency, a.list_cost, a.adjustment, a.matched_cost, a.waiting_cost, a.unbilled_cost,
        r.unmatched_cost, l.cost AS allocated_cost, i.cost AS idle_cost, a.matched_assets, a.waiting_assets,
        a.unbilled_assets, r.matched_rows, r.unmatched_rows
    FROM assets AS a
    FULL JOIN rows AS r USING (cluster, window_start, currency)
    FULL JOIN allocated AS l USING (cluster, window_start, currency)
    FULL JOIN idle AS i USING (cluster, window_start, currency)
)
SELECT d.cluster, d.window_start, d.bill_state, coalesce(s.currency, ''),
    coalesce(s.list_cost, 0), coalesce(s.adjustment, 0), coalesce(s.matched_cost, 0), coalesce(s.waiting_cost, 0),
    coalesce(s.unbilled_cost, 0), coalesce(s.unmatched_cost, 0), coalesce(s.allocated_cost, 0), coalesce(s.idle_cost, 0),
    coalesce(s.matched_assets, 0), coalesce(s.waiting_assets, 0), coalesce(s.unbilled_assets, 0),
    coalesce(s.matched_rows, 0), coalesce(s.unmatched_rows, 0)
FROM reconciled_day AS d
LEFT JOIN summed AS s ON s.cluster = d.cluster AND s.window_start = d.window_start
WHERE d.window_start >= $start AND d.window_start < $end
    AND d.cluster IN (SELECT cluster FROM reconciled_asset WHERE outcome <> 'unbilled')
ORDER BY d.cluster, d.window_start, s.currency;
