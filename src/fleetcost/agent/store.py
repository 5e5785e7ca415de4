"""The local store: the agent's own copy of its sets, and what it knows from it and from the bucket."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fleetcost.agent.plan import StoredWindow
from fleetcost.bucket.port import BucketReader, ObjectInfo
from fleetcost.model.identity import ClusterId
from fleetcost.model.sets import SetHeader, SetKey, SetKind
from fleetcost.model.states import ObjectState
from fleetcost.model.window import Resolution, Window
from fleetcost.sets.discover import discover
from fleetcost.sets.publish import header_at


@dataclass(frozen=True, slots=True)
class SetIndex:
    """The sets of one cluster that a bucket holds: key to listing entry."""

    objects: Mapping[SetKey, ObjectInfo]


def set_index(bucket: BucketReader, cluster: ClusterId) -> SetIndex:
    """List one cluster's own sets in a bucket."""
    objects = {}
    for found in discover(bucket, cluster):
        if found.location.state is ObjectState.SET and found.location.key is not None:
            objects[found.location.key] = found.info
    return SetIndex(objects)


def built(
    store: BucketReader, cluster: ClusterId, resolution: Resolution, windows: Iterable[Window]
) -> dict[Window, StoredWindow]:
    """Return what the local store holds in both kinds of these windows; damaged sets count as absent."""
    found = {}
    for window in windows:
        headers = [header_at(store, SetKey(cluster, kind, resolution, window)) for kind in SetKind]
        known = [header for header in headers if header is not None]
        if len(known) == len(headers):
            found[window] = _together(known)
    return found


def _together(headers: Sequence[SetHeader]) -> StoredWindow:
    return StoredWindow(
        final=all(header.final for header in headers),
        coverage_minutes=min(header.coverage_minutes for header in headers),
        estimated_minutes=min(header.estimated_minutes for header in headers),
        oldest=min(header.built_at for header in headers),
        newest=max(header.built_at for header in headers),
    )
