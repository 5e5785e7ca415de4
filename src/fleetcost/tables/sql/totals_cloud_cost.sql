-- Rows and costs of these days of these integrations, to hold against what the files say of themselves.
SELECT integration, window_start, currency, count(*) AS rows, sum(list_cost) AS list_cost, sum(net_cost) AS net_cost,
    sum(amortized_cost) AS amortized_cost, sum(amortized_net_cost) AS amortized_net_cost,
    sum(invoiced_cost) AS invoiced_cost
FROM cloud_cost_1d
WHERE window_start BETWEEN $oldest AND $newest
    AND (integration, window_start) IN (SELECT (unnest($integrations), unnest($starts)))
GROUP BY integration, window_start, currency
ORDER BY integration, window_start, currency;
