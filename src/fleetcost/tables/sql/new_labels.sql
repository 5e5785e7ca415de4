-- The distinct label sets of allocation files that no loaded row has yet. $files: paths.
CREATE OR REPLACE TEMP TABLE new_label_set AS
SELECT
    label_set,
    hash(l::VARCHAR, a::VARCHAR, nl::VARCHAR, na::VARCHAR, services::VARCHAR) AS proof,
    l::VARIANT AS labels, a::VARIANT AS annotations, nl::VARIANT AS namespace_labels, na::VARIANT AS namespace_annotations,
    services
FROM (
    SELECT {label_set} AS label_set, services, to_json(labels) AS l, to_json(annotations) AS a,
        to_json(namespace_labels) AS nl, to_json(namespace_annotations) AS na
    FROM (
        SELECT DISTINCT labels, annotations, namespace_labels, namespace_annotations, services FROM read_parquet($files)
    )
);
