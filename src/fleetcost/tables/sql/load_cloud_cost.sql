-- Rows of cloud cost sets, each with the integration and the day of its set. {sets}: the rows; {place}: how these are
-- read; {labels}: how labels are kept;
-- {naming}, {naming_beginning}, {services}: what names a cluster
-- and its Services, as `plain_key` spells it.
SELECT
    {place},
    currency, provider, provider_id, account_id, account_name, invoice_entity_id, invoice_entity_name, region_id,
    availability_zone, service, category, usage_type,
    {labels} AS labels,
    kubernetes, rule, line_type,
    "start"::TIMESTAMP AS "start",
    "end"::TIMESTAMP AS "end",
    list_cost, net_cost, amortized_cost, amortized_net_cost, invoiced_cost,
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
FROM {sets};
