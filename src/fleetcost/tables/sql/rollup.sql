-- The rows of one rollup for the touched cluster-windows, added up from a finer table.
-- {keys}: what a row stands for; {chosen}: how the keys are read; {agreed}: texts on which all members agree, empty
-- where they differ; {sums}: measures.
-- "Agreed or empty" of a finer rollup gives the same as of the rows themselves, so one rollup can be made of another.
INSERT INTO {table}_{res} BY NAME
SELECT {chosen}, {agreed}, min("start") AS "start", max("end") AS "end", {count} AS members, {sums}
FROM {source}_{res}
WHERE window_start BETWEEN $oldest AND $newest
    AND (cluster, window_start) IN (SELECT (unnest($clusters), unnest($starts)))
GROUP BY {keys};
