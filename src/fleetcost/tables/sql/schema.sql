-- The shape of the database. It is a cache of the bucket: another version is another file, there are no migrations.
-- Times are UTC without a zone. Costs and hours are exact decimals. {res} stands for 1h and 1d.

-- Exact arithmetic: an amount as a whole number of its smallest unit, and back. The factors are decimals, because a product
-- of decimals is exact and one with a float is not (https://duckdb.org/docs/stable/sql/data_types/numeric).
CREATE MACRO nanos(amount) AS (amount::DECIMAL(28, 9) * 1000000000::DECIMAL(10, 0))::HUGEINT;
CREATE MACRO amount_of(nanos) AS (nanos::DECIMAL(28, 0) * 0.000000001::DECIMAL(10, 9))::DECIMAL(38, 9);

-- What engines write differently; `query/macros.py` has the same for others. Whole numbers divided, cut towards zero:
-- `/` would make floats of them (https://duckdb.org/docs/stable/sql/functions/numeric).
CREATE MACRO quotient(amount, divisor) AS (amount // divisor);
-- A whole number whose sum has room: sums of this engine are 128 bits wide.
CREATE MACRO wide(number) AS number;
-- Seconds from one time to another.
CREATE MACRO seconds_between(first, last) AS date_diff('second', first, last);
-- The text on which all rows of a group agree, else an empty one. Comparing hashes takes half the time of comparing texts.
CREATE MACRO agreed(value) AS CASE WHEN min(hash(value)) = max(hash(value)) THEN any_value(value) ELSE '' END;
-- The weights of a node's three resources, and their list prices and adjustments, as lists of records.
CREATE MACRO weights_of(cpu, ram, gpu) AS [
    {'resource': 'cpu', 'weight': cpu}, {'resource': 'ram', 'weight': ram}, {'resource': 'gpu', 'weight': gpu}
];
CREATE MACRO prices_of(cpu, cpu_adjustment, ram, ram_adjustment, gpu, gpu_adjustment) AS [
    {'resource': 'cpu', 'list': cpu, 'adjustment': cpu_adjustment},
    {'resource': 'ram', 'list': ram, 'adjustment': ram_adjustment},
    {'resource': 'gpu', 'list': gpu, 'adjustment': gpu_adjustment}
];
-- The value of the first label whose plain key is one of several, with a space before and after each; the first name of
-- a label whose plain key begins with a text.
CREATE MACRO plain_key(name) AS regexp_replace(lower(name), '[^a-z0-9]+', '_', 'g');
CREATE MACRO label_among(labels, names) AS
    list_filter(map_entries(labels), lambda tag: contains(names, concat(' ', plain_key(tag.key), ' ')))[1].value;
CREATE MACRO first_starting(labels, beginning) AS
    list_filter(map_keys(labels), lambda name: starts_with(plain_key(name), beginning))[1];

-- The part of a provider's id that bills, nodes and volumes share. Azure's ids are only unique as a whole.
CREATE MACRO match_key(id) AS CASE
    WHEN lower(id) LIKE 'azure://%' THEN rtrim(substr(lower(id), 9), '/')
    WHEN lower(id) LIKE '/subscriptions/%' THEN rtrim(lower(id), '/')
    WHEN lower(id) LIKE 'arn:%:elasticloadbalancing:%'
        THEN regexp_extract(lower(id), 'loadbalancer/(?:(?:app|net|gwy)/)?([^/]+)', 1)
    ELSE regexp_extract(lower(id), '([^/]+)/?$', 1)
END;

-- One row: facts about this file.
CREATE TABLE meta (schema_version INTEGER NOT NULL, created_by VARCHAR NOT NULL);

-- One row: how often the ledger was written; what was made of it in memory is true as long as this is the same. It
-- begins with the time, so that a file that takes another's place while the process runs never says the same.
CREATE TABLE generation (number BIGINT NOT NULL);
INSERT INTO generation VALUES (epoch_us(get_current_timestamp()));

-- One row per object of the bucket that was read, tried or has gone. Ledgers of lakes did not always have
-- `format_version`; before there was no other than 1.
CREATE TABLE ledger (
    path VARCHAR PRIMARY KEY,
    cluster VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    resolution VARCHAR NOT NULL,
    window_start TIMESTAMP NOT NULL,
    window_end TIMESTAMP NOT NULL,
    etag VARCHAR NOT NULL,
    size_bytes BIGINT NOT NULL,
    written_at TIMESTAMP NOT NULL,
    ingested_at TIMESTAMP NOT NULL,
    state VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    rows BIGINT NOT NULL,
    total_cost DECIMAL(38, 9) NOT NULL,
    currency VARCHAR NOT NULL,
    coverage_minutes DOUBLE NOT NULL,
    final BOOLEAN NOT NULL,
    cluster_uid VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    built_at TIMESTAMP,
    agent_version VARCHAR NOT NULL,
    digest VARCHAR NOT NULL,
    format_version INTEGER NOT NULL DEFAULT 1,
    estimated_minutes DOUBLE NOT NULL DEFAULT 0
);

-- One row per distinct set of labels, annotations and services. `label_set` is a hash of them, `proof` another one made
-- of their text: two different sets with one number are noticed when the second is loaded.
CREATE TABLE label_set (
    label_set UBIGINT NOT NULL,
    proof UBIGINT NOT NULL,
    labels VARIANT NOT NULL,
    annotations VARIANT NOT NULL,
    namespace_labels VARIANT NOT NULL,
    namespace_annotations VARIANT NOT NULL,
    services VARCHAR[] NOT NULL
);
