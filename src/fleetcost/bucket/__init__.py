"""
Bytes by name: the one port to the bucket and its backends.

`port` is the contract in prose and types, `memory` the simplest implementation, `store` the real ones (filesystem, S3,
GCS, Azure), `config` reads `federated-store.yaml`. Every backend passes the same contract test. Only this room imports
`obstore`.
"""
