-- The windows the ledger knows of, each with a text that changes whenever one of its objects does.
SELECT resolution, window_start, window_end, md5(string_agg(path || ' ' || etag || ' ' || state, ' ' ORDER BY path))
FROM ledger
GROUP BY resolution, window_start, window_end
ORDER BY resolution, window_start;
