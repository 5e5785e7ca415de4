-- What was billed and is on no asset: the dearest of each currency, as many of one as of another. $start, $end: days;
-- $limit: how many.
WITH summed AS (
    SELECT integration, provider, provider_id, service, category, usage_type, rule, cluster, cluster_name, outcome,
        currency, sum(amortized_net_cost) AS cost, count(*) AS rows, count(DISTINCT window_start) AS days
    FROM {bills}
    WHERE window_start >= $start AND window_start < $end AND outcome <> 'matched'
    GROUP BY integration, provider, provider_id, service, category, usage_type, rule, cluster, cluster_name, outcome,
        currency
),
placed AS (
    SELECT *, row_number() OVER (
        PARTITION BY currency
        ORDER BY abs(cost) DESC, integration, provider, provider_id, service, category, usage_type, rule, cluster,
            cluster_name, outcome
    ) AS place
    FROM summed
)
SELECT integration, provider, provider_id, service, category, usage_type, rule, cluster, cluster_name, outcome, currency,
    cost, rows, days
FROM (SELECT * FROM placed ORDER BY place, currency LIMIT $limit) AS shown
ORDER BY currency, place;
