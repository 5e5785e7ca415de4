-- The windows of the tables, each with a text that changes whenever one of its objects does, or a bill of its day.
WITH objects AS (
    SELECT resolution, window_start, window_end, path || ' ' || etag || ' ' || state AS mark FROM ledger
    UNION ALL
    SELECT '1d', window_start, window_end, path || ' ' || etag || ' ' || state FROM cloud_ledger
),
bills AS (
    SELECT window_start, string_agg(path || ' ' || etag || ' ' || state, ' ' ORDER BY path) AS mark
    FROM cloud_ledger
    GROUP BY window_start
)
SELECT o.resolution, o.window_start, o.window_end,
    md5(string_agg(o.mark, ' ' ORDER BY o.mark) || coalesce(any_value(b.mark), ''))
FROM objects AS o
LEFT JOIN bills AS b ON b.window_start = date_trunc('day', o.window_start)
GROUP BY o.resolution, o.window_start, o.window_end
ORDER BY o.resolution, o.window_start;
