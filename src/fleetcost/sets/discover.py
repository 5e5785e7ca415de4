"""Listing a bucket with every object in a named state; nothing is skipped in silence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fleetcost.bucket.port import BucketReader, ObjectInfo
from fleetcost.documents.places import FEDERATED, cluster_folder
from fleetcost.model.identity import ClusterId
from fleetcost.sets.layout import Location, locate


@dataclass(frozen=True, slots=True)
class Found:
    """One object of the listing and what its path means."""

    info: ObjectInfo
    location: Location


def discover(bucket: BucketReader, cluster: ClusterId | None = None) -> Iterator[Found]:
    """
    Iterate every object below `federated/`, or below one cluster's folder.

    Args:
        bucket: where
        cluster: only this cluster's folder
    """
    yield from discover_folder(bucket, cluster_folder(cluster) if cluster else FEDERATED)


def discover_folder(bucket: BucketReader, folder: str) -> Iterator[Found]:
    """Iterate every object below a folder."""
    for info in bucket.list(folder):
        yield Found(info, locate(info.path))
