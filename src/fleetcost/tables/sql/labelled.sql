-- Rows with columns of their label sets.
SELECT r.*, {labels} FROM {rows} AS r JOIN label_set AS l ON l.label_set = r.label_set;
