"""Points of use and looks at counters: what lies between two looks is exact, and a gap is a gap."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleetcost.model.window import Window
from fleetcost.samples import queries
from fleetcost.samples.memory import MemorySource
from fleetcost.samples.points import spacing
from fleetcost.samples.query import Query
from fleetcost.samples.source import Row
from making.cut import Always, grid, series_of

START = 1_790_000_400 // 3600 * 3600
HOUR = Window.of_epochs(START, START + 3600)
CPU, RAM, RESTARTS, OOM = (
    queries.CPU_USED_POINTS,
    queries.RAM_USED_POINTS,
    queries.RESTARTS,
    queries.OOM_EVENTS,
)


def asked(query: Query, *series: object, window: Window = HOUR, step: int = 60) -> list[Row]:
    """Return the rows of series in memory."""
    return list(MemorySource(Always(*series)).query(query, window, step))  # type: ignore[arg-type]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 300), min_size=13, max_size=13), st.integers(0, 59))
def test_points_of_a_rate_are_the_growth_between_the_looks(grown: list[int], offset: int) -> None:
    """However a counter grows, each five minutes' point is what it grew in them, and all together are its growth."""
    times = grid(START - 600, START + 3660, 60, offset)
    values = np.cumsum(np.repeat([0, 0, *grown], 5)[: len(times)].astype(np.float64))
    (row,) = asked(CPU, series_of(CPU, times, values))
    at = [float(values[times < look][-1]) for look in range(START, START + 3601, 300)]
    assert [value * 300 for _, value in row.points] == pytest.approx([b - a for a, b in pairwise(at)])
    assert row.value == max(value for _, value in row.points)


def test_a_rate_is_not_distorted_by_rare_scrapes() -> None:
    """Scrapes every two minutes lie unevenly in five: a steady use is the same in all points, of which there are 12."""
    times = grid(START - 1200, START + 3660, 120)
    (row,) = asked(CPU, series_of(CPU, times, 0.5 * times), step=120)
    assert [value for _, value in row.points] == pytest.approx([0.5] * 12)
    assert {spacing(CPU, step) for step in (15, 30, 60, 300)} == {300}
    assert spacing(CPU, 120) == 600
    assert spacing(CPU, 7) == 900


def test_a_gap_has_no_points() -> None:
    """While nothing was scraped there are no points of use, and what grew in the gap counts once, in the growth."""
    times = grid(START - 600, START + 3660, 60)
    kept = (times < START + 1000) | (times >= START + 2000)
    cpu, ram = (series_of(query, times[kept], times[kept] / 10) for query in (CPU, RAM))
    (rate,), (peak,) = asked(CPU, cpu), asked(RAM, ram)
    assert [time - START for time, _ in rate.points] == [300, 600, 900, 1200, 2400, 2700, 3000, 3300, 3600]
    assert [time - START for time, _ in peak.points] == [300, 600, 900, 1200, 2100, 2400, 2700, 3000, 3300, 3600]
    (restarts,) = asked(RESTARTS, series_of(RESTARTS, times[kept], np.floor((times[kept] - START + 600) / 1500)))
    assert restarts.value == 2


def test_growth_of_neighbouring_hours_adds_up() -> None:
    """A look at the hour's edge ends one hour and begins the next, so nothing is lost between them or counted twice."""
    times = grid(START - 600, START + 7300, 60, 17)
    series = series_of(RESTARTS, times, np.floor((times - START + 600) / 333))
    both = Window.of_epochs(START, START + 7200)
    hours = [HOUR, Window.of_epochs(START + 3600, START + 7200)]
    parts = [asked(RESTARTS, series, window=hour)[0].value for hour in hours]
    assert sum(parts) == asked(RESTARTS, series, window=both)[0].value > 0


def test_what_began_before_it_was_seen_is_not_counted() -> None:
    """A counter that is there from its first look on with a large number counts from there; a new group from zero."""
    times = grid(START + 1200, START + 3660, 60)
    assert asked(OOM, series_of(OOM, times, np.full(len(times), 7.0)))[0].value == 0
    early = grid(START - 600, START + 1200, 60)
    before = series_of(OOM, early, np.full(len(early), 5.0), id="/before")
    after = series_of(OOM, times, np.full(len(times), 2.0), id="/after")
    assert asked(OOM, before, after)[0].value == 2
