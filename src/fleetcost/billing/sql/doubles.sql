-- Pairs of sets of files that share more than half of the charges of a day that the smaller one has, the first pair first.
-- The same charge: of one resource, kind and account at overlapping times; between different forms kinds have different
-- names and resources longer ones or shorter ones (`i-1`, `arn:…:instance/i-1`), and only charges of resources can be
-- compared.
WITH charge AS (
    SELECT DISTINCT source, form, "day", provider, account_id, provider_id, rule, "start",
        lower(regexp_replace(provider_id, '^.*[/:]', '')) AS resource,
        greatest("end", "start" + INTERVAL 1 SECOND) AS "end",
        CASE WHEN rule IN ('usage', 'spot usage', 'reserved usage', 'savings plan usage') THEN usage_type
            ELSE line_type || ' ' || usage_type END AS usage_type
    FROM cost
),
size AS (
    SELECT source, "day", count(*) AS charges FROM charge GROUP BY source, "day"
),
shared AS (
    SELECT a.source AS first, b.source AS second, a."day", count(DISTINCT (a.provider_id, a.account_id, a.usage_type)) AS both
    FROM charge AS a
    JOIN charge AS b ON b."day" = a."day" AND b.provider = a.provider AND b.account_id = a.account_id
        AND ((b.form = a.form AND b.provider_id = a.provider_id AND b.usage_type = a.usage_type)
            OR (b.form <> a.form AND b.resource = a.resource AND a.resource <> ''))
        AND b.source > a.source AND b."start" < a."end" AND a."start" < b."end"
    GROUP BY ALL
)
SELECT s.first, s.second, s."day", s.both, least(f.charges, t.charges) AS smaller
FROM shared AS s
JOIN size AS f ON f.source = s.first AND f."day" = s."day"
JOIN size AS t ON t.source = s.second AND t."day" = s."day"
WHERE s.both * 2 > least(f.charges, t.charges)
ORDER BY s."day", s.first, s.second
LIMIT 1;
