"""Settings in, bucket out."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from fleetcost.bucket.azure import open_azure
from fleetcost.bucket.azure_config import AzureConfig
from fleetcost.bucket.config import FilesystemConfig, StoreConfig
from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.bucket.gcs import open_gcs
from fleetcost.bucket.gcs_config import GcsConfig
from fleetcost.bucket.s3 import open_s3

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fleetcost.bucket.port import Bucket


def open_bucket(config: StoreConfig, environment: Mapping[str, str] = os.environ) -> Bucket:
    """
    Make the bucket the settings describe; nothing is sent yet.

    Args:
        config: from `read_config`
        environment: variables where the clouds' default credentials begin

    Raises:
        SettingsError: a file the settings name cannot be read, or credentials are there by half.
    """
    backend, prefix = config.backend, config.prefix
    if isinstance(backend, FilesystemConfig):
        return FilesystemBucket(backend.directory / prefix)
    if isinstance(backend, GcsConfig):
        return open_gcs(backend, prefix, environment)
    if isinstance(backend, AzureConfig):
        return open_azure(backend, prefix, environment)
    return open_s3(backend, prefix, environment)
