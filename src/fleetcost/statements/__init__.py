"""
Closing months: statements that never change, and what was learned of their months since.

`amounts` is what a key costs, `plan` what a closing writes (pure), `book` what is closed, `records` the objects'
documents, `store` the bucket, `live` what the tables say now, `verify` whether anything was removed or changed.
"""
