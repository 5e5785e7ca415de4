"""
Foreign agents' sets: a strict reader of *bingen*, the binary format that OpenCost and Kubecost agents leave in buckets.

Reads top to bottom in the order of the data:

- `versions` which versions there are; `fields_*` what each holds, field by field: the tables a new version is added to
- `grammar` the shapes those tables are written in, `kinds` the four sets they make up
- `source` a file's bytes: gzip, string table; `steps` and `compile` turn a table into a decoder; `decode` runs it
- `record` what comes out: values under their own names; `raw` prints them as they are
- `columns`, `rows`, `allocations`, `assets` turn them into ours; `findings` names what does not fit
- `describe` writes the tables of the documentation

Nothing here writes bingen. The format, as far as we read it, is described in `docs/format/bingen.md`.
"""
