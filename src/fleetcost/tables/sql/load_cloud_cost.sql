-- Load cloud cost files. $files: paths; $integrations, $starts, $ends: of each, in their order.
INSERT INTO cloud_cost_1d BY NAME
SELECT
    $integrations[(file_index + 1)::BIGINT] AS integration,
    $starts[(file_index + 1)::BIGINT] AS window_start,
    $ends[(file_index + 1)::BIGINT] AS window_end,
    currency, provider, provider_id, account_id, account_name, invoice_entity_id, invoice_entity_name, region_id,
    availability_zone, service, category, usage_type,
    to_json(labels)::VARIANT AS labels,
    kubernetes, rule, line_type,
    "start"::TIMESTAMP AS "start",
    "end"::TIMESTAMP AS "end",
    list_cost, net_cost, amortized_cost, amortized_net_cost, invoiced_cost,
    match_key(provider_id) AS match_key,
    -- The cloud's own name of the cluster: tags and labels of nodes and volumes, else the id of the cluster itself.
    coalesce(
        labels['aws:eks:cluster-name'], labels['eks:cluster-name'], labels['alpha.eksctl.io/cluster-name'],
        labels['goog-k8s-cluster-name'], labels['aks-managed-cluster-name'],
        substr(list_filter(map_keys(labels), lambda k: starts_with(k, 'kubernetes.io/cluster/'))[1], 23),
        nullif(regexp_extract(provider_id, '(?i)(?::cluster|/clusters|/managedclusters)/([^/]+)$', 1), ''),
        ''
    ) AS cluster_name,
    '' AS cluster,
    '{outside}' AS outcome
FROM read_parquet($files);
