"""
Bytes by name: the one port to the bucket and its backends.

`port` is the contract in prose and types, `memory` the simplest implementation, `filesystem` a directory, `store` every
object store through one client library, `boto` S3 where that library lacks something. Every backend passes the same
contract test.

`config` reads `federated-store.yaml` (`document` with the lines, `*_config` by provider), `open` makes a bucket of it,
`reloading` one that follows its files. `s3`, `gcs` and `azure` choose the credentials; `faults` and `hints` tell what
went wrong. Only this room imports `obstore`.
"""
