-- The table of one rollup, empty: its columns are what its own statement gives.
CREATE TABLE {table}_{res} AS
SELECT {chosen}, {agreed}, min("start") AS "start", max("end") AS "end", {count} AS members, {sums}
FROM {source}_{res}
GROUP BY {keys}
WITH NO DATA;
