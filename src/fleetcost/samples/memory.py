"""
A source that evaluates queries on series in memory, as a Prometheus would.

The demonstration and the scenario tests use it; a differential test holds it against the real server.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import cast

import numpy as np

from fleetcost.model.allocation import Labels
from fleetcost.model.window import Window
from fleetcost.samples import extrapolation
from fleetcost.samples.edges import newest
from fleetcost.samples.memory_points import points
from fleetcost.samples.memory_steps import Sampled, Steps
from fleetcost.samples.points import LOOKED_AT, POINTED, grown, spacing
from fleetcost.samples.promql import FRESH_STEPS, LOOKBACK_SECONDS
from fleetcost.samples.query import Matcher, Op, Over, Query, scrape_labels
from fleetcost.samples.source import Floats, RawSeries, Row, SeriesProvider, largest_of

STALE_BITS = 0x7FF0000000000002
STALE = float(np.uint64(STALE_BITS).view(np.float64))
"""The NaN by which Prometheus marks the end of a series."""

_MILLISECOND = 0.001


class MemorySource:
    """
    Answers queries from series in memory.

    Args:
        series: where the series are found
        name: what the set's header names as its source
        major: major version of the server that is imitated; 2 and 3 differ at the ends of ranges
    """

    def __init__(self, series: SeriesProvider, name: str = "series in memory", major: int = 3) -> None:
        self._series = series
        self._name = name
        self._major = major

    @property
    def name(self) -> str:
        """What the samples were read from."""
        return self._name

    def query(self, query: Query, window: Window, resolution_seconds: int) -> Sequence[Row]:
        """Answer one query for one window."""
        low = window.start_epoch - LOOKBACK_SECONDS - 2 * resolution_seconds
        matches = _matching(query.matchers)
        every = self._series.series(query.metric, low, window.end_epoch + LOOKBACK_SECONDS)
        series = [one for one in every if len(one.times) and matches(one.labels)]
        if query.over is Over.MINUTES_SEEN:
            return _minutes_seen(query, series, window, resolution_seconds)
        if query.over in POINTED:
            return (_looks if query.over in LOOKED_AT else _pointed)(query, series, window, resolution_seconds)
        if query.over in _TOGETHER:
            return _together(query, series, Steps(window, resolution_seconds), self._major)
        valued = []
        for one in series:
            value = _over(query, one, window, resolution_seconds, self._major)
            if value is not None:
                valued.append(Row(one.labels, value))
        return _grouped(query, valued)


def _matching(matchers: Sequence[Matcher]) -> Callable[[Labels], bool]:
    tests = [(m.label, _test(m), m.op in (Op.EQUAL, Op.REGEX)) for m in matchers]

    def matches(labels: Labels) -> bool:
        return all(test(labels.get(label, "")) is wanted for label, test, wanted in tests)

    return matches


def _test(matcher: Matcher) -> Callable[[str], bool]:
    if matcher.op in (Op.EQUAL, Op.NOT_EQUAL):
        return lambda value: value == matcher.value
    pattern = re.compile(matcher.value)
    return lambda value: pattern.fullmatch(value) is not None


def _over(query: Query, series: RawSeries, window: Window, step: int, major: int) -> float | None:
    if query.over is Over.PEAK_RATE:
        return _peak_rate(series, window, step, major)
    if query.over.stepped:
        seen = _seen(query, series, window.start_epoch, window.end_epoch, step)
        reduce = np.min if query.over is Over.FIRST_SEEN else np.max
        return float(reduce(seen)) if len(seen) else None
    real = _real(series)
    low = int(np.searchsorted(real.times, window.start_epoch - _MILLISECOND / 2))
    high = int(np.searchsorted(real.times, window.end_epoch - _MILLISECOND / 2))
    return float(np.fmax.reduce(real.values[low:high])) if low < high else None


_TOGETHER = frozenset({Over.AVG, Over.COUNT, Over.INCREASE})
"""What is not computed of each series alone, but of all that are one row."""


def _together(query: Query, series: Sequence[RawSeries], steps: Steps, major: int) -> list[Row]:
    rows: dict[tuple[str, ...], dict[tuple[str, ...], list[Sampled]]] = defaultdict(lambda: defaultdict(list))
    for one in series:
        rows[_identity(one.labels, query.by)][_identity(one.labels, query.distinct)].append(_real(one))
    found = []
    for key, things in rows.items():
        every = [one for group in things.values() for one in group]
        if query.over is Over.INCREASE:
            value = steps.growth(list(things.values()), major)
        else:
            value = steps.mean(every) if query.over is Over.AVG else steps.count(every)
        if value is not None:
            found.append(Row(_labels(query.by, key), value))
    return found


def _pointed(query: Query, series: Sequence[RawSeries], window: Window, step: int) -> list[Row]:
    rows: dict[tuple[str, ...], list[Sampled]] = defaultdict(list)
    for one in series:
        rows[_identity(one.labels, query.by)].append(_real(one))
    found = ((key, points(query.over, group, window, step)) for key, group in rows.items())
    return [Row(_labels(query.by, key), largest_of(values), values) for key, values in found if values]


def _looks(query: Query, series: Sequence[RawSeries], window: Window, step: int) -> list[Row]:
    every, names = spacing(query, step), query.by + query.distinct
    times = _points(window.start_epoch, window.end_epoch, every)
    things: dict[tuple[str, ...], list[Floats]] = defaultdict(list)
    for one in series:
        things[_identity(one.labels, names)].append(_looked_at(one, times))
    found = []
    for key, copies in things.items():
        values = np.fmax.reduce(copies)
        held = ~np.isnan(values)
        if held.any():
            seen = tuple(zip(times[held].tolist(), values[held].tolist(), strict=True))
            found.append(Row(_labels(names, key), largest_of(seen), seen))
    return grown(query, found, every)


def _looked_at(series: RawSeries, times: Floats) -> Floats:
    before = times - _MILLISECOND
    points, _, current = _current(series, before)
    values = np.full(len(times), np.nan)
    values[np.searchsorted(before, points)] = current
    return values


def _real(series: RawSeries) -> Sampled:
    kept = ~_stale(series.values)
    return Sampled(series.times[kept], series.values[kept])


def _stale(values: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return cast("np.ndarray[tuple[int], np.dtype[np.bool_]]", values.view(np.uint64) == STALE_BITS)


def _points(start: float, end: float, step: int) -> Floats:
    first = -(-start // step) * step
    return np.arange(first, end + _MILLISECOND, step, dtype=np.float64)


def _current(series: RawSeries, points: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the points at which the series has a current sample, with that sample's time and value."""
    index = np.searchsorted(series.times, points + _MILLISECOND / 2) - 1
    kept = index >= 0
    points, index = points[kept], index[kept]
    times, values = series.times[index], series.values[index]
    live = (times >= points - LOOKBACK_SECONDS) & ~_stale(values)
    return points[live], times[live], values[live]


def _seen(query: Query, series: RawSeries, start: float, end: float, step: int) -> Floats:
    _, times, values = _current(series, _points(start, end, step))
    return times[values != 0] if query.nonzero else times


def _peak_rate(series: RawSeries, window: Window, step: int, major: int) -> float | None:
    times, values = _real(series)
    if len(times) < 2:  # noqa: PLR2004 - a rate needs two samples
        return None
    grown = np.diff(values)
    rates = np.where(grown < 0, values[1:], grown) / np.diff(times)
    points = _points(window.start_epoch + _MILLISECOND, window.end_epoch, step)
    newest = np.searchsorted(times, points + _MILLISECOND / 2) - 1
    kept = newest >= 1
    points, newest = points[kept], newest[kept]
    edge = _MILLISECOND / 2 if major >= extrapolation.NEWER else -_MILLISECOND / 2
    found = rates[newest - 1][times[newest - 1] >= points - 2 * step + edge]
    return float(found.max()) if len(found) else None


def _minutes_seen(query: Query, series: Sequence[RawSeries], window: Window, step: int) -> list[Row]:
    fresh: dict[tuple[str, ...], set[float]] = defaultdict(set)
    points = _points(window.start_epoch + _MILLISECOND, window.end_epoch, step)
    for one in series:
        at, times, values = _current(one, points)
        kept = times > at - FRESH_STEPS * step
        if query.nonzero:
            kept &= values != 0
        if kept.any():
            fresh[_identity(one.labels, query.by)].update(at[kept].tolist())
    return [Row(_labels(query.by, key), len(found) * step / 60) for key, found in fresh.items()]


def _grouped(query: Query, rows: Sequence[Row]) -> list[Row]:
    if query.over is Over.LABELS:
        dropped = frozenset(scrape_labels(query))
        kept: dict[frozenset[tuple[str, str]], float] = {}
        for row in rows:
            key = frozenset((k, v) for k, v in row.labels.items() if v and k not in dropped)
            kept[key] = max(row.value, kept.get(key, row.value))
        return newest(query, [Row(dict(sorted(key)), value) for key, value in kept.items()])
    values: dict[tuple[str, ...], list[float]] = defaultdict(list)
    for row in rows:
        values[_identity(row.labels, query.by)].append(row.value)
    reduce = np.fmin.reduce if query.over is Over.FIRST_SEEN else np.fmax.reduce
    return [Row(_labels(query.by, key), float(reduce(np.array(found)))) for key, found in values.items()]


def _identity(labels: Labels, by: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(labels.get(name, "") for name in by)


def _labels(by: tuple[str, ...], key: tuple[str, ...]) -> Labels:
    return {name: value for name, value in zip(by, key, strict=True) if value}
