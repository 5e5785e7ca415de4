"""The step at which times are looked for follows the scrape."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetcost.model.window import Window
from fleetcost.samples.interval import STEPS_SECONDS, UNKNOWN_SECONDS, scrape_step
from fleetcost.samples.memory import MemorySource
from fleetcost.samples.source import RawSeries
from making.cut import Always

START = 1_790_000_400 // 3600 * 3600
HOUR = Window.of_epochs(START, START + 3600)


def scraped(every: float, offset: float = 0.0, **labels: str) -> RawSeries:
    """Return the capacity of a node, scraped at an interval."""
    times = np.arange(START - 900 + offset, START + 4500, every, dtype=np.float64)
    return RawSeries({"node": "n", "resource": "cpu"} | labels, times, np.full(len(times), 4.0))


def without(series: RawSeries, low: float, high: float) -> RawSeries:
    """Return a series without the samples of some seconds of the hour."""
    kept = (series.times < START + low) | (series.times >= START + high)
    return RawSeries(series.labels, series.times[kept], series.values[kept])


@given(st.sampled_from(STEPS_SECONDS), st.floats(0, 14), st.integers(0, 40))
def test_the_step_is_the_interval(every: int, offset: float, gap_minutes: int) -> None:
    """Whatever the usual interval, at whichever second, with or without a gap of minutes, it is found."""
    series = without(scraped(every, offset), 600, 600 + min(gap_minutes, 10) * 60)
    assert scrape_step(MemorySource(Always(series)), HOUR) == every


@pytest.mark.parametrize(("every", "step"), [(10, 15), (5, 15), (45, 30), (90, 60), (59.9, 60), (600, 300)])
def test_an_unusual_interval_has_the_next_finer_step(every: float, step: int) -> None:
    """Steps divide the hour, so an interval in between has the longest of them that is no longer."""
    assert scrape_step(MemorySource(Always(scraped(every))), HOUR) == step


def test_two_scrapes_are_not_one_at_half_the_interval() -> None:
    """Two jobs that scrape the same thirty seconds apart scrape every minute, and a moved exporter is one scrape."""
    jobs = [scraped(60, job="a"), scraped(60, 30.0, job="b")]
    assert scrape_step(MemorySource(Always(*jobs)), HOUR) == 60
    moved = [without(scraped(30, instance="a"), 1800, 9999), without(scraped(30, instance="b"), -9999, 1800)]
    assert scrape_step(MemorySource(Always(*moved)), HOUR) == 30


def test_what_is_not_scraped_twice_has_the_usual_step() -> None:
    """An hour without samples, or with one, is looked at by the minute."""
    assert scrape_step(MemorySource(Always()), HOUR) == UNKNOWN_SECONDS
    once = without(without(scraped(30), -9999, 100), 130, 9999)
    assert scrape_step(MemorySource(Always(once)), HOUR) == UNKNOWN_SECONDS
