-- The days among these that have a bill, or had one. $days: days.
SELECT window_start FROM cloud_ledger WHERE state = 'ingested' AND window_start IN (SELECT unnest($days))
UNION
SELECT window_start FROM reconciled_day WHERE window_start IN (SELECT unnest($days))
ORDER BY window_start;
