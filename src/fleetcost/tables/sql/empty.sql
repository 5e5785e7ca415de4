-- Remove every row of a table.
DELETE FROM {table};
