-- The labels on which everything that one share is of agrees, as a map; a label that only some have is nobody's. Most
-- shares are of one set of labels, which then is theirs.
WITH sets AS (
    SELECT DISTINCT cluster, passes, namespace, controller_kind, controller, pod, pod_uid, container, label_set
    FROM split_own WHERE kind = 'workload'
),
maps AS (
    SELECT label_set, to_json(any_value(labels))::JSON::MAP(VARCHAR, VARCHAR) AS tags
    FROM label_set WHERE label_set IN (SELECT label_set FROM sets) GROUP BY label_set
),
counted AS (
    SELECT cluster, passes, namespace, controller_kind, controller, pod, pod_uid, container, count(*) AS times,
        list(label_set) AS label_sets
    FROM sets
    GROUP BY cluster, passes, namespace, controller_kind, controller, pod, pod_uid, container
),
named AS (
    SELECT c.* EXCLUDE (label_sets, label_set), unnest(map_entries(m.tags)) AS tag
    FROM (SELECT *, unnest(label_sets) AS label_set FROM counted WHERE times > 1) AS c
    JOIN maps AS m ON m.label_set = c.label_set
),
agreed AS (
    SELECT cluster, passes, namespace, controller_kind, controller, pod, pod_uid, container, tag.key AS key, tag.value AS value
    FROM named
    GROUP BY cluster, passes, namespace, controller_kind, controller, pod, pod_uid, container, tag.key, tag.value, times
    HAVING count(*) = times
)
SELECT c.* EXCLUDE (times, label_sets), m.tags
FROM counted AS c JOIN maps AS m ON m.label_set = c.label_sets[1]
WHERE c.times = 1
UNION ALL BY NAME
SELECT cluster, passes, namespace, controller_kind, controller, pod, pod_uid, container,
    map_from_entries(list({'key': key, 'value': value} ORDER BY key)) AS tags
FROM agreed
GROUP BY cluster, passes, namespace, controller_kind, controller, pod, pod_uid, container
