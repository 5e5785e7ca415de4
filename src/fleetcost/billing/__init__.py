"""
Cloud bills become cloud cost sets.

A source fetches bills (files of a bucket or folder, Athena, BigQuery), a form tells how their rows are read (AWS,
Azure, GCP, FOCUS; one SQL file each), `plan` says which days are due, `refresh` reads, adds up and publishes them.
"""
