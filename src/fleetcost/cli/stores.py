"""Opening buckets and databases from settings, for the commands that need them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.bucket.multi import MultiBucket
from fleetcost.bucket.port import Bucket
from fleetcost.bucket.reloading import ReloadingBucket
from fleetcost.errors import SettingsError
from fleetcost.ops.settings import AggregatorSettings, SharedSettings


def clock() -> datetime:
    """Give the time, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def federated_storage(settings: SharedSettings) -> Bucket:
    """
    Open the bucket of the settings; it follows its file and the files that leads to.

    Raises:
        SettingsError: no file named, or one that cannot be used.
    """
    if settings.storage_config is None:
        raise SettingsError(
            "no bucket: give --storage-config federated-store.yaml, FLEETCOST_STORAGE_CONFIG or `storage_config:` "
            "in the settings file"
        )
    return ReloadingBucket(settings.storage_config)


def multi_storage(settings: AggregatorSettings) -> MultiBucket:
    """
    Open every bucket of an aggregator's settings as one.

    Raises:
        SettingsError: no file named, one named twice, or one that cannot be used.
    """
    stores = [federated_storage(settings), *(ReloadingBucket(file) for file in settings.further_storage_configs)]
    names = [store.name for store in stores]
    for name in names:
        if names.count(name) > 1:
            raise SettingsError(
                f"the bucket {name} is named twice: its clusters would be counted once and reported twice"
            )
    return MultiBucket(stores, clock)


def local_store(folder: Path) -> Bucket:
    """Open a folder as a bucket."""
    folder.mkdir(parents=True, exist_ok=True)
    return FilesystemBucket(folder)
