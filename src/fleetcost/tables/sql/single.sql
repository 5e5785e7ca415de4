-- Single rows, in the form of a rollup's: each stands for itself.
SELECT *, 1 AS members FROM {rows};
