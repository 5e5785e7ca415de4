"""The local store: the agent's own copy of its sets, and what it knows from it and from the bucket."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fleetcost.bucket.port import Bucket, BucketReader, ObjectInfo
from fleetcost.model.identity import ClusterId
from fleetcost.model.sets import SetHeader, SetKey, SetKind
from fleetcost.model.states import ObjectState
from fleetcost.model.window import Resolution, Window
from fleetcost.sets.discover import discover
from fleetcost.sets.publish import header_at


@dataclass(frozen=True, slots=True)
class Shelf:
    """The sets of one cluster that a bucket holds: key to listing entry."""

    objects: Mapping[SetKey, ObjectInfo]

    def hours(self) -> tuple[Window, ...]:
        """Return the hours that are there in both kinds."""
        present = [{key.window for key in self.objects if _hourly(key, kind)} for kind in SetKind]
        return tuple(sorted(set.intersection(*present)))


def shelf(bucket: BucketReader, cluster: ClusterId) -> Shelf:
    """List one cluster's own sets in a bucket."""
    objects = {}
    for found in discover(bucket, cluster):
        if found.location.state is ObjectState.SET and found.location.key is not None:
            objects[found.location.key] = found.info
    return Shelf(objects)


def built_hours(store: Bucket, cluster: ClusterId, windows: Iterable[Window]) -> dict[Window, SetHeader]:
    """Return the headers of the hours that are in the local store; the emptier of the two kinds speaks for both."""
    built = {}
    for window in windows:
        headers = [header_at(store, SetKey(cluster, kind, Resolution.HOUR, window)) for kind in SetKind]
        if all(headers):
            known = [header for header in headers if header is not None]
            built[window] = min(known, key=lambda header: (header.final, header.coverage_minutes))
    return built


def _hourly(key: SetKey, kind: SetKind) -> bool:
    return key.kind is kind and key.resolution is Resolution.HOUR
