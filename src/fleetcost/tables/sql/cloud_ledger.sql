-- Every row of the ledger of bills, newest days first.
SELECT path, integration, window_start, window_end, etag, size_bytes, written_at, ingested_at, state, reason, version,
    bill_state, rows, bill_rows, unmapped_rows, source, built_at, digest
FROM cloud_ledger
ORDER BY window_start DESC, integration;
