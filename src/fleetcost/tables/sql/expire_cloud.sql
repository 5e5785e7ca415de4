-- Remove what ended at or before $before from the tables of bills.
DELETE FROM {table} WHERE window_start + INTERVAL 1 DAY <= $before;
