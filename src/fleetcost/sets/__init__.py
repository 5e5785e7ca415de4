"""
Sets as files: schemas, paths, Parquet, and the commit protocol.

`schema` and `layout` are the format, `files` the bytes, `summation` adds hours to days, `publish` writes a set where it
belongs and never replaces a fuller one, `discover` lists a bucket with every object in a named state.
Only this room imports `pyarrow`.
"""
