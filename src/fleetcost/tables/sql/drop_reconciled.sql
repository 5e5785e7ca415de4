-- Forget what was found about these days.
DELETE FROM {table} WHERE window_start IN (SELECT unnest($days));
