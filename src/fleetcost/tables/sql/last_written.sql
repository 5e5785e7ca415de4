-- When the newest ledger row was written; NULL where there is none.
SELECT max(ingested_at) FROM ledger;
