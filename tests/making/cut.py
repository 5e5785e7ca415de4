"""Series for any query there is, and what becomes of series: cut into pieces, or exported a second time."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import numpy as np

from fleetcost.samples.query import Matcher, Op, Over, Query
from fleetcost.samples.source import Floats, RawSeries

UNASKED = "prometheus_replica"
"""A label no query asks for: what tells pieces and copies apart."""

_EXAMPLES = ("nvidia_com_gpu", "/dev/sda1", "opencost-0", "google_com_tpu", "example")


def series_of(query: Query, times: Floats, values: Floats, **labels: str) -> RawSeries:
    """Return a series the query reads, with a value for every label it asks for."""
    every = {name: f"some-{name}" for name in (*query.by, *query.distinct)}
    for matcher in query.matchers:
        every[matcher.label] = example(matcher, every.get(matcher.label, ""))
    return RawSeries({name: value for name, value in (every | labels).items() if value}, times, values)


def example(matcher: Matcher, chosen: str) -> str:
    """Return a value that meets a condition: the one that was chosen before if it does."""
    if matcher.op is Op.EQUAL:
        return matcher.value
    if matcher.op is Op.REGEX:
        return next(text for text in (chosen, *_EXAMPLES) if re.fullmatch(matcher.value, text))
    return chosen if chosen and not re.fullmatch(matcher.value, chosen) else "example"


def cut(series: RawSeries, at: list[int], names: list[str]) -> list[RawSeries]:
    """Return the pieces of a series between these samples, each under another value of the unasked label."""
    bounds = sorted({0, *at, len(series.times)})
    pieces = []
    for number, (low, high) in enumerate(pairwise(bounds)):
        labels = {**series.labels, UNASKED: names[number % len(names)] + str(number)}
        pieces.append(RawSeries(labels, series.times[low:high], series.values[low:high]))
    return pieces


def copied(series: RawSeries, low: int, high: int) -> RawSeries:
    """Return part of a series as a second exporter gives it."""
    labels = {**series.labels, UNASKED: "copy"}
    return replace(series, labels=labels, times=series.times[low:high], values=series.values[low:high])


def is_counter(query: Query) -> bool:
    """Tell whether a query reads counters."""
    return query.over in (Over.INCREASE, Over.PEAK_RATE, Over.RATE_POINTS, Over.LOOKS)


def grid(start: float, end: float, every: int, offset: float = 0.0) -> Floats:
    """Return the times of scrapes."""
    return np.arange(start, end, every, dtype=np.float64) + offset


class Always:
    """The same series, whatever is asked for, as a provider."""

    def __init__(self, *series: RawSeries) -> None:
        self._series = series

    def series(self, metric: str, start_epoch: float, end_epoch: float) -> tuple[RawSeries, ...]:
        assert metric
        assert start_epoch < end_epoch
        return self._series
