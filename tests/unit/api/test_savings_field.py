"""`/model/savings/…`: what clients of the field read, over the same tables as the native routes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from builders import GIB, asset_set, at, bucket_of, day, disk, hour, money
from unit.api.apps import App, app
from unit.api.test_savings_route import DAYS, sets_of

WINDOW = {"window": f"{DAYS}d"}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The cluster of the native tests with hours, and one whose nodes have large disks of their own."""
    sets: list[Any] = [one for number in range(DAYS) for one in sets_of(day(number))]
    sets += [one for number in range(24) for one in sets_of(hour(number, DAYS - 1))]
    for number in range(DAYS):
        own = disk(day(number), name="n1", volume_name="", local=True, cost=money(2.4), byte_hours=2400 * GIB,
                   byte_usage_max=5.0 * GIB)  # fmt: skip
        sets.append(asset_set([own], day(number), "c2"))
    with app(tmp_path_factory.mktemp("savings"), bucket_of(*sets), at(0.5, DAYS)) as opened:
        opened.ingestor.pass_once()
        yield opened


@pytest.mark.parametrize("name", ["requestSizingV2", "RequestSizingV2"])
def test_requests(found: App, name: str) -> None:
    """Rows have the field's names; by default the highest use over 0.7, at least 10 m and 20 Mi, rounded up."""
    answer = found.get(f"/model/savings/{name}", filter='controllerName:"web"', **WINDOW)
    (row,) = answer["Recommendations"]
    assert (row["controllerKind"], row["controllerName"], row["containerName"]) == ("deployment", "web", "app")
    assert row["recommendedRequest"] == {"cpu": "715m", "memory": "147Mi"}
    assert row["latestKnownRequest"] == {"cpu": "200m", "memory": "512Mi"}
    assert row["monthlySavings"]["cpu"] < 0 < row["monthlySavings"]["memory"]
    assert row["normalizedMaxUsage"]["cpuInMilliCores"] == 500
    assert (answer["Count"], answer["TotalMonthlySavings"]) == (1, max(row["monthlySavings"]["total"], 0))


def test_requests_of_quantiles_sums_and_lists(found: App) -> None:
    """A quantile rests on five-minute points; the sum and a bare list are the same rows."""
    asked = WINDOW | {"algorithmCPU": "quantile", "qCPU": "0.9", "targetCPUUtilization": "0.8"}
    rows = found.get("/model/savings/requestSizingV2", format="list", **asked)
    web = next(row for row in rows if row["controllerName"] == "web")
    assert web["normalizedRecommendedRequest"]["cpuInMilliCores"] in range(25, 29)
    total = found.get("/model/savings/requestSizingV2/topline", **asked)
    assert total["Recommendations"] is None
    assert total["Count"] == len(rows)
    assert total["TotalMonthlySavings"] == pytest.approx(sum(max(row["monthlySavings"]["total"], 0) for row in rows))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("qCPU", "0"),
        ("targetRAMUtilization", "1.1"),
        ("algorithmCPU", "mean"),
        ("sortBy", "name"),
        ("targetRAMUtilization", "1e-300"),
        ("window", "1970-01-01T00:00:00Z,2026-01-01T00:00:00Z"),
    ],
)
def test_requests_that_cannot_be_asked(found: App, name: str, value: str) -> None:
    """Numbers out of their bounds and words that are none are refused."""
    found.refused("/model/savings/requestSizingV2", **WINDOW | {name: value})


def test_more_days_than_are_looked_at(found: App) -> None:
    """A span that no table has is refused, however long."""
    for days in ("92", "800000"):
        assert "days" in found.refused("/model/savings/abandonedWorkloads", days=days)["message"]


def test_cluster_sizing(found: App) -> None:
    """Each cluster with hours has its pools with fewer nodes of the same machines, priced as they were charged."""
    for name in ("window", "range"):
        data = found.get("/model/savings/clusterSizingETL", **{name: f"{DAYS}d"})["data"]
        assert list(data) == ["c1"]
    sizing = data["c1"]["recommendations"]["single"]
    (pool,) = sizing["pools"]
    assert (pool["type"]["name"], pool["count"], sizing["nodeCount"]) == ("m5.large", 2, 2)
    assert pool["type"]["hourlyPrice"] == 0.096
    assert sizing["monthlySavings"] == pytest.approx(140.16)
    assert data["c1"]["currentClusterInfo"]["totalCounts"]["totalNodeCount"] == 4
    assert data["c1"]["parameters"]["nonDaemonSetPodCount"] == 8


def test_abandoned_workloads(found: App) -> None:
    """Pods with less traffic than the threshold come with their owner and what they cost."""
    (row,) = found.get("/model/savings/abandonedWorkloads", days=str(DAYS))
    assert (row["pod"], row["owners"]) == ("web-7", [{"name": "idle", "kind": "deployment"}])
    assert row["monthlySavings"] == pytest.approx(8.76)
    assert row["requests"] == {"cpuCores": 0.2, "ramBytes": GIB / 2}
    assert len(found.get("/model/savings/abandonedWorkloads", days=str(DAYS), threshold="20000")) == 8
    total = found.get("/model/savings/abandonedWorkloads/topline", days=str(DAYS))
    assert total == {"totalMonthlySavings": pytest.approx(8.76), "count": 1}


def test_volumes(found: App) -> None:
    """A volume that no pod mounts is unclaimed; every measured one has the size it needs."""
    (spare,) = found.get("/model/savings/unclaimedVolumes", **WINDOW)
    assert (spare["volumeName"], spare["monthlySavings"]) == ("pv-spare", pytest.approx(7.3))
    sized = found.get("/model/savings/persistentVolumeSizing", **WINDOW)
    (row,) = sized["recommendations"]
    assert (row["volumeName"], row["recommendedCapacityBytes"]) == ("pv-1", 11 * GIB)
    assert row["savingsMonthly"] == sized["totalSavingsMonthly"] == pytest.approx(14.6 * 0.89)
    wide = found.get("/model/savings/persistentVolumeSizing", headroomPct="100", **WINDOW)["recommendations"]
    assert wide[0]["recommendedCapacityBytes"] == 20 * GIB


def test_local_disks(found: App) -> None:
    """A node's own disk of which less than a fifth was ever used comes with the size it needs."""
    (row,) = found.get("/model/savings/localLowDisks", **WINDOW)
    assert (row["clusterId"], row["name"], row["recommendedCapacityBytes"]) == ("c2", "n1", 8 * GIB)
    assert row["monthlySavings"] == pytest.approx(73 * 0.92)


def test_the_overview_is_of_the_native_kinds(found: App) -> None:
    """Every insight of the field has its sum per month and when it was read."""
    answer = found.get("/model/savings")
    assert answer["unclaimedVolumes"]["savings_per_month"] == pytest.approx(7.3)
    assert answer["clusterSizing"]["savings_per_month"] == pytest.approx(140.16)
    assert all(one["last_refresh"].endswith("Z") for one in answer.values())


def test_the_overview_is_within_what_is_spent(found: App) -> None:
    """Cards of money that leaves the bill add up to the native sum, which is at most what is spent; so is each card."""
    cards = {name: one["savings_per_month"] for name, one in found.get("/model/savings").items()}
    (total,) = found.get("/api/v1/savings", window="14d")["totals"]
    leaving = ("unclaimedVolumes", "orphanedResources", "persistentVolumeSizing", "clusterSizing", "reservedInstances")
    assert sum(cards[name] for name in leaving) == pytest.approx(float(total["expected"]))
    assert 0 < float(total["expected"]) <= float(total["spent"])
    assert all(0 <= card <= float(total["spent"]) for card in cards.values())
