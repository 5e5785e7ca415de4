-- Load set files. $files: paths; $keys: what is known of each file from its footer, one entry a file.
INSERT INTO asset_{res} BY NAME
SELECT
    k.cluster, k.window_start, k.window_end, k.currency,
    r.* EXCLUDE (filename) REPLACE (
        to_json(r.labels)::VARIANT AS labels,
        r."start"::TIMESTAMP AS "start",
        r."end"::TIMESTAMP AS "end"
    )
FROM read_parquet($files, filename = true) AS r
JOIN (SELECT unnest($keys, recursive := true)) AS k ON k.file = r.filename
ORDER BY k.window_start, k.cluster, r.type, r.name;
