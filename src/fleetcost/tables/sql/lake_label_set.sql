-- Label sets for the lake: maps, and the number signed, which more readers know.
SELECT (label_set::HUGEINT - 9223372036854775808)::BIGINT AS label_set,
    to_json(labels)::JSON::MAP(VARCHAR, VARCHAR) AS labels,
    to_json(annotations)::JSON::MAP(VARCHAR, VARCHAR) AS annotations,
    to_json(namespace_labels)::JSON::MAP(VARCHAR, VARCHAR) AS namespace_labels,
    to_json(namespace_annotations)::JSON::MAP(VARCHAR, VARCHAR) AS namespace_annotations,
    services
FROM label_set;
