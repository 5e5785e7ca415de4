"""
What happens in the demonstration's clusters, week after week: functions of the clock alone, so every run agrees.

Each event comes once in any seven days: a deploy that doubles a workload is rolled back a week later, a pool of nodes
is swapped and swapped back, prices rise and fall again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from fleetcost.demo.fleet import DAY_SECONDS, HOUR_SECONDS, Cluster, Pool, Weeks, Workload
from fleetcost.samples.source import Floats

WEEK_SECONDS = 7 * DAY_SECONDS
_MONDAY = 4 * DAY_SECONDS
"""The first Monday after the Unix epoch, which was a Thursday."""

DEPLOYED = _MONDAY + 2 * DAY_SECONDS + 10 * HOUR_SECONDS
"""Wednesdays at ten, a workload is deployed with twice its requests, or back."""

SWAPPED = _MONDAY + DAY_SECONDS + 6 * HOUR_SECONDS
"""Tuesdays at six, a pool's nodes are replaced by another type, or back."""

PRICED = _MONDAY + 3 * DAY_SECONDS
"""Thursdays at midnight, prices change."""

_SATURDAY = _MONDAY + 5 * DAY_SECONDS
_OUTAGE = (_MONDAY + 6 * DAY_SECONDS + 3 * HOUR_SECONDS + 600, 5400)
"""Sundays at ten past three, a Prometheus is away for an hour and a half."""


def is_odd(epoch: float, since: int) -> bool:
    """Tell whether a moment lies in an odd week, counted from an event's own time of the week."""
    return bool(int((epoch - since) // WEEK_SECONDS) % 2)


def is_weekend(epoch: float) -> bool:
    """Tell whether a moment lies in a Saturday or Sunday, UTC."""
    return (epoch - _MONDAY) % WEEK_SECONDS >= 5 * DAY_SECONDS


def is_there(pool: Pool, epoch: float) -> bool:
    """Tell whether a pool has its turn, where it takes turns with another."""
    return pool.weeks is Weeks.ALL or is_odd(epoch, SWAPPED) == (pool.weeks is Weeks.ODD)


def turns(pool: Pool, low: float, high: float) -> Iterator[tuple[float, float]]:
    """Iterate the times in `[low, high]` in which a pool has its turn."""
    for start, end in pieces([SWAPPED] if pool.weeks is not Weeks.ALL else [], low, high):
        if is_there(pool, start):
            yield start, end


def as_deployed(workload: Workload, epoch: float) -> Workload:
    """Return a workload as it is deployed then: what asks for twice as much uses no more."""
    if not workload.doubles or not is_odd(epoch, DEPLOYED):
        return workload
    return replace(
        workload,
        cpu_request=2 * workload.cpu_request,
        ram_request_gib=2 * workload.ram_request_gib,
        cpu_use=workload.cpu_use / 2,
        ram_use=workload.ram_use / 2,
    )


def rests(workload: Workload, slot: int, epoch: float) -> bool:
    """Tell whether a replica is not there at weekends."""
    return workload.weekend_replicas is not None and slot >= workload.weekend_replicas and is_weekend(epoch)


def changes(cluster: Cluster, workload: Workload) -> list[int]:
    """Return the times of the week at which a workload's pods are replaced."""
    swapped = any(pool.weeks is not Weeks.ALL for pool in cluster.pools)
    return [
        *([SWAPPED] if swapped else []),
        *([DEPLOYED] if workload.doubles else []),
        *([_SATURDAY, _MONDAY] if workload.weekend_replicas is not None else []),
    ]


def pieces(weekly: list[int], low: float, high: float) -> Iterator[tuple[float, float]]:
    """Iterate the parts of `[low, high]` between times of the week."""
    edges = {low, high}
    for since in weekly:
        first = since + -(-(low - since) // WEEK_SECONDS) * WEEK_SECONDS
        edges |= {first + number * WEEK_SECONDS for number in range(int(max(0, high - first) // WEEK_SECONDS) + 1)}
    inside = sorted(edge for edge in edges if low <= edge <= high)
    yield from pairwise(inside)


def price_factor(pool: Pool, epoch: float) -> float:
    """Return what a pool's prices are multiplied with then."""
    return 1 + pool.rise if is_odd(epoch, PRICED) else 1.0


def is_away(times: Floats) -> NDArray[np.bool_]:
    """Tell at which moments a Prometheus that fails weekly is away."""
    start, seconds = _OUTAGE
    return np.asarray((times - start) % WEEK_SECONDS < seconds)
