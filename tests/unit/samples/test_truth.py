"""What comes out of a real server is what really happened, and the same from every kind of server."""

from __future__ import annotations

import os
import shutil
from collections import defaultdict
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import httpx
import pytest

from fleetcost.costing.build import build
from fleetcost.costing.prices import PriceBook
from fleetcost.model.asset import AssetType
from fleetcost.model.window import Window
from fleetcost.samples.client import PrometheusSource
from fleetcost.samples.read import read
from fleetcost.samples.source import RawSeries
from making.timeline import CORES, CPU_PRICE, NODE_GIB, RAM_PRICE, SCRAPE_SECONDS, timeline
from servers.metric_stores import prometheus, victoria_metrics
from servers.tools import find_tool

if TYPE_CHECKING:
    from pathlib import Path

    from fleetcost.costing.build import Built
    from fleetcost.model.allocation import Allocation

START = 1_790_000_000 // 3600 * 3600
HOURS = int(os.environ.get("TEST_TRUTH_HOURS", "8"))
"""Hours of the comparison; `make test-all` takes a whole day."""

CLUSTERS = ("north", "south", "east", "west")
HISTORY = timeline(START, HOURS, CLUSTERS, pods_each=24)
WINDOWS = [Window.of_epochs(START + hour * 3600, START + (hour + 1) * 3600) for hour in range(HOURS)]

Sets = dict[tuple[str, Window], "Built"]

pytestmark = pytest.mark.real

PROMETHEUS3 = find_tool("prometheus3") or ""
KINDS = {
    "prometheus": shutil.which("prometheus"),
    "prometheus3": PROMETHEUS3 or None,
    "victoria": shutil.which("victoria-metrics"),
}
CORNER = pytest.param("prometheus3", marks=pytest.mark.corner)


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> dict[str, Sets]:
    """Build every hour of every cluster from every kind of server that is installed."""
    series = HISTORY.series()
    found: dict[str, Sets] = {}
    for kind, program in KINDS.items():
        if program is None or (kind == "prometheus3" and not pytestconfig.option.corners):
            continue
        with ExitStack() as stack:
            folder = tmp_path_factory.mktemp(kind)
            server = stack.enter_context(
                victoria_metrics(folder) if kind == "victoria" else prometheus(folder, program)
            )
            server.write(series)
            found[kind] = {}
            for cluster in CLUSTERS:
                source = stack.enter_context(closing(PrometheusSource(server.url, "cluster_id", cluster)))
                for window in WINDOWS:
                    found[kind][cluster, window] = build(read(source, window, SCRAPE_SECONDS), PriceBook())
    return found


def built_by(sets: dict[str, Sets], kind: str) -> Sets:
    if kind not in sets:
        pytest.skip(f"no program of {kind} is installed")
    return sets[kind]


@pytest.mark.parametrize("kind", ["prometheus", "victoria", CORNER])
def test_every_pod_costs_what_it_really_did(sets: dict[str, Sets], kind: str) -> None:
    """Each pod's cost in each hour is within a scrape of the truth at its start, end and restart."""
    checked = 0
    for (cluster, window), built in built_by(sets, kind).items():
        rows = {row.pod_uid: row for row in built.allocations}
        for pod in (one for one in HISTORY.pods if one.cluster == cluster):
            slack_hours = pod.edges_in(window) * 1.5 * SCRAPE_SECONDS / 3600 + 0.002
            row = rows.pop(pod.uid, None)
            cost = float(row.total_cost) if row else 0.0
            expected = pod.hourly_cost * pod.hours_in(window)
            assert cost == pytest.approx(expected, abs=pod.hourly_cost * slack_hours), (pod, window)
            checked += row is not None
        assert not rows
    assert checked > 40


@pytest.mark.parametrize("kind", ["prometheus", "victoria", CORNER])
def test_all_pods_together_cost_what_they_really_did(sets: dict[str, Sets], kind: str) -> None:
    """Errors of single starts and ends do not add up: the sum is within two percent of the truth."""
    cost = sum(float(row.total_cost) for built in built_by(sets, kind).values() for row in built.allocations)
    truth = sum(pod.hourly_cost * pod.hours_in(window) for pod in HISTORY.pods for window in WINDOWS)
    assert cost == pytest.approx(truth, rel=0.02)


@pytest.mark.parametrize("kind", ["prometheus", "victoria", CORNER])
def test_nodes_cost_what_they_really_did(sets: dict[str, Sets], kind: str) -> None:
    """A node that is there all hour costs exactly its price, in clusters whose nodes share their names."""
    for built in built_by(sets, kind).values():
        nodes = [asset for asset in built.assets if asset.type is AssetType.NODE]
        assert len(nodes) == 3
        for node in nodes:
            assert float(node.cost) == pytest.approx(CORES * CPU_PRICE + NODE_GIB * RAM_PRICE)


@pytest.mark.parametrize("kind", ["victoria", CORNER])
def test_every_server_gives_the_same_sets(sets: dict[str, Sets], kind: str) -> None:
    """The same series in another server give the same rows; only counters grow a little differently."""
    others = built_by(sets, kind)
    for key, built in built_by(sets, "prometheus").items():
        ours, theirs = _rows(built), _rows(others[key])
        assert ours.keys() == theirs.keys()
        for uid, row in ours.items():
            other = theirs[uid]
            assert (other.start, other.end) == (row.start, row.end)
            assert (other.labels, other.controller, other.node) == (row.labels, row.controller, row.node)
            assert other.cpu_core_request_hours == row.cpu_core_request_hours
            assert float(other.ram_cost) == pytest.approx(float(row.ram_cost), abs=1e-8)
            slack = 1.5 * SCRAPE_SECONDS / 3600
            assert float(other.cpu_core_usage_hours or 0) == pytest.approx(
                float(row.cpu_core_usage_hours or 0), abs=slack
            )


def _rows(built: Built) -> dict[str, Allocation]:
    rows: dict[str, list[Allocation]] = defaultdict(list)
    for row in built.allocations:
        rows[row.pod_uid].append(row)
    assert all(len(found) == 1 for found in rows.values())
    return {uid: found[0] for uid, found in rows.items()}


@pytest.mark.skipif(KINDS["prometheus"] is None, reason="no prometheus program is installed")
def test_an_hour_that_is_not_over(tmp_path: Path) -> None:
    """In the middle of an hour everything costs what it did so far, and nobody is asked for steps of all pods."""
    half = START + 1800
    series = {
        name: [RawSeries(one.labels, one.times[one.times <= half], one.values[one.times <= half]) for one in of_name]
        for name, of_name in HISTORY.series().items()
    }
    sent: list[str] = []

    class Listening(httpx.HTTPTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            sent.append(parse_qs(request.content.decode()).get("query", [""])[0])
            return super().handle_request(request)

    with prometheus(tmp_path) as server:
        server.write(series)
        clock = datetime.fromtimestamp(half, UTC)
        with closing(
            PrometheusSource(server.url, "cluster_id", "north", clock=lambda: clock, transport=Listening())
        ) as source:
            built = build(read(source, WINDOWS[0], SCRAPE_SECONDS), PriceBook())
    nodes = [asset for asset in built.assets if asset.type is AssetType.NODE]
    assert [float(node.cpu_core_hours) for node in nodes] == [pytest.approx(CORES / 2, abs=0.3)] * 3
    steps = [text for text in sent if "[3601s:1m]" in text and "kube_pod_container_status_running" in text]
    assert all("=~" in text for text in steps)
