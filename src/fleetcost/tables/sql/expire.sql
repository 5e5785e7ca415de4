-- Remove the rows of windows that ended at or before $before.
DELETE FROM {table}_{res} WHERE window_end <= $before;
