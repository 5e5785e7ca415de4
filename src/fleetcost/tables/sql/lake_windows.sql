-- The windows of the tables, each with a text that changes whenever one of its objects does. On a day that has a bill any
-- object of the day may change any of its windows, because what was billed is spread over them.
WITH objects AS (
    SELECT resolution, window_start, window_end, path || ' ' || etag || ' ' || state AS mark FROM ledger
    UNION ALL
    SELECT '1d', window_start, window_end, path || ' ' || etag || ' ' || state FROM cloud_ledger
),
billed AS (
    SELECT date_trunc('day', o.window_start) AS day, md5(string_agg(o.mark, ' ' ORDER BY o.mark)) AS mark
    FROM objects AS o
    SEMI JOIN cloud_ledger AS b ON b.window_start = date_trunc('day', o.window_start)
    GROUP BY day
)
SELECT o.resolution, o.window_start, o.window_end, coalesce(b.mark, md5(string_agg(o.mark, ' ' ORDER BY o.mark))) AS mark
FROM objects AS o
LEFT JOIN billed AS b ON b.day = date_trunc('day', o.window_start)
GROUP BY o.resolution, o.window_start, o.window_end, b.mark
ORDER BY o.resolution, o.window_start;
