-- One row where any row of a table has anything of a measure; the engine knows the bounds of each block of rows, so it
-- looks into none that has nothing. {table}, {measure}, {condition}: which.
(SELECT '{measure}' AS measure FROM {table}_{res} WHERE {condition} LIMIT 1);
