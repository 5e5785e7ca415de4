"""Which windows of either side stand against each other, and of which clusters they were observed alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from fleetcost.model.identity import ClusterId
from fleetcost.model.window import Resolution, Window
from fleetcost.query.comparison import stretches
from fleetcost.query.completeness import Covered
from fleetcost.query.question import Stretch

UNLIKE = 0.05
"""Two windows whose coverage differs by more than this part of their minutes are not compared."""

WEEK = timedelta(days=7)

Coverages = Mapping[ClusterId, Mapping[Window, Covered]]
NOT_SEEN = Covered(0.0)


@dataclass(frozen=True, slots=True)
class WindowPair:
    """One window of either side, at the same place of theirs."""

    before: Window
    after: Window


@dataclass(frozen=True, slots=True)
class UnlikePair:
    """A pair of one cluster that was not observed alike, with the part of its minutes that was, of either side."""

    cluster: ClusterId
    pair: WindowPair
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Likeness:
    """
    The cluster-windows of two windows that can be compared.

    Attributes:
        pairs: windows with a counterpart, oldest first
        unlike: those of a cluster that were not observed alike
        alike: the others, None for all: of the earlier window, of the later one
        now: the clock's reading
    """

    pairs: tuple[WindowPair, ...]
    unlike: tuple[UnlikePair, ...]
    alike: tuple[tuple[Stretch, ...], tuple[Stretch, ...]] | None
    now: datetime


def paired(before: Window, after: Window, resolution: Resolution) -> tuple[WindowPair, ...]:
    """
    Pair the windows of a resolution: by their place, or by weekday and hour where both are whole weeks.

    What is longer has windows at its end without a counterpart. Months are paired by the day of the month, which is
    their place.
    """
    earlier, later = before.split(resolution), after.split(resolution)
    shift = 0
    lengths = {after.end - after.start, before.end - before.start}
    if len(lengths) == 1 and not lengths.pop() % WEEK:
        shift = ((later[0].start - earlier[0].start) % WEEK) // resolution.delta
    moved = [earlier[(place + shift) % len(earlier)] for place in range(len(earlier))]
    return tuple(WindowPair(one, other) for one, other in zip(moved, later, strict=False))


def likeness(
    pairs: tuple[WindowPair, ...],
    coverages: tuple[Coverages, Coverages],
    clusters: Iterable[ClusterId],
    now: datetime,
    *,
    estimated: bool,
) -> Likeness:
    """
    Compare what was observed.

    Args:
        pairs: the windows
        coverages: of the earlier window, of the later one
        clusters: those that the question is about
        now: the clock's reading
        estimated: minutes with estimates count as observed
    """
    unlike = []
    alike: dict[ClusterId, list[WindowPair]] = {}
    for cluster in clusters:
        own: list[WindowPair] = []
        seen = [side.get(cluster, {}) for side in coverages]
        for pair in pairs:
            parts = [
                one.observed + (one.estimated if estimated else 0.0)
                for one in (seen[0].get(pair.before, NOT_SEEN), seen[1].get(pair.after, NOT_SEEN))
            ]
            if abs(parts[0] - parts[1]) > UNLIKE:
                unlike.append(UnlikePair(cluster, pair, parts[0], parts[1]))
            else:
                own.append(pair)
        alike[cluster] = own
    if not unlike:
        return Likeness(pairs, (), None, now)
    sides = (
        stretches({cluster: [pair.before for pair in own] for cluster, own in alike.items()}),
        stretches({cluster: [pair.after for pair in own] for cluster, own in alike.items()}),
    )
    return Likeness(pairs, tuple(unlike), sides, now)
