-- Every row of the ledger of bills, newest days first. That of an older lake has no `format_version`.
SELECT path, integration, window_start, window_end, etag, size_bytes, written_at, ingested_at, state, reason, version,
    bill_state, rows, bill_rows, unmapped_rows, source, built_at, digest,
    coalesce(format_version, 1) AS format_version
FROM cloud_ledger
ORDER BY window_start DESC, integration;
