-- What was billed and is on no asset, the dearest first. $start, $end: days; $limit: how many.
SELECT integration, provider, provider_id, service, category, usage_type, rule, cluster, cluster_name, outcome, currency,
    sum(amortized_net_cost) AS cost, count(*) AS rows, count(DISTINCT window_start) AS days
FROM {bills}
WHERE window_start >= $start AND window_start < $end AND outcome <> 'matched'
GROUP BY integration, provider, provider_id, service, category, usage_type, rule, cluster, cluster_name, outcome, currency
ORDER BY currency, abs(sum(amortized_net_cost)) DESC, integration, provider, provider_id, service, category, usage_type,
    rule, cluster, cluster_name, outcome
LIMIT $limit;
