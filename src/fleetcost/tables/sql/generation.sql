-- How often the ledger was written.
SELECT number FROM generation;
