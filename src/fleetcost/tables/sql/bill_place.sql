-- What a row of a bill can be matched by, and where it belongs before it is; behind the columns of its set.
-- {naming}, {naming_beginning}, {services}: what names a cluster and its Services, as `plain_key` spells it.
,
    match_key(provider_id) AS match_key,
    -- The cloud's own name of the cluster: tags and labels of nodes and volumes, else the id of the cluster itself.
    coalesce(
        label_among(labels, '{naming}'),
        substr(first_starting(labels, '{naming_beginning}'), length('{naming_beginning}') + 1),
        nullif(regexp_extract(provider_id, '(?i)(?::cluster|/clusters|/managedclusters)/([^/]+)$', 1), ''),
        ''
    ) AS cluster_name,
    -- The Services that the row is for, as `namespace/name`, joined by commas.
    coalesce(label_among(labels, '{services}'), '') AS service_names,
    '' AS cluster,
    '{outside}' AS outcome
