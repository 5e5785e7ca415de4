"""The whole way from scrapes to costs, held against the truth: clusters with a silence and thousands of short runs."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from fleetcost.agent.bridging import Bridging
from fleetcost.costing.build import Built, build
from fleetcost.costing.prices import PriceBook
from fleetcost.model.allocation import ALLOCATION_COSTS, Allocation
from fleetcost.model.window import Window
from fleetcost.samples.memory import MemorySource
from fleetcost.samples.read import read
from making.timeline import CORES, CPU_PRICE, NODE_GIB, NODES, RAM_PRICE, SCRAPE_SECONDS
from making.truth import BOUNDS, Truth, truth

START = 1_790_000_400 // 86400 * 86400
WHOLE_DAY = 24
WITHIN = {3: 0.05, 10: 0.02, 30: 0.01}
"""How far the charges of short runs may be from the truth, all together."""


@dataclass(slots=True)
class Costs:
    """What the hours of all clusters cost, beside their truth."""

    truth: Truth
    hours: list[Window]
    built: dict[tuple[str, Window], Built] = field(default_factory=dict)

    def rows(self, cluster: str, hours: list[Window]) -> list[Allocation]:
        """Return the rows of some hours."""
        return [row for hour in hours for row in self.built[cluster, hour].allocations]


def costs_of(hours: int, clusters: tuple[str, ...], short_each: int, silent_from: int) -> Costs:
    """Build every hour of a made-up truth; ninety minutes of the first cluster are silent."""
    silent = Window.of_epochs(START + silent_from, START + silent_from + 5400)
    made = truth(START, hours, clusters, short_each, silent)
    windows = [Window.of_epochs(START + hour * 3600, START + (hour + 1) * 3600) for hour in range(hours)]
    found = Costs(made, windows)
    now = datetime.fromtimestamp(START + (hours + 1) * 3600, UTC)
    for cluster in clusters:
        source = MemorySource(made.provider(cluster))
        bridging = Bridging(source, timedelta(hours=6))
        for window in windows:
            samples = bridging.bridged(read(source, window, SCRAPE_SECONDS), now)
            found.built[cluster, window] = build(samples, PriceBook())
    return found


SIZES = [
    pytest.param((6, ("a",), 500, 2 * 3600 + 1234), id="small"),
    pytest.param((48, ("a", "b", "c", "d"), 2400, 6 * 3600 + 1234), id="large", marks=pytest.mark.corner),
]


@pytest.fixture(scope="module", params=SIZES)
def costs(request: pytest.FixtureRequest) -> Costs:
    """What a truth costs, in a small form and in a large one."""
    return costs_of(*request.param)


def heard(costs: Costs, cluster: str) -> list[Window]:
    """Return the hours of a cluster that its server's silence does not touch."""
    silent = costs.truth.silent if cluster == costs.truth.silent_cluster else None
    return [hour for hour in costs.hours if silent is None or not silent.meets(hour)]


def test_no_row_is_off_by_more_than_a_step_at_each_end(costs: Costs) -> None:
    """Where the server scraped, every row is as long as its pod really ran, to a step at each end; none is missing."""
    off = []
    for cluster in costs.truth.timeline.clusters:
        pods = {pod.uid: pod for pod in costs.truth.timeline.pods if pod.cluster == cluster}
        for hour in heard(costs, cluster):
            charged = {row.pod_uid: row for row in costs.built[cluster, hour].allocations}
            assert charged.keys() <= pods.keys()
            for uid, pod in pods.items():
                row, true = charged.get(uid), pod.hours_in(hour) * 3600
                seconds = (row.end - row.start).total_seconds() if row else 0.0
                if abs(seconds - true) > pod.edges_in(hour) * SCRAPE_SECONDS + 1e-3:
                    off.append((hour, uid, seconds, true))
    assert off == []


@pytest.mark.parametrize("minutes", BOUNDS)
def test_short_runs_cost_what_they_ran(costs: Costs, minutes: int) -> None:
    """All runs of up to so many minutes together, unseen ones included, are charged their true time."""
    runs = {pod.uid: pod for pod in costs.truth.short(minutes)}
    charged: dict[str, float] = defaultdict(float)
    for cluster in costs.truth.timeline.clusters:
        for row in costs.rows(cluster, costs.hours):
            charged[row.pod_uid] += float(row.cpu_core_request_hours)
    true = sum((pod.end - pod.start) / 3600 * pod.cores_asked for pod in runs.values())
    ratio = sum(charged[uid] for uid in runs) / true
    # A smaller sample scatters more: by the root of how much smaller it is than the two thousand that are promised.
    scatter = max(1.0, (2000 / len(runs)) ** 0.5)
    assert ratio == pytest.approx(1, abs=WITHIN[minutes] * scatter), f"{len(runs)} runs"


def test_the_day_of_the_silence_is_right_and_its_estimate_is_named(costs: Costs) -> None:
    """Pods and nodes of the silent cluster cost what they truly did, to half a percent; the silence's part is named."""
    cluster, silent = costs.truth.silent_cluster, costs.truth.silent
    day = costs.hours[:24]
    whole = Window(day[0].start, day[-1].end)
    pods = [pod for pod in costs.truth.timeline.pods if pod.cluster == cluster]
    charged = float(sum(row.total_cost for row in costs.rows(cluster, day)))
    true = sum(pod.hourly_cost * pod.hours_in(whole) for pod in pods)
    lasting = [pod for pod in pods if pod.start < silent.start_epoch - 120 and silent.end_epoch + 120 < pod.end]
    unknowable = sum(pod.hourly_cost * pod.hours_in(silent) for pod in pods if pod not in lasting)
    assert charged == pytest.approx(true - unknowable, rel=0.005)
    if whole.hours == WHOLE_DAY:
        assert charged == pytest.approx(true, rel=0.005)
    assets = [asset for hour in day for asset in costs.built[cluster, hour].assets]
    machines = len(NODES) * (CORES * CPU_PRICE + NODE_GIB * RAM_PRICE)
    assert float(sum(asset.cost for asset in assets)) == pytest.approx(machines * whole.hours, rel=0.005)
    named = [sum(asset.cost_estimated for asset in assets), sum(estimated(row) for row in costs.rows(cluster, day))]
    expected = [machines * silent.hours, sum(pod.hourly_cost for pod in lasting) * silent.hours]
    assert [float(each) for each in named] == pytest.approx(expected, rel=0.03)


def estimated(row: Allocation) -> float:
    """Return the estimated part of a row's cost."""
    return float(sum(getattr(row, f"{name}_estimated", 0) for name in ALLOCATION_COSTS))


def test_books_close_estimates_included(costs: Costs) -> None:
    """On no node is more charged or estimated than it costs, and nothing is estimated where the server scraped."""
    for (cluster, hour), built in costs.built.items():
        by_node: dict[str, list[Allocation]] = defaultdict(list)
        for row in built.allocations:
            by_node[row.node].append(row)
        for asset in built.assets:
            rows = by_node.pop(asset.name, [])
            assert sum(row.total_cost for row in rows) <= asset.cost
            assert sum(estimated(row) for row in rows) <= float(asset.cost_estimated) + 1e-9
            assert (
                asset.cost_estimated == asset.cpu_cost_estimated + asset.ram_cost_estimated + asset.gpu_cost_estimated
            )
            assert asset.cost_estimated <= asset.cost
        assert by_node == {}
        if hour in heard(costs, cluster):
            assert not any(row.estimated_hours for row in (*built.allocations, *built.assets))
