-- The rows of one table for the lake. {numbers}: columns that the exchange format has no type for, each with its cast.
SELECT * REPLACE ({numbers}) FROM {table};
