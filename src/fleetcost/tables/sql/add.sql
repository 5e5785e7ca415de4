-- Add a query's rows to a table.
INSERT INTO {table} BY NAME
{query}
