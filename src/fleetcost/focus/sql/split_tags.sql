-- The labels on which everything that one share is of agrees, as a map; a label that only some have is nobody's.
WITH sets AS (
    SELECT DISTINCT cluster, passes, namespace, controller_kind, controller, pod, pod_uid, container, label_set
    FROM split_own WHERE kind = 'workload'
),
counted AS (
    SELECT *, count(*) OVER (
        PARTITION BY cluster, passes, namespace, controller_kind, controller, pod, pod_uid, container
    ) AS times
    FROM sets
),
named AS (
    SELECT c.* EXCLUDE (label_set), unnest(map_entries(to_json(l.labels)::JSON::MAP(VARCHAR, VARCHAR))) AS tag
    FROM counted AS c
    JOIN (SELECT label_set, any_value(labels) AS labels FROM label_set GROUP BY label_set) AS l ON l.label_set = c.label_set
),
agreed AS (
    SELECT cluster, passes, namespace, controller_kind, controller, pod, pod_uid, container, tag.key AS key, tag.value AS value
    FROM named
    GROUP BY cluster, passes, namespace, controller_kind, controller, pod, pod_uid, container, tag.key, tag.value, times
    HAVING count(*) = times
)
SELECT cluster, passes, namespace, controller_kind, controller, pod, pod_uid, container,
    map_from_entries(list({'key': key, 'value': value} ORDER BY key)) AS tags
FROM agreed
GROUP BY cluster, passes, namespace, controller_kind, controller, pod, pod_uid, container
