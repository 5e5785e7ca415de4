"""
What these credentials can do with this bucket, tried step by step; for what fails the permission and the hint.

`storage check` and `verify` print the steps. Nothing is left behind in the bucket.
"""
