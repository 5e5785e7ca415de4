"""Settings in, bucket out."""

from __future__ import annotations

from fleetcost.bucket.config import FilesystemConfig, StoreConfig
from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.bucket.port import Bucket
from fleetcost.bucket.s3 import open_s3


def open_bucket(config: StoreConfig) -> Bucket:
    """
    Make the bucket the settings describe; nothing is sent yet.

    Raises:
        SettingsError: a file the settings name cannot be read.
    """
    if isinstance(config.backend, FilesystemConfig):
        return FilesystemBucket(config.backend.directory / config.prefix)
    return open_s3(config.backend, config.prefix)
