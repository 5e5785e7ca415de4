-- What was billed, and how it was reconciled with the assets of clusters.

-- One row per object below cloudcosts/ that was read or tried: a day of an integration.
CREATE TABLE cloud_ledger (
    path VARCHAR PRIMARY KEY,
    integration VARCHAR NOT NULL,
    window_start TIMESTAMP NOT NULL,
    window_end TIMESTAMP NOT NULL,
    etag VARCHAR NOT NULL,
    size_bytes BIGINT NOT NULL,
    written_at TIMESTAMP NOT NULL,
    ingested_at TIMESTAMP NOT NULL,
    state VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    bill_state VARCHAR NOT NULL,
    rows BIGINT NOT NULL,
    bill_rows BIGINT NOT NULL,
    unmapped_rows BIGINT NOT NULL,
    source VARCHAR NOT NULL,
    built_at TIMESTAMP,
    digest VARCHAR NOT NULL,
    format_version INTEGER NOT NULL DEFAULT 1
);

-- One row per row of a cloud cost set. {columns}: those of the sets, of `model`; `match_key`, `cluster_name`,
-- `service_names`: what it can be matched by; `cluster`, `outcome`: where reconciliation has put it.
CREATE TABLE cloud_cost_1d (
    integration VARCHAR NOT NULL,
    window_start TIMESTAMP NOT NULL,
    window_end TIMESTAMP NOT NULL,
    {columns},
    match_key VARCHAR NOT NULL,
    cluster_name VARCHAR NOT NULL,
    service_names VARCHAR NOT NULL,
    cluster VARCHAR NOT NULL,
    outcome VARCHAR NOT NULL
);

-- One row per asset and day of the days that have a bill: list price, what its rows add up to, what was applied.
CREATE TABLE reconciled_asset (
    cluster VARCHAR NOT NULL,
    window_start TIMESTAMP NOT NULL,
    currency VARCHAR NOT NULL,
    type VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    provider_id VARCHAR NOT NULL,
    local BOOLEAN NOT NULL,
    list_cost DECIMAL(38, 9) NOT NULL,
    billed_cost DECIMAL(38, 9) NOT NULL,
    adjustment DECIMAL(38, 9) NOT NULL,
    rows BIGINT NOT NULL,
    outcome VARCHAR NOT NULL
);

-- One row per cluster and day of the days that have a bill, or should have one: how far its bill had come.
CREATE TABLE reconciled_day (
    cluster VARCHAR NOT NULL,
    window_start TIMESTAMP NOT NULL,
    bill_state VARCHAR NOT NULL
);

-- One row per cluster-window whose sets bring adjustments of their own; those are never changed.
CREATE TABLE own_adjusted (
    cluster VARCHAR NOT NULL, kind VARCHAR NOT NULL, resolution VARCHAR NOT NULL, window_start TIMESTAMP NOT NULL
);
