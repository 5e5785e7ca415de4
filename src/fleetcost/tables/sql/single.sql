-- Single rows, in the form of a rollup's: each stands for itself.
SELECT *, 1 AS members, {cost} AS cost, {adjustment} AS adjustment FROM {rows};
