-- The weights of those that share a thing: its users, and last what they do not take, which is idle of a node and nobody's
-- of the rest. List prices weigh; where the list says nothing, use does, else what pages say. What a row of a bill costs in
-- effect is divided by what pages say, so that both are equal to the last digit.
WITH taken AS (
    SELECT number, sum(w1)::HUGEINT AS w1, sum(w2)::HUGEINT AS w2, sum(w3)::HUGEINT AS w3, sum(page)::HUGEINT AS page,
        sum(spare)::HUGEINT AS spare, sum(q1) AS q1, sum(q2)::HUGEINT AS q2, sum(q3) AS q3
    FROM split_use GROUP BY number
),
sharers AS (
    SELECT *, FALSE AS rest FROM split_use
    UNION ALL BY NAME
    SELECT t.number, CASE WHEN t.kind = 'tenancy' THEN 'tenancy' WHEN t.kind = 'node' AND i.cluster IS NOT NULL THEN 'idle'
            ELSE 'unassigned' END AS cost_kind,
        TRUE AS rest, FALSE AS passes,
        CASE WHEN t.kind = 'node' THEN t.cpu ELSE t.list END - coalesce(u.w1, 0) AS w1,
        CASE WHEN t.kind = 'node' THEN t.ram ELSE 0 END - coalesce(u.w2, 0) AS w2,
        CASE WHEN t.kind = 'node' THEN t.gpu ELSE 0 END - coalesce(u.w3, 0) AS w3,
        CASE WHEN t.kind IN ('node', 'network') THEN t.total ELSE t.list END - coalesce(u.page, 0) AS page,
        greatest(CASE WHEN t.kind = 'disk' THEN t.byte_hours ELSE 0 END - coalesce(u.spare, 0), 0) AS spare,
        CASE WHEN t.kind = 'node' THEN t.cpu_core_hours - coalesce(u.q1, 0) ELSE 0 END AS q1,
        CASE WHEN t.kind = 'node' THEN t.ram_byte_hours WHEN t.kind = 'disk' THEN t.byte_hours ELSE coalesce(u.q2, 0) END
            - coalesce(u.q2, 0) AS q2,
        CASE WHEN t.kind = 'node' THEN t.gpu_hours - coalesce(u.q3, 0) ELSE 0 END AS q3
    FROM split_thing AS t
    LEFT JOIN taken AS u ON u.number = t.number
    LEFT JOIN (SELECT DISTINCT cluster FROM split_own) AS i ON i.cluster = t.cluster
),
summed AS (
    SELECT a.*, t.kind, t.own, (sum(w1 + w2 + w3) OVER (PARTITION BY number))::HUGEINT AS listed,
        (sum(a.page) OVER (PARTITION BY number))::HUGEINT AS paged, (sum(spare) OVER (PARTITION BY number))::HUGEINT AS spares
    FROM sharers AS a JOIN split_thing AS t USING (number)
),
chosen AS (
    SELECT * REPLACE (
            CASE how WHEN 'list' THEN w1 WHEN 'use' THEN spare WHEN 'page' THEN page ELSE rest::INTEGER END AS w1,
            CASE how WHEN 'list' THEN w2 ELSE 0 END AS w2, CASE how WHEN 'list' THEN w3 ELSE 0 END AS w3
        )
    FROM (
        SELECT *, CASE WHEN own AND kind IN ('node', 'network') AND paged <> 0 THEN 'page' WHEN listed <> 0 THEN 'list'
            WHEN spares <> 0 THEN 'use' WHEN paged <> 0 THEN 'page' ELSE 'rest' END AS how
        FROM summed
    )
)
SELECT * EXCLUDE (listed, paged, spares, how),
    CASE WHEN kind IN ('node', 'network') AND paged <> 0 THEN page ELSE w1 + w2 + w3 END AS weight
FROM chosen
