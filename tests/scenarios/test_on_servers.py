"""Scenarios of the field on a real Prometheus: what is built there is what is built from series in memory."""

from __future__ import annotations

import os
import shutil
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from fleetcost.costing.build import Built, build
from fleetcost.costing.prices import PriceBook
from fleetcost.model.window import Window
from fleetcost.samples.client import PrometheusSource
from fleetcost.samples.memory import MemorySource
from fleetcost.samples.queries import every
from fleetcost.samples.read import read as read_samples
from fleetcost.samples.source import RawSeries
from scenarios.language import Scenario, read
from scenarios.world import START_EPOCH, World
from servers.metric_stores import MetricStore, prometheus
from servers.tools import find_tool

HOUR = Window.of_epochs(START_EPOCH, START_EPOCH + 3600)
SHARED = Path(os.environ.get("TEST_SHARED", Path(__file__).resolve().parents[3] / "shared"))
FILES = (Path(__file__).parent / "field.cost", *sorted((SHARED / "data" / "field-2" / "costing").glob("*.cost")))
"""Ours, and where they are beside this repository those the field sent."""

FIELD = [scenario for file in FILES for scenario in read(file)]
METRICS = sorted({query.metric for query in every()})
LABEL = "scenario"
PRICES = PriceBook(gpu_hourly=2.0, storage_gib_hourly=0.01)
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


def name_of(scenario: Scenario) -> str:
    return f"{scenario.file.removesuffix('.cost')}-{scenario.line}"


def world(scenario: Scenario) -> World:
    (things,) = scenario.clusters.values()
    return World(things, 60)


def marked(scenario: Scenario) -> Iterator[tuple[str, RawSeries]]:
    """Iterate a scenario's series, each with the label that tells scenarios apart on one server."""
    of_scenario = world(scenario)
    for metric in METRICS:
        for one in of_scenario.series(metric, HOUR.start_epoch, HOUR.end_epoch):
            yield metric, replace(one, labels={**one.labels, LABEL: name_of(scenario)})


@pytest.fixture(scope="module", params=PROGRAMS)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[MetricStore, int]]:
    """A server that holds every scenario."""
    program, major = request.param
    with prometheus(tmp_path_factory.mktemp("server"), program) as store:
        metrics: dict[str, list[RawSeries]] = defaultdict(list)
        for scenario in FIELD:
            for metric, series in marked(scenario):
                metrics[metric].append(series)
        store.write(metrics)
        yield store, major


def figures(built: Built) -> dict[tuple[str, ...], dict[str, float]]:
    """Return every amount and cost of every row and asset."""
    rows = {
        (row.namespace, row.pod, row.pod_uid, row.container): {
            "cpu": float(row.cpu_cost),
            "ram": float(row.ram_cost),
            "gpu": float(row.gpu_cost),
            "gpu use": float(row.gpu_usage_hours or 0),
            "volumes": float(row.pv_cost),
            "balancers": float(row.load_balancer_cost),
            "received": float(row.network_receive_bytes),
            "services": float(len(row.services)),
        }
        for row in built.allocations
    }
    return rows | {(str(one.type), one.name): {"cost": float(one.cost)} for one in built.assets}


@pytest.mark.parametrize("scenario", FIELD, ids=name_of)
def test_a_scenario_is_the_same_on_a_server(server: tuple[MetricStore, int], scenario: Scenario) -> None:
    """Every figure that a real server gives is the one that series in memory give."""
    store, major = server
    here = build(read_samples(MemorySource(world(scenario), major=major), HOUR, 60), PRICES)
    with closing(PrometheusSource(store.url, LABEL, name_of(scenario))) as source:
        there = build(read_samples(source, HOUR, 60), PRICES)
    found, wanted = figures(there), figures(here)
    assert found.keys() == wanted.keys()
    for key, values in wanted.items():
        assert found[key] == pytest.approx(values, rel=1e-6, abs=1e-9), key
    assert {finding.kind for finding in there.findings} == {finding.kind for finding in here.findings}
