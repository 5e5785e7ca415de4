-- Forget what is known of these objects; their new rows follow in the same transaction.
DELETE FROM cloud_ledger WHERE path IN (SELECT unnest($paths));
