"""
The loop on every cluster.

`plan` decides which windows are due (pure), `build` makes them, `push` copies them to the bucket, `claim` holds the
cluster's identity, `run` is the loop.
"""
