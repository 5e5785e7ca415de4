"""Cloud cost sets: the schema, the files, their places in the bucket, versions, and each integration's status."""
