-- Per currency: the part of what is a cluster's by its tags or its assets that no asset carries. $start: the first day.
SELECT currency,
    coalesce(sum(amortized_net_cost) FILTER (outcome IN ('no asset', 'other currency', 'unmonitored cluster'))
        / nullif(sum(amortized_net_cost) FILTER (outcome <> 'outside of clusters'), 0), 0)::DOUBLE AS unmatched
FROM cloud_cost_1d
WHERE window_start >= $start
GROUP BY currency
ORDER BY currency;
