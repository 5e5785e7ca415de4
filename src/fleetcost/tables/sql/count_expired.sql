-- Ledger rows of windows that ended at or before $before.
SELECT count(*) FROM ledger WHERE resolution = '{res}' AND window_end <= $before;
