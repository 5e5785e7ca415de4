-- Add ledger rows. Each column's values are a list, in the order of the rows.
INSERT INTO ledger BY NAME
SELECT
    unnest($path) AS path, unnest($cluster) AS cluster, unnest($kind) AS kind,
    unnest($resolution) AS resolution, unnest($window_start) AS window_start, unnest($window_end) AS window_end,
    unnest($etag) AS etag, unnest($size_bytes) AS size_bytes, unnest($written_at) AS written_at,
    unnest($ingested_at) AS ingested_at, unnest($state) AS state, unnest($reason) AS reason,
    unnest($rows) AS rows, unnest($total_cost)::DECIMAL(38, 9) AS total_cost, unnest($currency) AS currency,
    unnest($coverage_minutes) AS coverage_minutes, unnest($final) AS final, unnest($cluster_uid) AS cluster_uid,
    unnest($source) AS source, unnest($built_at)::TIMESTAMP AS built_at, unnest($agent_version) AS agent_version,
    unnest($digest) AS digest, unnest($format_version) AS format_version,
    unnest($estimated_minutes) AS estimated_minutes;
