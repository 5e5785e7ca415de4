-- The tables that exist once per resolution. {container_columns}, {asset_columns}: the columns of sets, of `model`.

-- One row per cluster, window and container (or unmounted volume). `label_set` stands for what many rows share.
CREATE TABLE container_{res} (
    cluster VARCHAR NOT NULL,
    window_start TIMESTAMP NOT NULL,
    window_end TIMESTAMP NOT NULL,
    currency VARCHAR NOT NULL,
    label_set UBIGINT NOT NULL,
    {container_columns}
);

-- The same rows with their labels, for statements that do not choose their source. Where no label column is read, the
-- engine leaves the join out.
CREATE VIEW allocation_{res} AS
SELECT c.* EXCLUDE (label_set), l.labels, l.annotations, l.namespace_labels, l.namespace_annotations, l.services
FROM container_{res} AS c
LEFT JOIN (
    SELECT label_set, any_value(labels) AS labels, any_value(annotations) AS annotations,
        any_value(namespace_labels) AS namespace_labels, any_value(namespace_annotations) AS namespace_annotations,
        any_value(services) AS services
    FROM label_set
    GROUP BY label_set
) AS l ON l.label_set = c.label_set;

-- One row per cluster, window and asset.
CREATE TABLE asset_{res} (
    cluster VARCHAR NOT NULL,
    window_start TIMESTAMP NOT NULL,
    window_end TIMESTAMP NOT NULL,
    currency VARCHAR NOT NULL,
    {asset_columns}
);

-- One row per cluster, window and node: what the node cost and nobody was charged for. Derived from the two above.
-- A resource that is over-committed has negative idle, which is kept: only then do the books close.
CREATE TABLE idle_{res} (
    cluster VARCHAR NOT NULL,
    window_start TIMESTAMP NOT NULL,
    window_end TIMESTAMP NOT NULL,
    currency VARCHAR NOT NULL,
    node VARCHAR NOT NULL,
    provider_id VARCHAR NOT NULL,
    "start" TIMESTAMP NOT NULL,
    "end" TIMESTAMP NOT NULL,
    cpu_cost_estimated DECIMAL(38, 9) NOT NULL,
    ram_cost_estimated DECIMAL(38, 9) NOT NULL,
    gpu_cost_estimated DECIMAL(38, 9) NOT NULL,
    cpu_cost DECIMAL(38, 9) NOT NULL,
    ram_cost DECIMAL(38, 9) NOT NULL,
    gpu_cost DECIMAL(38, 9) NOT NULL
);

-- One row per cluster and window: what the cluster itself costs, its nodes' own disks and its management. Derived from
-- its assets.
CREATE TABLE tenancy_{res} (
    cluster VARCHAR NOT NULL,
    window_start TIMESTAMP NOT NULL,
    window_end TIMESTAMP NOT NULL,
    currency VARCHAR NOT NULL,
    "start" TIMESTAMP NOT NULL,
    "end" TIMESTAMP NOT NULL,
    disks_estimated DECIMAL(38, 9) NOT NULL,
    management_estimated DECIMAL(38, 9) NOT NULL,
    disks DECIMAL(38, 9) NOT NULL,
    disks_adjustment DECIMAL(38, 9) NOT NULL,
    management DECIMAL(38, 9) NOT NULL,
    management_adjustment DECIMAL(38, 9) NOT NULL
);

-- One row per cluster, window and node: its cost and what a bill adds, by resource.
CREATE VIEW node_share_{res} AS
{node_share};
