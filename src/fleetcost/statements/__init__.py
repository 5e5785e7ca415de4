"""
Closing months: statements that never change, and what was learned of their months since.

`amounts` is what a key costs, `plan` what a closing writes (pure), `book` by what costs are accounted for, `records`
what a statement says of itself, `store` the bucket, `verify` whether anything was removed or changed, `live` what the
tables say now, `ready` what is waited for, `close` puts them together.
"""
