-- Clusters that only a bill knows: none of that id reports, and no row of that name was found to be a cluster's. $start: the
-- first day that is looked at.
SELECT cluster_name, min(provider), min(account_id), min(region_id), min(window_start), max(window_end),
    CASE WHEN count(DISTINCT currency) = 1 THEN min(currency) ELSE '' END AS currency,
    CASE WHEN count(DISTINCT currency) = 1 THEN sum(amortized_net_cost) END AS cost,
    count(DISTINCT match_key) FILTER (WHERE category = 'Compute') AS nodes
FROM cloud_cost_1d
WHERE window_start >= $start AND outcome = 'unmonitored cluster'
    AND lower(cluster_name) NOT IN (SELECT lower(cluster) FROM ledger WHERE state <> 'deleted')
    AND cluster_name NOT IN (SELECT cluster_name FROM cloud_cost_1d WHERE window_start >= $start AND cluster <> '')
GROUP BY cluster_name
ORDER BY cluster_name;
