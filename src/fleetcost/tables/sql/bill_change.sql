-- The assets' rows of one resolution whose adjustment changes.
SELECT row, cluster, window_start, part FROM ({spread}) WHERE part <> old;
