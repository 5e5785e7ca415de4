"""What is estimated and what is not whole, on every route: named, left out where asked, warned of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bills import cloud_cost, cloud_set
from builders import allocation, allocation_set, asset_set, at, bucket_of, day, disk, node
from fleetcost.api.operation import Operation
from fleetcost.api.routes.operations import EVERY
from fleetcost.api.words import Family
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.model.cloud_cost import BillState
from fleetcost.query.measures import COSTS_WITH
from fleetcost.sets.cloud.publish import publish
from unit.api.apps import App, app
from unit.ingest.billed_fleet import CURRENCIES, billed_fleet, estimate_thirds
from unit.ingest.billed_fleet import DAYS as DAYS_WITH_BILLS

DAYS = [f"2026-01-1{number}T00:00:00Z,2026-01-1{number + 1}T00:00:00Z" for number in range(3)]
"""The first is not whole, the others are."""

SPAN = "2026-01-10T00:00:00Z,2026-01-12T00:00:00Z"

COMPATIBLE = [
    one
    for one in EVERY
    if one.family is not Family.NATIVE
    and "aggregate" in {parameter.name for parameter in one.parameters}
    and "customCost" not in one.path
]
"""Of custom costs there are none, whichever cluster is whole."""


@pytest.fixture(scope="module")
def bridged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An application with a day of which an hour and a half is estimated, and two that are whole."""
    first = day()
    spread = {"estimated_hours": 1.5, "cpu_cost_estimated": 1, "pv_cost_estimated": 0.5}
    used = {"cpu_core_hours": 8, "cpu_core_usage_hours": 4, "ram_byte_hours": 1 << 40, "pv_byte_hours": 1 << 44}
    pods = [
        allocation(first, pod="a", cpu_cost=4, pv_cost=2, **used, **spread),
        allocation(first, pod="b", ram_cost=3, cpu_core_hours=5, gpu_hours=3),
        allocation(first, pod="free", cpu_core_hours=48, network_receive_bytes=1600, estimated_hours=1.5),
    ]
    machine = {"cpu_cost": 10, "ram_cost": 6, "cpu_cost_estimated": 2, "cost_estimated": 2, "estimated_hours": 1.5}
    assets = [
        node(first, cpu_core_hours=100, ram_byte_hours=1 << 42, **machine),
        disk(first, cost=2, byte_hours=1 << 44, cost_estimated=0.5),
    ]
    partial: dict[str, Any] = {"coverage_minutes": 1350.0, "estimated_minutes": 90.0}
    whole = [each for number in (1, 2) for each in (allocation_set(None, day(number)), asset_set(None, day(number)))]
    bucket = bucket_of(allocation_set(pods, first, **partial), asset_set(assets, first, **partial), *whole)
    for number, state in enumerate((BillState.ESTIMATED, BillState.FINAL, BillState.FINAL)):
        publish(bucket, cloud_set([cloud_cost(number, 1)], number, state=state))
    with app(tmp_path_factory.mktemp("estimates"), bucket, at(96)) as opened:
        opened.ingestor.pass_once()
        yield opened


def ask(bridged: App, operation: Operation, window: str) -> Any:
    """Ask a compatible route about a window."""
    known = {parameter.name for parameter in operation.parameters}
    wanted = {"window": window, "before": window, "after": window, "accumulate": "true", "aggregate": "", "names": "x"}
    return bridged.get(operation.path, **{name: value for name, value in wanted.items() if name in known})


@pytest.mark.parametrize("operation", COMPATIBLE, ids=lambda one: one.path)
def test_every_compatible_answer_says_what_it_lacks(bridged: App, operation: Operation) -> None:
    """An answer that is not whole has the field's warning, with the cluster or the bill; a whole one has none."""
    answer = ask(bridged, operation, DAYS[0])
    assert list(answer) == ["code", "status", "data", "warning"]
    lacks = (
        "bills of aws-1 are estimated"
        if "cloud" in operation.path.lower()
        else ("c1 is partial, 1350 of 1440 minutes were observed, 90 are estimated")
    )
    assert answer["warning"] == f"this answer is not whole: {lacks}"
    assert "warning" not in ask(bridged, operation, DAYS[2])


def native(bridged: App, kind: str, window: str = DAYS[0], **more: str) -> Any:
    """Ask a native route."""
    return bridged.get(f"/api/v1/{kind}", window=window, **more)


def test_rows_carry_their_estimates_and_books_close(bridged: App) -> None:
    """Estimates of pods, of idle and of volumes are what is estimated of assets, as their costs are."""
    rows = {row["name"]: row for row in native(bridged, "allocations", aggregate="pod")["rows"]}
    assert {name: row["estimated_cost"] for name, row in rows.items()} == {
        "a": 1.5,
        "b": 0.0,
        "free": 0.0,
        "__idle__": 1.0,
    }
    assert (rows["a"]["estimated_hours"], rows["a"]["cpu_cost_estimated"]) == (1.5, 1.0)
    of_assets = native(bridged, "assets")["totals"]
    assert sum(row["estimated_cost"] for row in rows.values()) == of_assets["estimated_cost"] == 2.5
    assert sum(row["total_cost"] for row in rows.values()) == of_assets["total_cost"] == 18.0


@pytest.mark.parametrize("how", [{"aggregate": "pod"}, {"aggregate": "cluster"}, {"aggregate": "node", "limit": "2"}])
@pytest.mark.parametrize("idle", ["separate", "share", "hide"])
@pytest.mark.parametrize("adjusted", ["true", "false"])
def test_without_estimates_every_cost_is_less_by_its_own(
    bridged: App, how: dict[str, str], idle: str, adjusted: str
) -> None:
    """However it is asked, `estimated=exclude` takes exactly the estimates off, and parts still are the total."""
    asked = {"idle": idle, "adjusted": adjusted, **how}
    with_them, without = (
        native(bridged, "allocations", estimated=word, **asked)["totals"] for word in ("include", "exclude")
    )
    estimates = 1.5 if idle == "hide" else 2.5
    assert without["total_cost"] == pytest.approx(with_them["total_cost"] - estimates)
    assert (without["estimated_cost"], without["estimated_hours"]) == (0.0, 0.0)
    assert without["cpu_cost"] == pytest.approx(with_them["cpu_cost"] - estimates + 0.5)
    assert (
        native(bridged, "allocations", DAYS[1], estimated="exclude", **asked)["totals"]
        == (native(bridged, "allocations", DAYS[1], **asked)["totals"])
    )


@pytest.mark.parametrize("by", ["pod", "namespace", "cluster", "node", "cluster,controller"])
def test_amounts_go_with_their_costs(bridged: App, by: str) -> None:
    """Without estimates amounts are what was observed, the same by every grouping."""
    totals = native(bridged, "allocations", estimated="exclude", aggregate=by)["totals"]
    observed = {
        "cpu_core_hours": 8 * 3 / 4 + 5 + 48 * 15 / 16,
        "cpu_core_usage_hours": 4 * 3 / 4,
        "ram_byte_hours": (1 << 40) * 3 / 4,
        "pv_byte_hours": (1 << 44) * 3 / 4,
        "gpu_hours": 3,
        "network_receive_bytes": 1500,
        "estimated_hours": 0,
    }
    assert {name: totals[name] for name in observed} == observed


def test_amounts_of_assets_go_with_their_costs(bridged: App) -> None:
    """Cores, memory and capacity of assets are those that were observed, each by its own cost."""
    totals = native(bridged, "assets", estimated="exclude")["totals"]
    assert (totals["cpu_core_hours"], totals["ram_byte_hours"], totals["byte_hours"]) == (
        80, 1 << 42, (1 << 44) * 3 / 4,
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["allocations", "assets"])
@pytest.mark.parametrize("limit", ["", "2"])
def test_a_step_says_what_of_it_is_estimated(bridged: App, kind: str, limit: str) -> None:
    """The estimates of the series' steps are those of the total, also where a page of rows is read."""
    more = {"aggregate": "cluster,name" if kind == "assets" else "cluster,pod"} | ({"limit": limit} if limit else {})
    answer = native(bridged, kind, step="1h", **more)
    assert sum(step["estimated_cost"] for step in answer["series"]) == answer["totals"]["estimated_cost"] == 2.5
    answer = native(bridged, kind, step="1d", estimated="exclude", **more)
    assert [step["estimated_cost"] for step in answer["series"]] == [0.0]
    assert answer["question"]["estimated"] == "exclude"


def test_assets_without_estimates(bridged: App) -> None:
    """Assets cost what was observed of them, on both families' routes."""
    assert native(bridged, "assets", estimated="exclude")["totals"]["total_cost"] == 15.5
    found = bridged.get("/model/assets", window=DAYS[0], accumulate="true", estimated="exclude")["data"][0]
    assert sum(row["totalCost"] for row in found.values()) == 15.5


def test_compatible_rows_name_their_estimates(bridged: App) -> None:
    """Keys the field does not have are there where there is an estimate, and nowhere else."""
    asked = {"window": DAYS[0], "aggregate": "pod", "accumulate": "true", "shareTenancyCosts": "false"}
    (found,) = bridged.get("/model/allocation", **asked)["data"]
    named = {name: {key for key in row if key.endswith("Estimated")} for name, row in found.items()}
    nothing: set[str] = set()
    estimated = {"a": {"cpuCostEstimated", "pvCostEstimated"}, "__idle__": {"cpuCostEstimated"}}
    assert named == {"b": nothing, "free": nothing, **estimated}
    (without,) = bridged.get("/model/allocation", estimated="exclude", **asked)["data"]
    assert without["a"]["totalCost"] == found["a"]["totalCost"] - 1.5


def test_completeness_has_the_minutes(bridged: App) -> None:
    """The native envelope says how many minutes are estimated, beside those observed and expected."""
    (entry,) = native(bridged, "allocations")["completeness"]
    assert (entry["state"], entry["coverage_minutes"], entry["estimated_minutes"]) == ("partial", 1350.0, 90.0)
    assert entry["causes"] == ["partial: 1350 of 1440 minutes were observed, 90 are estimated"]


def test_another_word_is_refused(bridged: App) -> None:
    """`estimated` is include or exclude."""
    bridged.refused("/api/v1/allocations", estimated="maybe")


@pytest.fixture(scope="module")
def billed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An application with two clusters and their bills, of whose every cost a third is estimated."""
    fleet, bucket = billed_fleet(1), MemoryBucket()
    estimate_thirds(fleet, CURRENCIES)
    for number in DAYS_WITH_BILLS:
        for cluster in ("aws", "azure"):
            fleet.publish_cluster(bucket, cluster, number)
            fleet.publish_bill(bucket, f"bills-{cluster}", number)
    with app(tmp_path_factory.mktemp("billed"), bucket, at(day=2, hour=12), None) as opened:
        opened.ingestor.pass_once()
        yield opened


@pytest.mark.parametrize("idle", ["separate", "share"])
@pytest.mark.parametrize("by", ["cluster", "namespace", "pod", "node"])
@pytest.mark.parametrize("basis", ["billed", "list"])
def test_what_bills_add_goes_with_the_cost_it_was_added_to(billed: App, basis: str, by: str, idle: str) -> None:
    """Where a third of every cost is estimated, a third of every part of each row goes, what bills add included."""
    asked = {"window": SPAN, "aggregate": by, "idle": idle, "basis": basis, "tenancy": "separate"}
    whole, without = (
        {row["name"]: row for row in billed.get("/api/v1/allocations", estimated=how, **asked)["rows"]}
        for how in ("include", "exclude")
    )
    assert whole.keys() == without.keys()
    for name, row in whole.items():
        for figure in ("total_cost", *COSTS_WITH):
            assert without[name][figure] == pytest.approx(row[figure] * 2 / 3, abs=1e-6), (name, figure)


@pytest.mark.parametrize("basis", ["billed", "list"])
def test_books_close_without_estimates(billed: App, basis: str) -> None:
    """Without estimates allocations, idle and tenancy are what assets cost, to a nano for each row that shares."""
    asked = {"window": SPAN, "basis": basis, "estimated": "exclude"}
    allocated = billed.get("/api/v1/allocations", aggregate="cluster", tenancy="separate", **asked)["totals"]
    of_assets = billed.get("/api/v1/assets", aggregate="cluster", **asked)["totals"]
    assert allocated["total_cost"] == pytest.approx(of_assets["total_cost"], abs=1e-7)
    for name in ("cpu_cost", "ram_cost", "gpu_cost"):
        assert allocated[name] == pytest.approx(of_assets[name], abs=1e-7)


@pytest.mark.parametrize("basis", ["billed", "list"])
def test_volumes_and_balancers_go_with_their_rows(billed: App, basis: str) -> None:
    """The volumes and load balancers of a row are its own cost of them at list price, with estimates and without."""
    byte_hours = {}
    for how in ("include", "exclude"):
        asked = {"window": SPAN, "accumulate": "true", "aggregate": "pod", "basis": basis, "estimated": how}
        (rows,) = billed.get("/model/allocation", shareTenancyCosts="false", includeIdle="true", **asked)["data"]
        found = [row for row in rows.values() if row.get("pvs")]
        assert found
        for row in found:
            volumes, balancers = row["pvs"].values(), row["lbAllocations"].values()
            assert sum(one["cost"] for one in volumes) == pytest.approx(row["pvCost"], abs=1e-4)
            assert sum(one["cost"] for one in balancers) == pytest.approx(row["loadBalancerCost"], abs=1e-4)
            assert sum(one["byteHours"] for one in volumes) == pytest.approx(row["pvByteHours"], abs=1)
            byte_hours[how] = byte_hours.get(how, 0) + row["pvByteHours"]
    assert byte_hours["exclude"] == pytest.approx(byte_hours["include"] * 2 / 3, rel=0.06)  # ten bytes, rounded down
