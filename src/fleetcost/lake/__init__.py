"""
The open layout in the bucket: the tables as compacted Parquet, for distributed engines and for anybody's SQL.

`manifest` is what a reader begins with, `plan` says which windows must be written again, `write` does it: data first,
the manifest last, by a conditional write. The layout is a promise: docs/format/lake.md.
"""
