-- Assets without what they were billed for, the dearest first. $start, $end: days; $limit: how many.
SELECT cluster, type, name, provider_id, currency, outcome, sum(list_cost) AS whole_cost,
    count(DISTINCT window_start) AS days
FROM {assets}
WHERE window_start >= $start AND window_start < $end AND outcome <> 'matched'
    AND cluster IN (SELECT cluster FROM reconciled_asset WHERE outcome <> 'unbilled')
GROUP BY cluster, type, name, provider_id, currency, outcome
ORDER BY whole_cost DESC, cluster, type, name, provider_id, currency, outcome
LIMIT $limit;
