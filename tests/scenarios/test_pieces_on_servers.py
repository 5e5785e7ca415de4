"""The scenarios of things in pieces, from real servers: the same rows as from series in memory, and the right ones."""

from __future__ import annotations

from collections import defaultdict
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fleetcost.costing.build import build
from fleetcost.costing.prices import PriceBook
from fleetcost.model.window import Window
from fleetcost.samples.client import PrometheusSource
from fleetcost.samples.memory import MemorySource
from fleetcost.samples.read import read as read_samples
from fleetcost.samples.source import RawSeries
from scenarios.language import Ask, Scenario, Thing, read
from scenarios.world import START_EPOCH, World
from servers.metric_stores import prometheus
from unit.samples.test_against_servers import PROGRAMS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fleetcost.costing.build import Built
    from fleetcost.samples.source import Source
    from servers.metric_stores import MetricStore

SCENARIOS = read(Path(__file__).parent / "pieces.cost")
HOUR = Window.of_epochs(START_EPOCH, START_EPOCH + 3600)
CASE = "case"
"""The label that keeps the scenarios apart on one server, as a cluster's label does."""

pytestmark = pytest.mark.real


@pytest.fixture(scope="module", params=PROGRAMS)
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MetricStore]:
    metrics: dict[str, list[RawSeries]] = defaultdict(list)
    for number, scenario in enumerate(SCENARIOS):
        for metric, series in world(scenario).every().items():
            metrics[metric] += [replace(one, labels={**one.labels, CASE: str(number)}) for one in series]
    with prometheus(tmp_path_factory.mktemp("prometheus"), request.param[0]) as server:
        server.write(metrics)
        yield server


def world(scenario: Scenario) -> World:
    (things,) = scenario.clusters.values()
    return World(things, 60)


def built(source: Source, scenario: Scenario) -> Built:
    (things,) = scenario.clusters.values()
    rates = {
        f"{word}_hourly" if word == "cpu" else f"{word}_gib_hourly": float(value) for word, value in prices(things)
    }
    return build(read_samples(source, HOUR, 60), replace(PriceBook(), **rates))


def prices(things: Sequence[Thing]) -> list[tuple[str, str]]:
    return [fact for thing in things if thing.word == "price" for fact in thing.facts.items()]


def costs(of: Built) -> dict[str, float]:
    """Return what each pod and each node costs."""
    found: dict[str, float] = defaultdict(float)
    for row in of.allocations:
        found[row.pod] += float(row.cpu_cost + row.ram_cost)
    for asset in of.assets:
        found[asset.name] += float(asset.total_cost)
    return found


@pytest.mark.parametrize("number", range(len(SCENARIOS)), ids=lambda number: SCENARIOS[number].expectation[:40])
def test_a_server_gives_the_right_costs(store: MetricStore, number: int) -> None:
    """What the scenario expects comes from the server, and everything else is as in memory."""
    scenario = SCENARIOS[number]
    with closing(PrometheusSource(store.url, CASE, str(number))) as source:
        real = costs(built(source, scenario))
    ours = costs(built(MemorySource(world(scenario)), scenario))
    assert real == pytest.approx(ours, abs=1e-6)
    expected = [one for step in scenario.steps if isinstance(step, Ask) for one in step.expected]
    for one in expected:
        assert real[one.name] == pytest.approx(float(one.facts[1]), abs=1e-6)
    assert expected
