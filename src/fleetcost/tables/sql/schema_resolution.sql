-- The tables that exist once per resolution.

-- One row per cluster, window and container (or unmounted volume). `label_set` stands for what many rows share.
CREATE TABLE container_{res} (
    cluster VARCHAR NOT NULL,
    window_start TIMESTAMP NOT NULL,
    window_end TIMESTAMP NOT NULL,
    currency VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    node VARCHAR NOT NULL,
    provider_id VARCHAR NOT NULL,
    namespace VARCHAR NOT NULL,
    controller_kind VARCHAR NOT NULL,
    controller VARCHAR NOT NULL,
    pod VARCHAR NOT NULL,
    pod_uid VARCHAR NOT NULL,
    container VARCHAR NOT NULL,
    label_set UBIGINT NOT NULL,
    "start" TIMESTAMP NOT NULL,
    "end" TIMESTAMP NOT NULL,
    cpu_core_hours DECIMAL(18, 9) NOT NULL,
    cpu_core_request_hours DECIMAL(18, 9) NOT NULL,
    cpu_core_usage_hours DECIMAL(18, 9),
    cpu_core_usage_max DOUBLE,
    cpu_cost DECIMAL(18, 9) NOT NULL,
    cpu_cost_adjustment DECIMAL(18, 9) NOT NULL,
    ram_byte_hours BIGINT NOT NULL,
    ram_byte_request_hours BIGINT NOT NULL,
    ram_byte_usage_hours BIGINT,
    ram_byte_usage_max DOUBLE,
    ram_cost DECIMAL(18, 9) NOT NULL,
    ram_cost_adjustment DECIMAL(18, 9) NOT NULL,
    gpu_hours DECIMAL(18, 9) NOT NULL,
    gpu_request_hours DECIMAL(18, 9) NOT NULL,
    gpu_usage_hours DECIMAL(18, 9),
    gpu_usage_max DOUBLE,
    gpu_cost DECIMAL(18, 9) NOT NULL,
    gpu_cost_adjustment DECIMAL(18, 9) NOT NULL,
    pv_byte_hours BIGINT NOT NULL,
    pv_cost DECIMAL(18, 9) NOT NULL,
    pv_cost_adjustment DECIMAL(18, 9) NOT NULL,
    volumes STRUCT(volume VARCHAR, provider_id VARCHAR, byte_hours BIGINT, cost DECIMAL(18, 9))[] NOT NULL,
    network_transfer_bytes BIGINT NOT NULL,
    network_receive_bytes BIGINT NOT NULL,
    network_zone_cost DECIMAL(18, 9) NOT NULL,
    network_region_cost DECIMAL(18, 9) NOT NULL,
    network_internet_cost DECIMAL(18, 9) NOT NULL,
    network_cost DECIMAL(18, 9) NOT NULL,
    network_cost_adjustment DECIMAL(18, 9) NOT NULL,
    load_balancer_cost DECIMAL(18, 9) NOT NULL,
    load_balancer_cost_adjustment DECIMAL(18, 9) NOT NULL,
    load_balancers STRUCT(
        service VARCHAR, ip VARCHAR, private BOOLEAN, hours DECIMAL(18, 9), cost DECIMAL(18, 9)
    )[] NOT NULL,
    external_cost DECIMAL(18, 9) NOT NULL
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
    type VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    provider_id VARCHAR NOT NULL,
    provider VARCHAR NOT NULL,
    account VARCHAR NOT NULL,
    project VARCHAR NOT NULL,
    service VARCHAR NOT NULL,
    region VARCHAR NOT NULL,
    labels VARIANT NOT NULL,
    "start" TIMESTAMP NOT NULL,
    "end" TIMESTAMP NOT NULL,
    cost DECIMAL(18, 9) NOT NULL,
    adjustment DECIMAL(18, 9) NOT NULL,
    credit DECIMAL(18, 9) NOT NULL,
    node_type VARCHAR NOT NULL,
    pool VARCHAR NOT NULL,
    preemptible DOUBLE,
    discount DOUBLE,
    cpu_core_hours DECIMAL(18, 9) NOT NULL,
    ram_byte_hours BIGINT NOT NULL,
    gpu_hours DECIMAL(18, 9) NOT NULL,
    cpu_cost DECIMAL(18, 9) NOT NULL,
    ram_cost DECIMAL(18, 9) NOT NULL,
    gpu_cost DECIMAL(18, 9) NOT NULL,
    cpu_system_fraction DOUBLE,
    cpu_user_fraction DOUBLE,
    cpu_other_fraction DOUBLE,
    ram_system_fraction DOUBLE,
    ram_user_fraction DOUBLE,
    cpu_overhead_fraction DOUBLE,
    ram_overhead_fraction DOUBLE,
    byte_hours BIGINT NOT NULL,
    byte_usage_hours BIGINT,
    byte_usage_max DOUBLE,
    storage_class VARCHAR NOT NULL,
    volume_name VARCHAR NOT NULL,
    claim_name VARCHAR NOT NULL,
    claim_namespace VARCHAR NOT NULL,
    local BOOLEAN NOT NULL,
    private BOOLEAN NOT NULL,
    ip VARCHAR NOT NULL,
    price_source VARCHAR NOT NULL
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
    disks DECIMAL(38, 9) NOT NULL,
    disks_adjustment DECIMAL(38, 9) NOT NULL,
    management DECIMAL(38, 9) NOT NULL,
    management_adjustment DECIMAL(38, 9) NOT NULL
);

-- One row per cluster, window and node: its cost and what a bill adds, by resource.
CREATE VIEW node_share_{res} AS
{node_share};
