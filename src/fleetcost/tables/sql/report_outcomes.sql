-- What became of the rows of bills, by outcome and currency. $start, $end: days.
SELECT outcome, currency, count(*) AS rows, sum(amortized_net_cost) AS cost
FROM {bills}
WHERE window_start >= $start AND window_start < $end
GROUP BY outcome, currency
ORDER BY currency, outcome;
