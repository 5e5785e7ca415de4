-- What was found about assets of days that have a bill.
SELECT a.cluster, a.day AS window_start, a.currency, a.type, a.name, a.provider_id, a.local,
    amount_of(a.list) AS list_cost,
    amount_of(coalesce(b.billed, 0)) AS billed_cost,
    amount_of(CASE WHEN NOT b.blocked THEN b.billed - a.list ELSE 0 END) AS adjustment,
    coalesce(b.rows, 0) AS rows,
    CASE WHEN b.asset IS NULL THEN '{unbilled}' WHEN a.own THEN '{own}' WHEN b.blocked THEN '{waiting}'
        ELSE '{matched}' END AS outcome
FROM bill_asset AS a
LEFT JOIN bill_billed AS b ON b.asset = a.asset
WHERE a.day IN (SELECT window_start FROM cloud_ledger WHERE state = 'ingested');
