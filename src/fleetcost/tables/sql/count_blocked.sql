-- Assets that stay at list price although rows name them.
SELECT count(*) FROM bill_billed WHERE blocked;
