"""
The bucket's listing; where it breaks off, cluster by cluster, and where a cluster's breaks off, folder by folder.

One broken folder hides its own objects alone: a name that a store's client cannot read, such as `federated/c//x`, ends
every listing it lies in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from fleetcost.bucket.port import BucketReader, ObjectInfo
from fleetcost.documents.places import FEDERATED, cluster_folder
from fleetcost.errors import FleetcostError
from fleetcost.model.identity import ClusterId
from fleetcost.model.states import ObjectState
from fleetcost.sets.discover import Found, discover, discover_folder
from fleetcost.sets.layout import Location, set_folders

Unlisted = tuple[tuple[ClusterId, str], ...]
"""Clusters that could not be listed, each with the reason."""

NAMED_UNKNOWN = 1000
"""Objects of a cluster with names nobody understands that are reported one by one; more are reported in one line."""


@dataclass(frozen=True, slots=True)
class Listing:
    """
    What is in the bucket.

    Attributes:
        found: every object that was listed
        unlisted: clusters that could not be listed
    """

    found: tuple[Found, ...]
    unlisted: Unlisted = ()


def list_bucket(bucket: BucketReader, known: Iterable[ClusterId]) -> Listing:
    """
    List every cluster.

    Where the listing of all breaks off, each cluster that is known or has a folder is listed for itself.

    Args:
        bucket: where
        known: clusters of the ledger

    Raises:
        StoreError, StoreRefusedError: no cluster can be listed.
    """
    found: list[Found] = []
    try:
        found.extend(_bounded(discover(bucket)))
    except FleetcostError as error:
        seen = {one.location.cluster for one in found if one.location.cluster is not None}
        clusters = sorted({*known, *seen, *_folders(bucket)})
        listing = _one_by_one(bucket, clusters)
        if len(listing.unlisted) == len(clusters):
            raise error from None
        return listing
    return Listing(tuple(found))


def _folders(bucket: BucketReader) -> Iterable[ClusterId]:
    try:
        return {ClusterId(name) for name in bucket.folders(FEDERATED)}
    except FleetcostError:
        return ()


def _one_by_one(bucket: BucketReader, clusters: Iterable[ClusterId]) -> Listing:
    found: list[Found] = []
    unlisted: list[tuple[ClusterId, str]] = []
    for cluster in clusters:
        try:
            found += list(_bounded(discover(bucket, cluster)))
        except FleetcostError as error:
            try:
                found += _by_folder(bucket, cluster, str(error))
            except FleetcostError:
                unlisted.append((cluster, str(error)))
    return Listing(tuple(found), tuple(unlisted))


def _by_folder(bucket: BucketReader, cluster: ClusterId, reason: str) -> list[Found]:
    """List the folders of a cluster's sets; one of which something cannot be listed makes all of it unknown."""
    found = [one for folder in set_folders(cluster) for one in _bounded(discover_folder(bucket, folder))]
    return [*found, _stands_for(cluster, cluster_folder(cluster), reason)]


def _bounded(found: Iterable[Found]) -> Iterator[Found]:
    """Leave out what a cluster has too many of: objects that are no sets, which one line then stands for."""
    counts: dict[ClusterId | None, int] = {}
    for one in found:
        if one.location.state in {ObjectState.UNKNOWN, ObjectState.BESIDE}:
            cluster = one.location.cluster
            counts[cluster] = counts.get(cluster, 0) + 1
            if counts[cluster] > NAMED_UNKNOWN:
                continue
        yield one
    for cluster, count in counts.items():
        if count > NAMED_UNKNOWN:
            folder = cluster_folder(cluster) if cluster else FEDERATED
            yield _stands_for(cluster, folder, f"{count - NAMED_UNKNOWN:,} more objects that are no sets")


def _stands_for(cluster: ClusterId | None, folder: str, reason: str) -> Found:
    info = ObjectInfo(folder, 0, "", datetime.fromtimestamp(0, UTC))
    return Found(info, Location(ObjectState.UNKNOWN, cluster, reason=reason))
