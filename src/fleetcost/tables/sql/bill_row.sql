-- The rows of the bills of days. {days}: which.
SELECT c.rowid AS row, c.integration, c.window_start AS day, c.currency, c.provider, c.account_id, c.category,
    
    -- An OS disk of Azure is named after its machine and a random end.
    CASE WHEN contains(c.match_key, '/disks/') AND contains(c.match_key, '_osdisk_')
        THEN concat(regexp_extract(c.match_key, '^(.*)_osdisk_', 1), '_osdisk') ELSE c.match_key END AS key,
    c.cluster_name, c.service_names, c.kubernetes, nanos(c.amortized_net_cost) AS amount, c."start", c."end",
    l.bill_state
FROM cloud_cost_1d AS c
JOIN (
    SELECT integration, window_start, bill_state FROM cloud_ledger WHERE state = 'ingested' AND {days}
) AS l ON l.integration = c.integration AND l.window_start = c.window_start;
