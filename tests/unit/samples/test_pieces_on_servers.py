"""Pieces and copies on real servers: every query there is answers as it does in memory."""

from __future__ import annotations

import math
from collections import defaultdict
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np
import pytest

from fleetcost.model.window import Window
from fleetcost.samples import queries
from fleetcost.samples.client import PrometheusSource
from fleetcost.samples.memory import MemorySource
from fleetcost.samples.query import Over, Query
from fleetcost.samples.source import RawSeries
from making.cut import Always, copied, cut, grid, is_counter, series_of
from servers.metric_stores import prometheus
from unit.samples.test_against_servers import PROGRAMS, answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servers.metric_stores import MetricStore

START = 1_790_000_400 // 3600 * 3600
HOUR = Window.of_epochs(START, START + 3600)
STEP = 60
SHAPES = ("whole", "pieces", "copy")
SHAPE = "case"
"""The label that keeps the shapes of a query's series apart on one server, as a cluster's label does."""

pytestmark = pytest.mark.real


def shapes(number: int, query: Query) -> dict[str, list[RawSeries]]:
    """Return one series as it is, in pieces that do not overlap, and with a copy of a part of it."""
    chance = np.random.default_rng(number)
    times = grid(START - 600, START + 4200, STEP, number % STEP + 0.25 * (number % 2))
    if is_counter(query):
        values = 1e6 + (number % 7 + 1) * 10 * np.arange(len(times), dtype=np.float64)
    else:
        values = chance.integers(0, 9, len(times)).astype(np.float64)
    series = series_of(query, times, values)
    bounds = sorted(chance.choice(np.arange(12, 66, 2), 3, replace=False).tolist())
    return {
        "whole": [series],
        "pieces": cut(series, bounds, ["b", "a"]),
        "copy": [series, copied(series, 20, 50)],
    }


@pytest.fixture(scope="module", params=PROGRAMS)
def store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[MetricStore, int]]:
    program, major = request.param
    metrics: dict[str, list[RawSeries]] = defaultdict(list)
    for number, query in enumerate(queries.every()):
        for shape, every in shapes(number, query).items():
            case = f"{number}-{shape}"
            metrics[query.metric] += [RawSeries({**one.labels, SHAPE: case}, one.times, one.values) for one in every]
    with prometheus(tmp_path_factory.mktemp("prometheus"), program) as server:
        server.write(metrics)
        yield server, major


@pytest.mark.parametrize(
    ("number", "query"), list(enumerate(queries.every())), ids=lambda one: getattr(one, "name", "")
)
def test_pieces_and_copies_change_nothing(store: tuple[MetricStore, int], number: int, query: Query) -> None:
    """In pieces, and with a copy, a series gives every query what the whole one gives, on the server as in memory."""
    server, major = store
    answers = {}
    for shape, series in shapes(number, query).items():
        with closing(PrometheusSource(server.url, SHAPE, f"{number}-{shape}")) as source:
            found = answer(source.query(query, HOUR, STEP))
        real = {frozenset(one for one in key if one[0] != SHAPE): value for key, value in found.items()}
        ours = answer(MemorySource(Always(*series), major=major).query(query, HOUR, STEP))
        hold(query, real, ours, 0.0)
        answers[shape] = real
    step = 70.0 if query.over is Over.INCREASE else 0.0  # the server extrapolates a whole series to both edges
    hold(query, answers["pieces"], answers["whole"], step)
    hold(query, answers["copy"], answers["whole"], 0.0)
    assert answers["whole"]


def hold(
    query: Query,
    found: dict[frozenset[tuple[str, str]], float],
    wanted: dict[frozenset[tuple[str, str]], float],
    slack: float,
) -> None:
    """Hold rows against each other; what was seen before the window was seen from its start."""
    assert found.keys() == wanted.keys(), query.name
    earliest = START if query.over is Over.FIRST_SEEN else -math.inf
    for key, value in wanted.items():
        assert max(found[key], earliest) == pytest.approx(max(value, earliest), rel=1e-9, abs=slack + 1e-9), query.name
