"""
Paths in the bucket, both ways: key to path and path to key.

```
federated/<cluster>/etl/parquet/{allocations,assets}/{1h,1d}/<startEpoch>-<endEpoch>.parquet     ours
federated/<cluster>/etl/bingen/{allocations,assets}/{1h,1d}/[prefix.]<startEpoch>-<endEpoch>[.ext]  other agents'
federated/<cluster>/cluster.json · diagnostics.json · requests/…
federated/combined/…                                                                             never read
```

What other agents write besides is `beside`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fleetcost.bucket.paths import unfit
from fleetcost.documents.places import FEDERATED, cluster_folder
from fleetcost.model.identity import RESERVED_IDS, ClusterId
from fleetcost.model.sets import SetKey, SetKind
from fleetcost.model.states import ObjectState
from fleetcost.model.window import Resolution, Window
from fleetcost.sets.beside import BesideKind, beside

_FOREIGN_NAME = re.compile(r"(?:[^/]*\.)?(?P<start>[0-9]{9,11})-(?P<end>[0-9]{9,11})(?:\.[A-Za-z0-9.]+)?")
_OUR_NAME = re.compile(r"(?P<start>[1-9][0-9]{0,10})-(?P<end>[1-9][0-9]{0,10})\.parquet")
"""Without leading zeros: one window has one name, or one set would be there twice."""
_FORMS = ("parquet", "bingen")
_IDENTITY_NAMES = ("cluster.json", "diagnostics.json")


@dataclass(frozen=True, slots=True)
class Location:
    """
    What a path means.

    Attributes:
        state: what kind of object it is
        cluster: whose folder it lies in, None outside of every cluster's folder
        key: which set it is, for our sets and foreign ones
        reason: for `UNKNOWN`, what was not understood; for `BESIDE`, what it is
    """

    state: ObjectState
    cluster: ClusterId | None = None
    key: SetKey | None = None
    reason: str = ""


def set_path(key: SetKey) -> str:
    """Return where a set of ours lives."""
    folder = set_folder(key.cluster, key.kind, key.resolution)
    return f"{folder}/{key.window.start_epoch}-{key.window.end_epoch}.parquet"


def set_folder(cluster: ClusterId, kind: SetKind, resolution: Resolution) -> str:
    """Return the folder of one cluster's sets of one kind and resolution."""
    return f"{cluster_folder(cluster)}/etl/parquet/{kind}/{resolution}"


def set_folders(cluster: ClusterId) -> Iterator[str]:
    """Iterate every folder in which a cluster's sets may lie, ours and foreign ones."""
    for form in _FORMS:
        for kind in SetKind:
            for resolution in Resolution:
                yield f"{cluster_folder(cluster)}/etl/{form}/{kind}/{resolution}"


def locate(path: str) -> Location:
    """Tell what an object is from its path alone; never fails: what is not understood is `UNKNOWN` with a reason."""
    root, _, rest = path.partition("/")
    name, _, inside = rest.partition("/")
    if reason := unfit(path):
        return Location(ObjectState.UNKNOWN, ClusterId(name) if not unfit(name) else None, reason=reason)
    if root != FEDERATED or not inside:
        return Location(ObjectState.UNKNOWN, reason=f"not below {FEDERATED}/<cluster>/")
    if name in RESERVED_IDS:
        return Location(ObjectState.COMBINED)
    cluster = ClusterId(name)
    if inside in _IDENTITY_NAMES or inside.startswith("requests/"):
        return Location(ObjectState.IDENTITY, cluster)
    found = _locate_set(cluster, inside)
    place = beside(path) if found.state is ObjectState.UNKNOWN else None
    if place is None:
        return found
    # An id with a slash is two folders, and the first of them is no cluster's.
    whose = None if place.kind is BesideKind.SLASHED_ID else cluster
    return Location(ObjectState.BESIDE, whose, reason=f"{place.kind}: {place.kind.meaning}")


def _locate_set(cluster: ClusterId, inside: str) -> Location:
    parts = inside.split("/")
    if len(parts) != 5 or parts[0] != "etl" or parts[1] not in _FORMS:  # noqa: PLR2004 - see the layout
        return Location(ObjectState.UNKNOWN, cluster, reason="not etl/{parquet,bingen}/<kind>/<resolution>/<file>")
    _, form, kind, resolution, name = parts
    match = (_OUR_NAME if form == "parquet" else _FOREIGN_NAME).fullmatch(name)
    if kind not in set(SetKind) or resolution not in set(Resolution) or match is None:
        return Location(ObjectState.UNKNOWN, cluster, reason=f"no {form} set is called {kind}/{resolution}/{name}")
    start, end = int(match["start"]), int(match["end"])
    window = Window.of_epochs(start, end) if start < end else None
    if window is None or window.resolution is not Resolution(resolution):
        return Location(ObjectState.UNKNOWN, cluster, reason=f"{start}-{end} is no {resolution} window in UTC")
    key = SetKey(cluster, SetKind(kind), Resolution(resolution), window)
    return Location(ObjectState.SET if form == "parquet" else ObjectState.FOREIGN_SET, cluster, key)
