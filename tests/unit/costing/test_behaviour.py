"""How containers behaved: distributions of their use, restarts, kills, throttling, pressure; null is not measured."""

from __future__ import annotations

from decimal import Decimal

import pytest

from fleetcost.costing.build import build
from fleetcost.costing.prices import PriceBook
from fleetcost.model.allocation import Allocation
from fleetcost.model.histogram import Histogram, UsageScale, histogram_of
from fleetcost.model.records import ContainerPoints
from fleetcost.model.samples import Samples
from making.samples import NAMESPACE, Making

COUNTS = ("restarts", "cpu_periods", "cpu_throttled_periods")


def rows(samples: Samples) -> dict[str, Allocation]:
    """Return the allocations by pod."""
    return {row.pod: row for row in build(samples, PriceBook()).allocations}


def points(pod: str, *values: float, uid: str = "") -> ContainerPoints:
    """Return a container's points."""
    return ContainerPoints(NAMESPACE, pod, uid, "main", max(values), values)


def test_points_become_distributions() -> None:
    """Five-minute points are counted in buckets, those of the pod alone, and the largest RAM point is the peak."""
    making = Making()
    for pod in ("web", "db"):
        making.pod(pod)
    making.pods["cpu_points"] += [points("web", 0.1, 0.2, 0.2, 0.00001), points("gone", 7.0)]
    making.pods["ram_points"].append(points("web", 2.0**30, 2.0**20))
    making.pods["gpu_points"].append(points("db", 0.5, 0.25))
    web, db = (rows(making.samples())[pod] for pod in ("web", "db"))
    assert web.cpu_usage_histogram == histogram_of([0.1, 0.2, 0.2, 0.0], UsageScale.CPU)
    assert web.ram_usage_histogram == Histogram(1, ((240, 1),))
    assert web.ram_byte_usage_max == 2.0**30
    assert db.gpu_usage_histogram == Histogram(0, ((-16, 1), (-8, 1)))
    assert (web.gpu_usage_histogram, db.cpu_usage_histogram, db.ram_usage_histogram) == (None, None, None)


def test_of_two_sources_one_counts() -> None:
    """Where two exporters report a container's use, the one that has more points is taken, not both."""
    making = Making()
    making.pod("web")
    making.pods["cpu_points"].append(points("web", 0.1, 0.1))
    making.pods["cpu_points_beside"].append(points("web", 0.1, 0.1, 0.4))
    assert rows(making.samples())["web"].cpu_usage_histogram == histogram_of([0.1, 0.1, 0.4], UsageScale.CPU)


def test_what_cannot_be_is_left_out() -> None:
    """A point beyond what any node has is no use."""
    making = Making()
    making.pod("web")
    making.pods["cpu_points"].append(points("web", 0.5, 1e9))
    assert rows(making.samples())["web"].cpu_usage_histogram == histogram_of([0.5], UsageScale.CPU)


def test_counters_are_columns_and_null_where_nobody_counts() -> None:
    """Restarts, periods and pressure are what their counters grew by; without a counter they are null, never zero."""
    making = Making()
    for pod in ("web", "db"):
        making.pod(pod)
    making.container("web", restarts=2.0, cpu_periods=36000.0, cpu_throttled_periods=0.0, cpu_pressure_seconds=1.5)
    web, db = (rows(making.samples())[pod] for pod in ("web", "db"))
    assert [getattr(web, name) for name in COUNTS] == [2, 36000, 0]
    assert (web.cpu_pressure_seconds, web.ram_pressure_seconds) == (Decimal("1.5"), None)
    assert [getattr(db, name) for name in (*COUNTS, "oom_kills", "cpu_pressure_seconds")] == [None] * 5


@pytest.mark.parametrize(
    ("figures", "kills"),
    [
        ({}, None),
        ({"restarts": 0.0}, 0),
        ({"restarts": 0.0, "oom_ended": 1.0}, 0),
        ({"restarts": 3.0, "oom_ended": 1.0}, 1),
        ({"restarts": 3.0}, 0),
        ({"restarts": 3.0, "oom_events": 2.0, "oom_ended": 1.0}, 2),
        ({"oom_events": 2.0}, 2),
    ],
)
def test_a_kill_is_known_from_the_kernel_or_from_the_last_restart(figures: dict[str, float], kills: int | None) -> None:
    """Kills are what the kernel counted, at least one where a restart in the hour came of it, null where neither is."""
    making = Making()
    making.pod("web")
    making.container("web", **figures)
    assert rows(making.samples())["web"].oom_kills == kills
