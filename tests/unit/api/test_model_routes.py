"""`/model/…`: the field's shapes, field by field."""

from __future__ import annotations

from typing import Any

import pytest

from builders import GIB
from unit.api.apps import App

DAY = "2026-01-10T00:00:00Z,2026-01-11T00:00:00Z"
TWO_DAYS = "2026-01-09T00:00:00Z,2026-01-11T00:00:00Z"
ROW = "c1/n1/shop/web-1/app"

ALLOCATION_FIELDS = [
    "name",
    "properties",
    "window",
    "start",
    "end",
    "minutes",
    "cpuCores",
    "cpuCoreRequestAverage",
    "cpuCoreUsageAverage",
    "cpuCoreHours",
    "cpuCost",
    "cpuCostAdjustment",
    "cpuCostIdle",
    "cpuEfficiency",
    "gpuCount",
    "gpuRequestAverage",
    "gpuUsageAverage",
    "gpuHours",
    "gpuCost",
    "gpuCostAdjustment",
    "gpuCostIdle",
    "gpuEfficiency",
    "networkTransferBytes",
    "networkReceiveBytes",
    "networkCost",
    "networkCrossZoneCost",
    "networkCrossRegionCost",
    "networkInternetCost",
    "networkCostAdjustment",
    "loadBalancerCost",
    "loadBalancerCostAdjustment",
    "pvBytes",
    "pvByteHours",
    "pvCost",
    "pvs",
    "pvCostAdjustment",
    "ramBytes",
    "ramByteRequestAverage",
    "ramByteUsageAverage",
    "ramByteHours",
    "ramCost",
    "ramCostAdjustment",
    "ramCostIdle",
    "ramEfficiency",
    "externalCost",
    "sharedCost",
    "totalCost",
    "totalEfficiency",
    "rawAllocationOnly",
    "proportionalAssetResourceCosts",
    "lbAllocations",
    "sharedCostBreakdown",
]

COMMON = ["type", "properties", "labels", "window", "start", "end", "minutes"]
ASSET_FIELDS = {
    "Node": "nodeType pool cpuCores ramBytes cpuCoreHours ramByteHours GPUHours cpuBreakdown ramBreakdown preemptible "
    "discount cpuCost gpuCost gpuCount ramCost adjustment overhead totalCost",
    "Disk": "byteHours bytes byteHoursUsed byteUsageMax breakdown adjustment totalCost storageClass volumeName "
    "claimName claimNamespace",
    "LoadBalancer": "adjustment totalCost private ip",
    "ClusterManagement": "totalCost",
    "Network": "adjustment totalCost",
    "Cloud": "adjustment credit totalCost",
    "Shared": "totalCost",
}


def allocation(full: App, name: str = ROW, **asked: Any) -> dict[str, Any]:
    """Return one allocation of one set, without its share of what its cluster itself costs."""
    (found,) = full.get("/model/allocation", **{"window": DAY, "shareTenancyCosts": "false"} | asked)["data"]
    return dict(found[name])


def assets_by_type(full: App) -> dict[str, dict[str, Any]]:
    """Return the assets of the day by type; of disks the one with everything."""
    (found,) = full.get("/model/assets", window=DAY)["data"]
    return {one["type"]: one for one in found.values() if one["properties"]["name"] != "pv-2"}


def test_the_envelope(full: App) -> None:
    """A good answer says 200, success and what it lacks, and holds a list with an object a step, name to allocation."""
    answer = full.get("/model/allocation", window=DAY, aggregate="namespace")
    assert list(answer) == ["code", "status", "data", "warning"]
    assert (answer["code"], answer["status"]) == (200, "success")
    assert [list(step) for step in answer["data"]] == [["__unmounted__", "kube-system", "shop", "__idle__"]]


def test_an_allocation_has_every_field_in_the_fields_order(full: App) -> None:
    """Names and order are the field's, to the letter."""
    assert list(allocation(full)) == ALLOCATION_FIELDS


def test_a_grouped_allocation_has_no_maxima(full: App) -> None:
    """Maxima mean nothing for a group, so their object is absent; everything else is there."""
    grouped = allocation(full, "shop", aggregate="namespace")
    assert list(grouped) == [name for name in ALLOCATION_FIELDS if name != "rawAllocationOnly"]


def test_the_figures_of_an_allocation(full: App) -> None:
    """Averages, hours, costs and efficiencies of the worked example, rounded to five places."""
    one = allocation(full)
    expected = {
        "name": ROW, "minutes": 1440, "start": "2026-01-10T00:00:00Z", "end": "2026-01-11T00:00:00Z",
        "window": {"start": "2026-01-10T00:00:00Z", "end": "2026-01-11T00:00:00Z"},
        "cpuCores": 0.5, "cpuCoreRequestAverage": 0.5, "cpuCoreUsageAverage": 0.2, "cpuCoreHours": 12,
        "cpuCost": 0.37933,
        "cpuCostAdjustment": 0, "cpuCostIdle": 0, "cpuEfficiency": 0.4, "gpuEfficiency": None, "gpuCost": 0,
        "ramBytes": GIB, "ramByteRequestAverage": GIB, "ramByteUsageAverage": 0.75 * GIB, "ramByteHours": 24 * GIB,
        "ramCost": 0.10169, "ramEfficiency": 0.75, "totalEfficiency": 0.47399, "pvBytes": 10 * GIB,
        "pvByteHours": 240 * GIB, "pvCost": 0.01315, "networkTransferBytes": 10, "networkReceiveBytes": 20,
        "networkCost": 0.17, "networkCrossZoneCost": 0.05, "networkCrossRegionCost": 0, "networkInternetCost": 0.12,
        "loadBalancerCost": 0.6, "externalCost": 0, "sharedCost": 0, "totalCost": 1.26417,
    }  # fmt: skip
    assert {name: one[name] for name in expected} == expected


def test_nested_figures_are_not_rounded(full: App) -> None:
    """Volumes, load balancers and maxima are maps with the field's keys, unrounded."""
    one = allocation(full)
    assert one["pvs"] == {
        "cluster=c1:name=pv-1": {
            "byteHours": 240 * GIB, "cost": 0.0131507, "providerID": "vol-1", "adjustment": 0,
        }
    }  # fmt: skip
    assert one["lbAllocations"] == {
        "c1/shop/web": {
            "service": "shop/web", "cost": 0.6, "private": False, "ip": "203.0.113.7", "hours": 24, "adjustment": 0,
        }
    }  # fmt: skip
    assert one["rawAllocationOnly"] == {"cpuCoreUsageMax": 0.5, "ramByteUsageMax": GIB, "gpuUsageMax": None}
    assert (one["proportionalAssetResourceCosts"], one["sharedCostBreakdown"]) == ({}, {})
    bare = allocation(full, "c1/n1/kube-system/dns/app")
    assert (bare["pvs"], bare["lbAllocations"]) == (None, None)


def test_what_a_cluster_itself_costs_is_shared(full: App) -> None:
    """By default, management is carried by the cluster's workloads, in what they cost, and is named."""
    plain, sharing = allocation(full), allocation(full, shareTenancyCosts="true")
    assert plain["sharedCost"] == 0 < sharing["sharedCost"]
    assert sharing["totalCost"] == pytest.approx(plain["totalCost"] + sharing["sharedCost"], abs=2e-5)
    assert list(sharing["sharedCostBreakdown"]) == ["clusterManagement"]
    (whole,) = full.get("/model/allocation", window=DAY, aggregate="cluster")["data"]
    assert whole["c1"]["sharedCost"] == 0.5


def test_properties_leave_out_what_is_empty(full: App) -> None:
    """Properties are in the field's order, each only where it has a value."""
    assert list(allocation(full)["properties"].items()) == [
        ("cluster", "c1"), ("node", "n1"), ("container", "app"), ("controller", "web"),
        ("controllerKind", "deployment"), ("namespace", "shop"), ("pod", "web-1"), ("services", ["web"]),
        ("providerID", "i-1"), ("labels", {"app": "x", "team": "web"}), ("annotations", {"note": "y"}),
        ("namespaceLabels", {"env": "prod"}),
    ]  # fmt: skip
    assert allocation(full, "__idle__", aggregate="cluster")["properties"] == {"cluster": "c1"}


def test_by_cluster_there_is_a_row_a_cluster_and_one_of_idle(full: App) -> None:
    """`aggregate=cluster` names every cluster with costs once, and idle once."""
    asked = {"aggregate": "cluster", "accumulate": "true", "shareTenancyCosts": "false"}
    (found,) = full.get("/model/allocation", window=TWO_DAYS, **asked)["data"]
    assert list(found) == ["c1", "c2", "__idle__"]
    assert found["c1"]["totalCost"] == pytest.approx(1.56417, abs=1e-5)
    assert found["__idle__"]["totalCost"] == pytest.approx(2.8 - 0.1 - 0.73102 + 1, abs=1e-5)


def test_idle_can_be_left_out(full: App) -> None:
    """`idle=false` answers without the idle row and changes no other."""
    (with_idle,) = full.get("/model/allocation", window=DAY, aggregate="cluster")["data"]
    for word in ("false", "0", "F"):
        (without,) = full.get("/model/allocation", window=DAY, aggregate="cluster", idle=word)["data"]
        assert without == {name: row for name, row in with_idle.items() if name != "__idle__"}


@pytest.mark.parametrize(
    ("accumulate", "window", "sets"),
    [("false", TWO_DAYS, 2), ("true", TWO_DAYS, 1), ("day", TWO_DAYS, 2), ("hour", "24h", 25), ("week", "7d", 2)],
)
def test_accumulate_cuts_the_answer(full: App, accumulate: str, window: str, sets: int) -> None:
    """Each step is an object of the list, empty ones too."""
    data = full.get("/model/allocation", window=window, accumulate=accumulate, aggregate="cluster")["data"]
    assert len(data) == (24 if window == "24h" else sets)


def test_windows_of_steps_are_the_steps(full: App) -> None:
    """A row's window is its step's, and its time lies in it."""
    first, second = full.get("/model/allocation", window=TWO_DAYS, aggregate="cluster")["data"]
    assert first["c2"]["window"]["start"] == "2026-01-09T00:00:00Z"
    assert second["c1"]["window"]["end"] == "2026-01-11T00:00:00Z"


def test_filters_are_applied(full: App) -> None:
    """A filter leaves what passes and the part of idle that belongs to it."""
    (found,) = full.get("/model/allocation", window=DAY, aggregate="namespace", filter='namespace:"kube-system"')[
        "data"
    ]
    assert list(found) == ["kube-system", "__idle__"]


@pytest.mark.parametrize("kind", list(ASSET_FIELDS))
def test_an_asset_has_every_field_in_the_fields_order(full: App, kind: str) -> None:
    """Names and order of each type's fields are the field's; what a type does not have is absent."""
    common = COMMON[:-1] if kind == "Shared" else COMMON
    assert list(assets_by_type(full)[kind]) == common + ASSET_FIELDS[kind].split()


def test_the_figures_of_a_node(full: App) -> None:
    """Parts are list prices, the total is what is paid; fractions and averages as the field counts them."""
    one = assets_by_type(full)["Node"]
    expected = {
        "nodeType": "m6i.xlarge", "pool": "general", "cpuCores": 4, "ramBytes": 16 * GIB, "cpuCoreHours": 96,
        "preemptible": 0, "discount": 0.3, "cpuCost": 3, "ramCost": 1, "gpuCost": 0, "adjustment": -0.1,
        "totalCost": 2.7, "minutes": 1440, "labels": {"pool": "general"},
        "cpuBreakdown": {"idle": pytest.approx(0.55), "other": 0.05, "system": 0.1, "user": 0.3},
        "ramBreakdown": {"idle": pytest.approx(0.3), "other": 0, "system": 0.2, "user": 0.5},
    }  # fmt: skip
    assert {name: one[name] for name in expected} == expected
    assert list(one["overhead"]) == ["CpuOverheadFraction", "RamOverheadFraction", "OverheadCostFraction"]
    assert one["overhead"]["OverheadCostFraction"] == pytest.approx((0.025 * 3 + 0.125 * 1) / 4)
    assert list(one["properties"]) == [
        "category",
        "provider",
        "account",
        "project",
        "service",
        "cluster",
        "name",
        "providerID",
    ]


def test_the_figures_of_a_disk(full: App) -> None:
    """Bytes are the average over the time, use a fraction of the capacity."""
    one = assets_by_type(full)["Disk"]
    assert (one["byteHours"], one["bytes"], one["byteHoursUsed"]) == (240 * GIB, 10 * GIB, 60 * GIB)
    assert (one["byteUsageMax"], one["storageClass"], one["claimName"]) == (3 * GIB, "standard", "data")
    assert one["breakdown"]["user"] + one["breakdown"]["system"] == pytest.approx(0.25)


def test_assets_are_a_list(full: App) -> None:
    """Not accumulated there is an object a day, accumulated a list of one of everything."""
    assert len(full.get("/model/assets", window=TWO_DAYS)["data"]) == 2
    (data,) = full.get("/model/assets", window=TWO_DAYS, accumulate="true", aggregate="type")["data"]
    assert list(data["Node"])[:2] == ["type", "properties"]
    assert data["Node"]["totalCost"] == pytest.approx(2.7 + 2)


def test_assets_of_unlike_types_have_no_type(full: App) -> None:
    """A group of several types has the common figures only."""
    (data,) = full.get("/model/assets", window=DAY, accumulate="true", aggregate="cluster")["data"]
    assert list(data["c1"]) == [*COMMON[1:], "adjustment", "totalCost"]


def test_the_totals_of_both_routes_agree(full: App) -> None:
    """Allocations with idle cost what nodes, volumes and management cost: the books close at the door, too."""
    (rows,) = full.get("/model/allocation", window=DAY, aggregate="cluster")["data"]
    assets = assets_by_type(full)
    charged = (
        sum(row["totalCost"] for row in rows.values()) - rows["c1"]["networkCost"] - rows["c1"]["loadBalancerCost"]
    )
    owned = sum(assets[kind]["totalCost"] for kind in ("Node", "Disk", "ClusterManagement"))
    assert charged == pytest.approx(owned + 0.05, abs=2e-5)


@pytest.mark.parametrize(
    ("path", "asked", "words"),
    [
        ("/model/allocation", {}, ["`window` is missing: use"]),
        ("/model/allocation", {"window": "7days"}, ["`window` cannot be `7days`: use", "today, yesterday"]),
        ("/model/allocation", {"window": "7d", "aggregate": "namespaces"}, ["did you mean `namespace`"]),
        ("/model/allocation", {"window": "7d", "accumulate": "yearly"}, ["`accumulate` cannot be `yearly`"]),
        ("/model/allocation", {"window": "7d", "idle": "maybe"}, ["`idle` cannot be `maybe`", "true or false"]),
        (
            "/model/allocation",
            {"window": "7d", "filter": "namespace:*"},
            ["The filter has `*` at character 11: use a value in double quotes"],
        ),
        ("/model/allocation", {"window": "7d", "filter": 'nmespace:"x"'}, ["did you mean `namespace`"]),
        ("/model/allocation", {"window": ["7d", "1d"]}, ["given twice"]),
        ("/model/allocation", {"window": "0,4000000000"}, ["at most 3660"]),
        ("/model/assets", {"window": "7d", "aggregate": "namespace"}, ["There is no grouping by `namespace`"]),
    ],
)
def test_mistakes_are_told_in_the_fields_envelope(
    full: App, path: str, asked: dict[str, Any], words: list[str]
) -> None:
    """A parameter that cannot be used is 400 in the envelope, with what was read and what is accepted."""
    answer = full.refused(path, **asked)
    assert list(answer) == ["code", "status", "message", "data"]
    assert (answer["code"], answer["status"], answer["data"]) == (400, "error", None)
    for word in words:
        assert word in answer["message"]


def test_the_orchestrator_tells_what_was_read(full: App) -> None:
    """Its account has the loop's state, what was read by kind, each cluster's freshness, and what is not used."""
    data = full.get("/model/debug/orchestrator")["data"]
    assert (data["currentState"], data["passes"], data["currentBucketRefreshInterval"]) == ("waiting", 1, "600s")
    assert data["progress"] == {"done": 52, "total": 52}
    assert data["ingestion"]["allocation"] == {
        "filesSeen": 26, "filesIngested": 26, "oldest": "2026-01-09T00:00:00Z", "newest": "2026-01-11T00:00:00Z",
    }  # fmt: skip
    assert set(data["clusters"]) == {"c1", "c2"}
    assert data["clusters"]["c1"]["lastIngested"] == "2026-01-11T12:00:00Z"
    assert (data["notUsed"], data["skipped"], data["lastError"]) == ([], [], "")
    assert data["readDBPath"].endswith("test.duckdb")
    assert data["databaseBytes"] > 0
