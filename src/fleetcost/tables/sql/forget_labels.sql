-- Remove the label sets that no row has any more.
DELETE FROM label_set
WHERE label_set NOT IN (SELECT label_set FROM workload_1h UNION SELECT label_set FROM workload_1d);
