"""
Paths of cloud cost sets in the bucket, both ways.

```
cloudcosts/<integration>/1d/<startEpoch>-<endEpoch>.parquet                  the set of a day
cloudcosts/<integration>/1d/versions/<startEpoch>-<endEpoch>.<n>.parquet     an earlier version of it
cloudcosts/<integration>/status.json                                         what the last run found
```
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass

from fleetcost.bucket.paths import unfit
from fleetcost.bucket.port import BucketReader, ObjectInfo
from fleetcost.errors import SettingsError
from fleetcost.model.cloud_sets import CloudSetKey, IntegrationId, integration_id
from fleetcost.model.window import Resolution, Window

ROOT = "cloudcosts"
_STATUS = "status.json"
_NAME = re.compile(
    r"1d/(?P<old>versions/)?(?P<start>[1-9][0-9]{0,10})-(?P<end>[1-9][0-9]{0,10})(?:\.(?P<version>[1-9][0-9]{0,8}))?\.parquet",
    re.ASCII,
)


class CloudObject(enum.StrEnum):
    """What an object below `cloudcosts/` is."""

    SET = "set"
    VERSION = "earlier version"
    STATUS = "status"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CloudLocation:
    """
    What a path means.

    Attributes:
        state: what kind of object it is
        integration: whose folder it lies in, None outside of every folder
        key: which set it is, for sets and earlier versions
        version: of an earlier version, else 0
        reason: for `UNKNOWN`, what was not understood
    """

    state: CloudObject
    integration: IntegrationId | None = None
    key: CloudSetKey | None = None
    version: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CloudFound:
    """One object of the listing and what its path means."""

    info: ObjectInfo
    location: CloudLocation


def folder(integration: IntegrationId) -> str:
    """Return the folder of one integration."""
    return f"{ROOT}/{integration}"


def set_path(key: CloudSetKey) -> str:
    """Return where the set of a day lives."""
    return f"{folder(key.integration)}/1d/{_epochs(key.window)}.parquet"


def version_path(key: CloudSetKey, version: int) -> str:
    """Return where an earlier version of a set is kept."""
    return f"{versions_folder(key.integration)}/{_epochs(key.window)}.{version}.parquet"


def versions_folder(integration: IntegrationId) -> str:
    """Return the folder of an integration's earlier versions."""
    return f"{folder(integration)}/1d/versions"


def status_path(integration: IntegrationId) -> str:
    """Return where an integration's status lives."""
    return f"{folder(integration)}/{_STATUS}"


def discover(bucket: BucketReader, integration: IntegrationId | None = None) -> Iterator[CloudFound]:
    """Iterate every object below `cloudcosts/`, or below one integration's folder, each in a named state."""
    for info in bucket.list(folder(integration) if integration else ROOT):
        yield CloudFound(info, locate(info.path))


def is_cloud_set(path: str) -> bool:
    """Tell whether an object is one of ours below `cloudcosts/`."""
    return locate(path).state is not CloudObject.UNKNOWN


def locate(path: str) -> CloudLocation:
    """Tell what an object is from its path alone; never fails: what is not understood is `UNKNOWN` with a reason."""
    root, _, rest = path.partition("/")
    name, _, inside = rest.partition("/")
    if reason := unfit(path):
        return CloudLocation(CloudObject.UNKNOWN, reason=reason)
    if root != ROOT or not inside:
        return CloudLocation(CloudObject.UNKNOWN, reason=f"not below {ROOT}/<integration>/")
    try:
        integration = integration_id(name)
    except SettingsError as error:
        return CloudLocation(CloudObject.UNKNOWN, reason=str(error))
    if inside == _STATUS:
        return CloudLocation(CloudObject.STATUS, integration)
    return _locate_set(integration, inside)


def _locate_set(integration: IntegrationId, inside: str) -> CloudLocation:
    match = _NAME.fullmatch(inside)
    if match is None or bool(match["old"]) != bool(match["version"]):
        return CloudLocation(CloudObject.UNKNOWN, integration, reason=f"no cloud cost set is called {inside}")
    start, end = int(match["start"]), int(match["end"])
    window = Window.of_epochs(start, end) if start < end else None
    if window is None or window.resolution is not Resolution.DAY:
        return CloudLocation(CloudObject.UNKNOWN, integration, reason=f"{start}-{end} is no day in UTC")
    state = CloudObject.VERSION if match["old"] else CloudObject.SET
    return CloudLocation(state, integration, CloudSetKey(integration, window), int(match["version"] or 0))


def _epochs(window: Window) -> str:
    return f"{window.start_epoch}-{window.end_epoch}"
