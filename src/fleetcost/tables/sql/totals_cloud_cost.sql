-- Rows and costs of these days of these integrations, to hold against what the files say of themselves.
-- {sums}: of each cost.
SELECT integration, window_start, currency, count(*) AS rows, {sums}
FROM cloud_cost_1d
WHERE window_start BETWEEN $oldest AND $newest
    AND (integration, window_start) IN (SELECT (unnest($integrations), unnest($starts)))
GROUP BY integration, window_start, currency
ORDER BY integration, window_start, currency;
