"""The demonstration has a life: each of its events comes once in any seven days."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetcost.demo.fleet import DAY_SECONDS, FLEET, Cluster, Weeks
from fleetcost.demo.life import WEEK_SECONDS, is_away, is_there, is_weekend, pieces, price_factor
from fleetcost.demo.pods import nodes, pods, present
from fleetcost.demo.series import SimulatedCluster

MONDAY = datetime(2026, 3, 2, tzinfo=UTC).timestamp()
STARTS = pytest.mark.parametrize("start", [MONDAY + hours * 3600.0 for hours in (0, 30, 58, 200, 251)])


def running(cluster: int, name: str, epoch: float) -> list[float]:
    """Return the CPU that each pod of a workload requests at a moment."""
    found = pods(FLEET[cluster], epoch, epoch + 1)
    return [pod.workload.cpu_request for pod in found if pod.workload.name == name]


@STARTS
def test_a_deploy_doubles_a_workload_once_in_seven_days(start: float) -> None:
    """The payments API requests one size and then the other, and nothing in between."""
    sizes = [tuple(running(0, "payments-api", start + hour * 3600)) for hour in range(7 * 24 + 1)]
    seen = {size for size in sizes if len(size) == 2}
    assert seen == {(0.3, 0.3), (0.6, 0.6)}
    assert sum(one != other for one, other in pairwise(sizes) if len(one) == len(other) == 2) == 1


def test_weekends_are_quiet() -> None:
    """Half of the storefront rests on Saturday and Sunday, and finance sends no invoices."""
    noons = [MONDAY + day * DAY_SECONDS + 43_200 for day in range(7)]
    assert [is_weekend(noon) for noon in noons] == [False] * 5 + [True] * 2
    assert [len(running(0, "storefront", noon)) for noon in noons] == [6] * 5 + [3] * 2
    runs = [pod for pod in pods(FLEET[1], MONDAY, MONDAY + WEEK_SECONDS) if pod.workload.name == "invoices"]
    assert runs
    assert not any(is_weekend(pod.start) for pod in runs)


@STARTS
def test_a_pool_is_swapped_once_in_seven_days(start: float) -> None:
    """At each moment one of the two pools is there, whole, and every pod is on a node that is there."""
    cluster = FLEET[4]
    swapped = [node for node in nodes(cluster) if node.pool.weeks is not Weeks.ALL]
    there = [{node.pool.name for node in swapped if is_there(node.pool, start + hour * 3600)} for hour in range(169)]
    assert {frozenset(names) for names in there} == {frozenset({"general"}), frozenset({"graviton"})}
    for pod in pods(cluster, start, start + WEEK_SECONDS):
        if not pod.node.pool.follows:
            assert list(present(cluster, pod.node, pod.start, pod.end)) == [(pod.start, pod.end)]


@STARTS
def test_prices_change_once_in_seven_days(start: float) -> None:
    """The price that Prometheus has is the base price or six percent more, and changes at a whole hour."""
    simulated = SimulatedCluster(FLEET[1], start, lambda: start + WEEK_SECONDS)
    for one in simulated.series("node_cpu_hourly_cost", start, start + WEEK_SECONDS):
        assert len(np.unique(one.values)) == 2
        changed = one.times[1:][np.diff(one.values) != 0]
        assert [time % 3600 for time in changed] == [0]
    factors = {price_factor(node.pool, start) for node in nodes(FLEET[1])}
    assert len(factors) == 1


def test_a_prometheus_is_away_on_sundays() -> None:
    """One cluster has no sample at all for an hour and a half, whatever the metric."""
    away = MONDAY + 6 * DAY_SECONDS + 3 * 3600 + 600
    moments = away + 60 * np.array([-1.0, 0, 89, 90])
    assert is_away(moments).tolist() == [False, True, True, False]
    simulated = SimulatedCluster(FLEET[3], MONDAY, lambda: MONDAY + WEEK_SECONDS)
    for metric in simulated._metrics:
        assert simulated.series(metric, away + 1, away + 5000) == []
    assert not any(one.outage for one in FLEET[:3])


def test_a_gpu_is_wasted() -> None:
    """A training job holds a GPU all week and uses a twentieth of it at most."""
    simulated = SimulatedCluster(FLEET[2], MONDAY, lambda: MONDAY + DAY_SECONDS)
    used = [
        one.values.mean()
        for one in simulated.series("DCGM_FI_PROF_GR_ENGINE_ACTIVE", MONDAY, MONDAY + DAY_SECONDS)
        if one.labels["pod"].startswith("sweep")
    ]
    assert used
    assert max(used) < 0.05


@given(
    st.integers(0, 336).map(lambda hours: MONDAY + hours * 3600.0),
    st.floats(1, 20 * DAY_SECONDS),
    st.lists(st.integers(0, WEEK_SECONDS), max_size=3),
)
def test_pieces_are_the_whole(start: float, length: float, weekly: list[int]) -> None:
    """The parts of a span join without a gap and make the span."""
    found = list(pieces(weekly, start, start + length))
    assert found[0][0] == start
    assert found[-1][1] == start + length
    assert all(one[1] == other[0] for one, other in pairwise(found))


@pytest.mark.parametrize("cluster", FLEET[:5], ids=lambda cluster: cluster.id)
def test_what_was_is_not_changed_by_what_comes(cluster: Cluster) -> None:
    """The pods of a day are the same whether they are asked for alone or within three weeks."""
    low, high = MONDAY, MONDAY + DAY_SECONDS
    alone = {pod.uid for pod in pods(cluster, low, high)}
    longer = pods(cluster, low - WEEK_SECONDS, high + WEEK_SECONDS)
    assert alone == {pod.uid for pod in longer if pod.start < high and pod.end > low}
