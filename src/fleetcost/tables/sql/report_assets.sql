-- Assets without what they were billed for: the dearest of each currency, as many of one as of another. $start, $end: days;
-- $limit: how many.
WITH summed AS (
    SELECT cluster, type, name, provider_id, currency, outcome, sum(list_cost) AS whole_cost,
        count(DISTINCT window_start) AS days
    FROM {assets}
    WHERE window_start >= $start AND window_start < $end AND outcome <> 'matched'
        AND cluster IN (SELECT cluster FROM reconciled_asset WHERE outcome <> 'unbilled')
    GROUP BY cluster, type, name, provider_id, currency, outcome
),
placed AS (
    SELECT *, row_number() OVER (
        PARTITION BY currency ORDER BY whole_cost DESC, cluster, type, name, provider_id, outcome
    ) AS place
    FROM summed
)
SELECT cluster, type, name, provider_id, currency, outcome, whole_cost, days
FROM (SELECT * FROM placed ORDER BY place, currency LIMIT $limit) AS shown
ORDER BY currency, place;
