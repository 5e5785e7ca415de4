-- Forget the objects of windows that ended at or before $before; their rows go in the same transaction.
DELETE FROM ledger WHERE resolution = '{res}' AND window_end <= $before;
