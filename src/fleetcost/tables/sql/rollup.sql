-- The rows of one rollup, added up from a finer table.
-- {keys}: what a row stands for; {chosen}: how the keys are read; {agreed}: texts on which all members agree, empty
-- where they differ; {sums}: measures; {touched}: which cluster-windows.
-- "Agreed or empty" of a finer rollup gives the same as of the rows themselves, so one rollup can be made of another.
SELECT {chosen}, {agreed}, min("start") AS "start", max("end") AS "end", {count} AS members, {sums}
FROM {source}_{res}
WHERE {touched}
GROUP BY {keys};
