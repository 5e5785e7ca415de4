"""
Queries with several points for each row: distributions of use, and the growth of counters.

A counter is looked at from time to time, which costs the server one sample a look; its growth over all samples would
cost many times that. What lies between two looks is exact. What is lost is what a thing did before it was first seen
and after it was last seen, so growth is never too large.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

from fleetcost.model.histogram import POINT_SECONDS
from fleetcost.samples.narrowing import Ask, Identity, identity
from fleetcost.samples.promql import Instant, Lookback, Matchers, render_looks, render_points
from fleetcost.samples.query import Over, Query
from fleetcost.samples.source import Row, largest_of

LOOK_SECONDS = 900
"""Between two looks at a counter; the most for the points of a rate."""

LOOKED_AT = frozenset({Over.RATE_POINTS, Over.LOOKS})
POINTED = LOOKED_AT | {Over.MEAN_POINTS, Over.PEAK_POINTS}
"""The kinds of query that are answered so."""

Point = tuple[float, float]


def pointed(query: Query, look: Lookback, ask: Ask) -> list[Row]:
    """
    Answer a query that has several points for a row.

    Coarser samples are too few for a point every five minutes: their peaks are kept, and nothing else.

    Args:
        query: of such a kind
        look: what it looks back over
        ask: sends a text, given the conditions that are added to it
    """
    if look.coarse and query.over is not Over.PEAK_POINTS:
        return []
    rows = ask(query, lambda extra: render_pointed(query, look, extra))
    if query.over in LOOKED_AT:
        return grown(query, rows, spacing(query, look.step_seconds))
    return [Row(row.labels, row.value) for row in rows] if look.coarse else rows


def render_pointed(query: Query, look: Lookback, extra: Matchers = ()) -> Instant:
    """Write such a query out."""
    if query.over in LOOKED_AT:
        return render_looks(query, look, spacing(query, look.step_seconds), extra)
    return render_points(query, look, extra)


def spacing(query: Query, step_seconds: int) -> int:
    """
    Return the seconds between two looks at a counter.

    Between the looks of a rate lie as many whole steps as between any others, if possible: what grew in six minutes is
    not divided by five. A mean of ten or fifteen minutes counts as two or three points.
    """
    return min(math.lcm(POINT_SECONDS, step_seconds), LOOK_SECONDS) if query.over is Over.RATE_POINTS else LOOK_SECONDS


def grown(query: Query, rows: Iterable[Row], every: int) -> list[Row]:
    """
    Return how much the counters of each row grew from look to look, added up over different things.

    A counter that is less than before began again at zero. One that comes later than others of its row began since
    the look before: a container's new control group. Without one before it, nobody knows when it began.

    Args:
        query: of rates, which are the points of its rows, or of growth in all
        rows: the values of each thing's counter at the looks
        every: seconds between two looks
    """
    things: dict[Identity, list[Sequence[Point]]] = defaultdict(list)
    for row in rows:
        things[identity(row, query)].append(row.points)
    found = []
    for key, group in things.items():
        labels = {name: value for name, value in zip(query.by, key, strict=True) if value}
        growth = _growth(group)
        if query.over is Over.LOOKS:
            found.append(Row(labels, sum(by for _, _, by in growth)))
        elif points := _rates(growth, every):
            found.append(Row(labels, largest_of(points), points))
    return found


def _growth(group: Sequence[Sequence[Point]]) -> list[tuple[float, float, float]]:
    """Return what things grew by: since which look, until which."""
    first = min(points[0][0] for points in group)
    found = []
    for points in group:
        before, since = (None, first) if points[0][0] == first else (0.0, max(_before(points[0][0], group), first))
        for time, value in points:
            if before is not None:
                found.append((since, time, value - before if value >= before else value))
            before, since = value, time
    return found


def _before(time: float, group: Sequence[Sequence[Point]]) -> float:
    """Return the last look before a time at which anything of a row was seen."""
    return max(at for points in group for at, _ in points if at < time)


def _rates(growth: Iterable[tuple[float, float, float]], every: int) -> tuple[Point, ...]:
    """Return the growth per second of neighbouring looks, as many points as there are five minutes between them."""
    added: dict[float, float] = defaultdict(float)
    for since, time, by in growth:
        if time - since == every:
            added[time] += by
    times = range(0, every, POINT_SECONDS)
    return tuple((time - before, by / every) for time, by in sorted(added.items()) for before in reversed(times))
