-- Bills of days that ended at or before $before.
SELECT count(*) FROM cloud_ledger WHERE window_end <= $before;
