-- How far the bills of each cluster had come on days that have one: the least of those that name its assets, else nothing has come.
SELECT a.cluster, a.day AS window_start,
    CASE WHEN count(r.row) = 0 OR bool_or(r.bill_state = 'estimated') THEN 'estimated'
        WHEN bool_or(r.bill_state = 'partial bill') THEN 'partial bill' ELSE 'final' END AS bill_state
FROM bill_asset AS a
LEFT JOIN bill_link AS l ON l.asset = a.asset
LEFT JOIN bill_row AS r ON r.row = l.row
WHERE a.day IN (SELECT window_start FROM cloud_ledger WHERE state = 'ingested')
GROUP BY a.cluster, a.day;
