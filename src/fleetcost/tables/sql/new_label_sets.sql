-- The label sets that have no row in `label_set_before`, once each. {sets}: every row's.
SELECT n.label_set, n.labels, n.annotations, n.namespace_labels, n.namespace_annotations, n.services
FROM (
    SELECT *, row_number() OVER (PARTITION BY label_set ORDER BY label_set) AS place FROM ({sets})
) AS n
ANTI JOIN label_set_before AS o ON o.label_set = n.label_set
WHERE n.place = 1
