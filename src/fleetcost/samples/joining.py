"""First and last sightings of one object, put together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from fleetcost.model.records import (
    ClaimSeen,
    ContainerSeen,
    LoadBalancerSeen,
    LocalDiskSeen,
    ManagementSeen,
    NodeSeen,
    VolumeSeen,
)

Seen = TypeVar("Seen", ContainerSeen, NodeSeen, VolumeSeen, ClaimSeen, LocalDiskSeen, LoadBalancerSeen, ManagementSeen)


def joined(seen: Iterable[Seen]) -> tuple[Seen, ...]:
    """
    Put all sightings of each object together: from the first to the last.

    First and last sightings are two queries. Both see the same series, but a source that is still filling may know
    more when the second is asked, so either may be alone.
    """
    found: dict[tuple[str, ...], Seen] = {}
    for one in seen:
        *identity, first, last = one
        known = found.setdefault(tuple(identity), one)
        if known is not one:
            found[tuple(identity)] = known._replace(first=min(first, known.first), last=max(last, known.last))
    return tuple(found.values())
