-- Rows of bills by what became of them. $start: the first day.
SELECT outcome, count(*) AS rows FROM cloud_cost_1d WHERE window_start >= $start GROUP BY outcome ORDER BY outcome;
