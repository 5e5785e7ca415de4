-- Put the rows of files in the place of a table's. $files: paths.
INSERT INTO {table} BY NAME SELECT * FROM read_parquet($files);
