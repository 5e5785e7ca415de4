-- Add rows to the ledger of bills. Each column's values are a list, in the order of the rows.
INSERT INTO cloud_ledger BY NAME
SELECT
    unnest($path) AS path, unnest($integration) AS integration, unnest($window_start) AS window_start,
    unnest($window_end) AS window_end, unnest($etag) AS etag, unnest($size_bytes) AS size_bytes,
    unnest($written_at) AS written_at, unnest($ingested_at) AS ingested_at, unnest($state) AS state,
    unnest($reason) AS reason, unnest($version) AS version, unnest($bill_state) AS bill_state, unnest($rows) AS rows,
    unnest($bill_rows) AS bill_rows, unnest($unmapped_rows) AS unmapped_rows, unnest($source) AS source,
    unnest($built_at)::TIMESTAMP AS built_at, unnest($digest) AS digest,
    unnest($format_version) AS format_version;
