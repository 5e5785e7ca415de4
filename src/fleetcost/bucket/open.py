"""Settings in, bucket out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from fleetcost.bucket.aws_chain import shared_files
from fleetcost.bucket.azure import open_azure
from fleetcost.bucket.azure_config import AzureConfig
from fleetcost.bucket.config import FilesystemConfig, StoreConfig
from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.bucket.gcs import google_file, open_gcs
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


def files_behind(config: StoreConfig, environment: Mapping[str, str] = os.environ) -> tuple[Path, ...]:
    """
    Return the files that are read when the bucket is opened: certificates, keys, shared credentials.

    Tokens that are exchanged for credentials are not among them; they are read at each exchange.
    """
    backend = config.backend
    if isinstance(backend, FilesystemConfig):
        return ()
    trusted = tuple(Path(environment[name]) for name in ("SSL_CERT_FILE",) if environment.get(name))
    if isinstance(backend, AzureConfig):
        return (*trusted, *backend.http.tls.files)
    if isinstance(backend, GcsConfig):
        file = google_file(backend, environment)
        return (*trusted, *backend.http.tls.files, *((file,) if file else ()))
    shared = shared_files(environment)
    return (*trusted, *backend.watched, *(() if backend.access_key else (shared.credentials, shared.config)))
