"""The in-memory source answers as the real servers do."""

from __future__ import annotations

import math
import shutil
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np
import pytest

from fleetcost.model.window import Window
from fleetcost.samples import queries
from fleetcost.samples.client import PrometheusSource
from fleetcost.samples.memory import STALE, MemorySource
from fleetcost.samples.query import Matcher, Op, Over, Query
from fleetcost.samples.source import RawSeries
from servers.metric_stores import prometheus
from servers.tools import find_tool

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fleetcost.samples.source import Row
    from servers.metric_stores import MetricStore

START = 1_790_000_400 // 3600 * 3600
HOURS = (Window.of_epochs(START, START + 3600), Window.of_epochs(START + 3600, START + 7200))
PROGRAMS = [
    pytest.param(("prometheus", 2), id="prometheus 2"),
    pytest.param(
        (find_tool("prometheus3") or "", 3),
        id="prometheus 3",
        marks=[
            pytest.mark.corner,
            pytest.mark.skipif(
                find_tool("prometheus3") is None, reason="no Prometheus 3: `make test-all` builds it where Go is"
            ),
        ],
    ),
]

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(shutil.which("prometheus") is None, reason="no prometheus program is installed"),
]


class Fixed:
    """Series by metric, as a provider."""

    def __init__(self, metrics: dict[str, list[RawSeries]]) -> None:
        self.metrics = metrics

    def series(self, metric: str, start_epoch: float, end_epoch: float) -> Sequence[RawSeries]:
        assert start_epoch < end_epoch
        return self.metrics.get(metric, [])


def awkward_series(count: int = 60) -> list[RawSeries]:
    """Return series with gaps, resets, stale markers, late starts, early ends, zeros and odd scrape times."""
    random = np.random.default_rng(7)
    made = []
    for i in range(count):
        interval = (15, 30, 60, 60, 60, 120)[i % 6]
        offset = float(random.integers(0, interval)) + round(float(random.random()), 3) if i % 3 else 0.0
        times = np.arange(START - 1200, START + 2 * 3600 + 600, interval, dtype=np.float64) + offset
        first, last = sorted(random.integers(0, len(times), 2).tolist()) if i % 4 else (0, len(times))
        times = times[first : max(last, first + 1)]
        times = times[random.random(len(times)) > (0.1 if i % 5 == 0 else 0.0)]
        values = np.cumsum(random.integers(0, 50, len(times)).astype(np.float64))
        if i % 7 == 0 and len(values) > 4:
            values[len(values) // 2 :] -= values[len(values) // 2]
        if i % 11 == 0:
            values = np.where(random.random(len(times)) < 0.3, 0.0, values)
        if i % 2 and len(times):
            times, values = np.append(times, times[-1] + interval), np.append(values, STALE)
        labels = {
            "namespace": f"ns{i % 3}",
            "pod": f"p{i % 10}",
            "container": "POD" if i % 13 == 0 else f"c{i % 2}",
            "id": f"/{i}",
            "job": "a" if i % 2 else "b",
            "instance": f"10.0.0.{i}",
            "label_team": f"t{i % 4}",
        }
        made.append(RawSeries(labels, times, values))
    return made


def question(over: Over, **changes: object) -> Query:
    values: dict[str, object] = {
        "name": over.name,
        "metric": "awkward",
        "over": over,
        "by": ("namespace", "pod"),
        "why": "test",
    }
    return Query(**(values | changes))  # type: ignore[arg-type]


QUESTIONS = [
    question(Over.AVG),
    question(Over.MAX),
    question(Over.MAX, by=("namespace",)),
    question(Over.AVG, by=("namespace", "pod", "id")),
    question(Over.INCREASE, by=("namespace", "pod"), distinct=("id",)),
    question(Over.COUNT),
    question(Over.INCREASE),
    question(Over.INCREASE, distinct=("container",)),
    question(Over.INCREASE, by=()),
    question(Over.PEAK_RATE),
    question(Over.FIRST_SEEN, by=("namespace", "pod", "container", "id")),
    question(Over.LAST_SEEN, by=("namespace", "pod", "container", "id")),
    question(Over.FIRST_SEEN, nonzero=True),
    question(Over.LAST_SEEN, nonzero=True),
    question(Over.MINUTES_SEEN, by=()),
    question(Over.MINUTES_SEEN, by=("namespace", "pod"), nonzero=True),
    question(Over.LABELS, by=("namespace", "pod")),
    question(Over.AVG, matchers=queries.REAL_CONTAINER),
    question(Over.AVG, matchers=(Matcher("namespace", Op.REGEX, "ns1|x"),)),
    question(Over.AVG, matchers=(Matcher("pod", Op.NOT_REGEX, "p[0-4]"),)),
    question(Over.AVG, matchers=(Matcher("absent", Op.EQUAL, ""),)),
    question(Over.AVG, metric="no_such_metric"),
    question(Over.RATE_POINTS),
    question(Over.RATE_POINTS, distinct=("id",)),
    question(Over.MEAN_POINTS),
    question(Over.PEAK_POINTS),
    question(Over.LOOKS),
    question(Over.LOOKS, distinct=("id",)),
]


def answer(rows: Sequence[Row]) -> dict[frozenset[tuple[str, str]], float]:
    keyed = {
        frozenset({(k, v) for k, v in row.labels.items() if v} | {("at", str(time)) for time in times}): value
        for row in rows
        for times, value in [((), row.value), *(((time,), value) for time, value in row.points)]
    }
    assert len(keyed) == sum(1 + len(row.points) for row in rows)
    return keyed


@pytest.fixture(scope="module", params=PROGRAMS)
def store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[MetricStore, int]]:
    program, major = request.param
    with prometheus(tmp_path_factory.mktemp("prometheus"), program) as server:
        server.write({"awkward": awkward_series()})
        yield server, major


@pytest.mark.parametrize("query", QUESTIONS, ids=lambda q: f"{q.name} {'-'.join(q.by)} {len(q.matchers)} {q.nonzero}")
@pytest.mark.parametrize("resolution", [60, 300])
def test_memory_answers_as_prometheus(store: tuple[MetricStore, int], query: Query, resolution: int) -> None:
    """Every kind of query gives the same rows on awkward series, in memory and from the server."""
    memory = MemorySource(Fixed({"awkward": awkward_series()}), major=store[1])
    found = 0
    for window in HOURS:
        with closing(PrometheusSource(store[0].url)) as source:
            real = answer(source.query(query, window, resolution))
        ours = answer(memory.query(query, window, resolution))
        if query.over is Over.LAST_SEEN:
            ours = {key: value for key, value in ours.items() if value >= window.start_epoch or key in real}
        assert ours.keys() == real.keys()
        found += len(real)
        for key, value in real.items():
            assert math.isclose(ours[key], value, rel_tol=1e-9, abs_tol=1e-9), (dict(key), ours[key], value)
    assert (found > 0) is (query.metric == "awkward")
