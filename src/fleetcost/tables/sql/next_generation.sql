-- The ledger was written.
UPDATE generation SET number = number + 1;
