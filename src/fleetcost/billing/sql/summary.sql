-- What was collected, by rule and currency: rows of the bill, exact sums, and what of the amortized net cost is a cluster's.
SELECT rule, currency, sum(bill_rows)::BIGINT AS rows, sum(list_cost), sum(net_cost), sum(amortized_cost),
    sum(amortized_net_cost), sum(invoiced_cost),
    coalesce(sum(amortized_net_cost) FILTER (WHERE kubernetes), 0) AS of_clusters
FROM cost
GROUP BY rule, currency
ORDER BY currency, rule;
