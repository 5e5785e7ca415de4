-- A table, empty: its columns are what its own query gives.
CREATE TABLE {table} AS
{query}
WITH NO DATA;
