-- Rows with a number of their own.
SELECT *, monotonically_increasing_id() AS rowid FROM ({query})
