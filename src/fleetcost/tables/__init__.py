"""
The embedded database: a cache of the bucket that can be deleted at any time.

`database` opens it (one process, one writer, a cursor per reader), `schema.sql` is its shape. Only this room imports
`duckdb`.
"""
