-- What the assets that carry rows of bills cost after reconciliation, by currency. $start, $end: days.
SELECT currency, sum(list_cost + adjustment) AS cost
FROM {assets}
WHERE window_start >= $start AND window_start < $end AND outcome = 'matched'
GROUP BY currency
ORDER BY currency;
