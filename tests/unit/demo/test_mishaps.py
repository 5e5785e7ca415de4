"""Some containers of the demonstration are killed and some are throttled, so that pages have something to say."""

from __future__ import annotations

import pytest

from fleetcost.costing.build import build
from fleetcost.costing.prices import PriceBook
from fleetcost.demo.fleet import FLEET
from fleetcost.demo.series import SimulatedCluster
from fleetcost.model.allocation import Allocation
from fleetcost.model.window import Window
from fleetcost.samples.memory import MemorySource
from fleetcost.samples.read import read

START = 1_790_000_400 // 3600 * 3600


def rows(name: str, hours: range, namespace: str) -> list[Allocation]:
    """Return the allocations of a workload, hour by hour."""
    cluster = next(
        one for one in FLEET if any((work.namespace, work.name) == (namespace, name) for work in one.workloads)
    )
    series = SimulatedCluster(cluster, 0.0, lambda: 2e9)
    found = []
    for hour in hours:
        window = Window.of_epochs(START + 3600 * hour, START + 3600 * (hour + 1))
        found += build(read(MemorySource(series), window, 60), PriceBook()).allocations
    return [row for row in found if row.controller == name]


def test_one_is_killed_for_want_of_memory() -> None:
    """Whatever hour it is, each of the search's three pods is killed within thirty hours or replaced before."""
    (three,) = {len({row.pod for row in rows("search", range(1), "shop")})}
    killed = rows("search", range(31), "shop")
    assert three == 3
    assert sum(row.oom_kills or 0 for row in killed) >= 2
    assert all(row.oom_kills == row.restarts for row in killed)


def test_one_is_throttled() -> None:
    """The gateway's limit stops it a fifth of the time; what has no limit has no periods."""
    (row, *_) = (one for one in rows("gateway", range(1), "api") if one.cpu_periods)
    assert row.cpu_throttled_periods == pytest.approx(0.2 * (row.cpu_periods or 0), abs=1)
    assert {one.cpu_periods for one in rows("accounts", range(1), "api")} == {None}


def test_use_is_distributed() -> None:
    """Each container that ran all the hour has twelve points of CPU and of RAM."""
    for row in rows("accounts", range(2), "api"):
        for histogram in (row.cpu_usage_histogram, row.ram_usage_histogram):
            assert histogram is not None
            assert histogram.points <= 12
            assert (row.end - row.start).total_seconds() < 3600 or histogram.points == 12
