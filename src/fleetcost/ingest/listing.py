"""The bucket's listing; where it breaks off, cluster by cluster: one broken folder hides its own cluster alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fleetcost.bucket.port import BucketReader
from fleetcost.errors import FleetcostError
from fleetcost.model.identity import ClusterId
from fleetcost.sets.discover import Found, discover

Unlisted = tuple[tuple[ClusterId, str], ...]
"""Clusters that could not be listed, each with the reason."""


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

    Where the listing of all breaks off, each cluster that is known, or was seen before the break, is listed for itself.

    Args:
        bucket: where
        known: clusters of the ledger

    Raises:
        StoreError, StoreRefusedError: no cluster can be listed.
    """
    found: list[Found] = []
    try:
        found.extend(discover(bucket))
    except FleetcostError as error:
        seen = {one.location.cluster for one in found if one.location.cluster is not None}
        clusters = sorted({*known, *seen})
        listing = _one_by_one(bucket, clusters)
        if len(listing.unlisted) == len(clusters):
            raise error from None
        return listing
    return Listing(tuple(found))


def _one_by_one(bucket: BucketReader, clusters: Iterable[ClusterId]) -> Listing:
    found: list[Found] = []
    unlisted: list[tuple[ClusterId, str]] = []
    for cluster in clusters:
        try:
            found += list(discover(bucket, cluster))
        except FleetcostError as error:
            unlisted.append((cluster, str(error)))
    return Listing(tuple(found), tuple(unlisted))
