-- Add the rows of a table's lake files to that table. {columns}: of the files, each as the table has it. $files: paths.
INSERT INTO {table} BY NAME SELECT {columns} FROM read_parquet($files, union_by_name = true);
