-- The rows of a table with columns of their label sets.
SELECT r.*, {labels} FROM {table}_{res} AS r JOIN label_set AS l ON l.label_set = r.label_set;
