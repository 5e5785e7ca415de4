"""First and last sightings of one object, put together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeVar

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
    found: dict[Any, tuple[Any, float, float]] = {}
    for one in seen:
        key = tuple(getattr(one, name) for name in _identity(type(one)))
        known = found.get(key)
        first, last = (one.first, one.last) if known is None else (min(one.first, known[1]), max(one.last, known[2]))
        found[key] = (one, first, last)
    return tuple(replace(one, first=first, last=last) for one, first, last in found.values())


def _identity(kind: type[Any]) -> tuple[str, ...]:
    return tuple(name for name in kind.__slots__ if name not in ("first", "last"))
