"""A series that is cut into pieces under other labels is the same series; a thing exported twice is one thing."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fleetcost.model.window import Window
from fleetcost.samples import extrapolation, queries
from fleetcost.samples.memory import MemorySource
from fleetcost.samples.query import Over, Query
from making.cut import UNASKED, Always, copied, cut, grid, is_counter, series_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fleetcost.samples.source import Floats, RawSeries, Row

START = 1_790_000_400 // 3600 * 3600
HOUR = Window.of_epochs(START, START + 3600)
EVERY = queries.every()
STEP = 60


def asked(query: Query, *series: RawSeries, major: int = 3) -> dict[frozenset[tuple[str, str]], float]:
    rows: Sequence[Row] = MemorySource(Always(*series), major=major).query(query, HOUR, STEP)
    earliest = START if query.over is Over.FIRST_SEEN else -math.inf  # what was seen before was seen from the start
    return {frozenset(row.labels.items()): max(row.value, earliest) for row in rows}


def held(ours: dict[frozenset[tuple[str, str]], float], wanted: dict[frozenset[tuple[str, str]], float]) -> None:
    assert ours.keys() == wanted.keys()
    for key, value in wanted.items():
        assert math.isclose(ours[key], value, rel_tol=1e-9, abs_tol=1e-9), (dict(key), ours[key], value)


@st.composite
def scraped(draw: st.DrawFn, query: Query) -> RawSeries:
    """Draw a series scraped once a step or less often, over the whole window or a part of it."""
    every = draw(st.sampled_from([60, 120]))
    times = grid(START - 600, START + 4200, every, draw(st.integers(0, 59)) + draw(st.sampled_from([0.0, 0.25])))
    first = draw(st.integers(0, len(times) - 8))
    times = times[first : draw(st.integers(first + 6, len(times)))]
    return series_of(query, times, drawn_values(draw, query, len(times)))


def drawn_values(draw: st.DrawFn, query: Query, count: int) -> Floats:
    """Draw gauges that jump, or a counter far from zero that grows steadily: what grew between two pieces is unseen."""
    if is_counter(query):
        return 1e6 + draw(st.integers(0, 9)) * np.arange(count, dtype=np.float64)
    drawn = draw(st.lists(st.integers(0, 8), min_size=count, max_size=count))
    return np.array(drawn, dtype=np.float64)


@pytest.mark.parametrize("query", EVERY, ids=lambda query: query.name)
@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_cutting_a_series_changes_nothing(query: Query, data: st.DataObject) -> None:
    """Whatever a query asks, a series gives the same in pieces, two samples or more each, under any unasked labels."""
    series = data.draw(scraped(query))
    bounds = data.draw(st.lists(st.integers(1, len(series.times) // 2 - 1), max_size=4))
    pieces = cut(series, [2 * bound for bound in bounds], data.draw(st.sampled_from([["a"], ["b", "a"]])))
    if query.over is Over.INCREASE:
        held_within_the_edges(query, series, pieces)
    else:
        held(asked(query, *pieces), asked(query, series))


def held_within_the_edges(query: Query, series: RawSeries, pieces: list[RawSeries]) -> None:
    """Hold growth: of a whole series it is extrapolated to the window's edges, by 1.1 samples at most at each."""
    inside = series.times[(series.times >= START) & (series.times < START + 3600)]
    assume(len(inside) > 2)  # of fewer samples Prometheus knows no growth
    whole, parts = asked(query, series), asked(query, *pieces)
    assert whole.keys() == parts.keys()
    at_the_edges = 2 * extrapolation._NEAR * float(np.diff(series.values).max())
    for key, value in whole.items():
        assert abs(parts[key] - value) <= at_the_edges + 1e-6


@pytest.mark.parametrize("query", EVERY, ids=lambda query: query.name)
@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_what_is_exported_twice_is_one(query: Query, data: st.DataObject) -> None:
    """Any part of a series that comes a second time, at the same times under other labels, changes nothing."""
    series = data.draw(scraped(query))
    low = data.draw(st.integers(0, len(series.times) - 1))
    high = data.draw(st.integers(low + 1, len(series.times)))
    held(asked(query, series, copied(series, low, high)), asked(query, series))


GROWTHS = [query for query in EVERY if query.over is Over.INCREASE]


@pytest.mark.parametrize("query", GROWTHS, ids=lambda query: query.name)
def test_different_things_are_added(query: Query) -> None:
    """Growth of things that are there at one time, distinguished by what the query lists, is added."""
    times = grid(START - 600, START + 4200, STEP)
    values = 1e6 + 60.0 * np.arange(len(times))
    for label in query.distinct:
        other = series_of(query, times, values, **{label: "another"})
        assert sum(asked(query, series_of(query, times, values), other).values()) == pytest.approx(2 * 3600.0)


@pytest.mark.parametrize("query", GROWTHS, ids=lambda query: query.name)
def test_one_after_the_other_is_added(query: Query) -> None:
    """A counter that goes on elsewhere from zero, under an unasked label, grows by what both did."""
    times = grid(START - 600, START + 4200, STEP)
    half, grown = len(times) // 2, 60.0 * np.arange(len(times))
    one = series_of(query, times[:half], 1e6 + grown[:half])
    other = series_of(query, times[half:], grown[: len(times) - half], **{UNASKED: "later"})
    assert sum(asked(query, one, other).values()) == pytest.approx(3600.0)


@pytest.mark.parametrize("query", GROWTHS, ids=lambda query: query.name)
def test_copies_at_other_seconds_are_no_pieces(query: Query) -> None:
    """Two scrapes of one counter, half a step apart and with a gap, grow by what one of them does, gap included."""
    gap = (START + 1815, START + 2115)
    times = [grid(START - 600, START + 4200, STEP) + offset for offset in (0.0, 31.0)]
    scraped_at = [one[(one < gap[0]) | (one >= gap[1])] for one in times]
    one, other = (series_of(query, at, 1e6 + 2.0 * (at - START + 600)) for at in scraped_at)
    once = sum(asked(query, one).values())
    twice = sum(asked(query, one, replace(other, labels={**other.labels, UNASKED: "b"})).values())
    assert twice == pytest.approx(once, rel=0.001)
