-- Add ledger rows. The rows are in the order of the columns of the table.
INSERT INTO ledger SELECT unnest($rows, recursive := true);
