-- Forget the objects of windows that ended at or before $before; a longer retention then reads them again.
DELETE FROM ledger WHERE resolution = '{res}' AND window_end <= $before;
