-- How many objects are in each state.
SELECT state, count(*) FROM ledger GROUP BY state;
