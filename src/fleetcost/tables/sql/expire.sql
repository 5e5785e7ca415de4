-- Remove the rows of windows that ended at or before $before; the ledger keeps its rows, so nothing is read again.
DELETE FROM {table}_{res} WHERE window_end <= $before;
