"""Foreign allocations as ours."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fleetcost.errors import SetDamagedError
from fleetcost.model.allocation import Allocation, AllocationKind, LoadBalancerShare, VolumeShare
from fleetcost.model.window import Window
from fleetcost.sets.bingen.allocations import to_allocations
from fleetcost.sets.bingen.decode import Decoded, decode
from fleetcost.sets.bingen.fields_allocation import (
    GPU_ALLOCATION,
    LB_ALLOCATION,
    PV_ALLOCATION,
    PV_KEY,
    RAW_ONLY,
)
from fleetcost.sets.bingen.fields_window import WINDOW
from fleetcost.sets.bingen.findings import Findings, SetFindingKind
from fleetcost.sets.bingen.record import Record, WireTime
from fleetcost.sets.bingen.rows import facts
from unit.sets.bingen.builders import END, START, allocation_set, at, counts, only, properties, row
from unit.sets.bingen.fixtures import beside, kind_of, params
from unit.sets.bingen.writer import build


def converted(decoded: Decoded) -> tuple[list[Allocation], Findings]:
    """Return a set's rows and what was found."""
    findings = Findings()
    return list(to_allocations(decoded, findings)), findings


def one(record: Record, version: int = 25) -> tuple[Allocation, Findings]:
    """Return what one row becomes."""
    (allocation,), findings = converted(allocation_set({"row": record}, version))
    return allocation, findings


def test_amounts_and_texts_are_taken_as_they_are() -> None:
    """Costs, hours, bytes and names land in the columns of the same meaning, and nothing is found."""
    allocation, findings = one(
        row(
            Properties=properties(
                Node="n1",
                ProviderID="i-1",
                Namespace="shop",
                ControllerKind="Deployment",
                Controller="web",
                Pod="web-1",
                Container="nginx",
                Services=("b", "a"),
                Labels={"app": "web"},
                NamespaceLabels={"team": "blue"},
            ),
            CPUCoreHours=1.5,
            CPUCost=0.0474165,
            CPUCostAdjustment=-0.01,
            RAMByteHours=1073741824.4,
            GPUHours=2.0,
            NetworkTransferBytes=10.6,
            NetworkCrossZoneCost=0.1,
            NetworkInternetCost=0.2,
            NetworkCost=0.3,
            LoadBalancerCost=0.025,
            ExternalCost=4.0,
        )
    )
    assert not findings.all()
    assert (allocation.node, allocation.provider_id, allocation.namespace) == ("n1", "i-1", "shop")
    assert (allocation.controller_kind, allocation.controller) == ("deployment", "web")
    assert (allocation.pod, allocation.pod_uid, allocation.container) == ("web-1", "", "nginx")
    assert (allocation.services, allocation.labels) == (("a", "b"), {"app": "web"})
    assert (allocation.annotations, allocation.namespace_labels) == ({}, {"team": "blue"})
    assert (allocation.start, allocation.end, allocation.kind) == (START, END, AllocationKind.WORKLOAD)
    assert (allocation.cpu_core_hours, allocation.cpu_cost) == (Decimal("1.5"), Decimal("0.0474165"))
    assert (allocation.ram_byte_hours, allocation.network_transfer_bytes) == (1073741824, 11)
    assert (allocation.network_zone_cost, allocation.network_region_cost) == (Decimal("0.1"), Decimal(0))
    assert allocation.total_cost == Decimal("0.0474165") - Decimal("0.01") + Decimal("4.325")


def test_averages_become_sums_over_the_run() -> None:
    """An average is multiplied by the hours that the row ran, not by those of the window."""
    allocation, _ = one(
        row(
            End=at(START + timedelta(minutes=30)),
            CPUCoreRequestAverage=2.0,
            CPUCoreUsageAverage=0.25,
            RAMBytesRequestAverage=3.0e9,
            RAMBytesUsageAverage=1.0e9,
        )
    )
    assert (allocation.cpu_core_request_hours, allocation.cpu_core_usage_hours) == (Decimal(1), Decimal("0.125"))
    assert (allocation.ram_byte_request_hours, allocation.ram_byte_usage_hours) == (1_500_000_000, 500_000_000)


def test_the_highest_use_is_absent_where_it_was_not_recorded() -> None:
    """Without raw data the highest use is None; with it, GPU use may still be."""
    assert one(row())[0].cpu_core_usage_max is None
    allocation, _ = one(row(RawAllocationOnly=build(RAW_ONLY, 25, CPUCoreUsageMax=0.5, RAMBytesUsageMax=7.0)))
    assert (allocation.cpu_core_usage_max, allocation.ram_byte_usage_max) == (0.5, 7.0)
    assert allocation.gpu_usage_max is None


def test_volumes_add_up_to_the_rows_storage_cost() -> None:
    """Shares of volumes keep their names and ids, in order, and their sums are the row's."""
    volumes = {
        build(PV_KEY, 25, Cluster="c1", Name="pv-b"): build(
            PV_ALLOCATION, 25, ByteHours=20.0, Cost=0.2, ProviderID="v2"
        ),
        build(PV_KEY, 25, Cluster="c1", Name="pv-a"): build(
            PV_ALLOCATION, 25, ByteHours=10.0, Cost=0.1, ProviderID="v1"
        ),
        build(PV_KEY, 25, Cluster="c1", Name="pv-n"): None,
    }
    allocation, findings = one(row(PVs=volumes))
    assert allocation.volumes == (
        VolumeShare("pv-a", "v1", 10, Decimal("0.1")),
        VolumeShare("pv-b", "v2", 20, Decimal("0.2")),
    )
    assert (allocation.pv_byte_hours, allocation.pv_cost) == (30, Decimal("0.3"))
    assert only(findings).kind is SetFindingKind.NIL_SHARE
    assert only(findings).example == "row: volume pv-n"


@pytest.mark.parametrize(("version", "ip", "hours"), [(18, "", 0), (19, "10.0.0.1", 0), (21, "10.0.0.1", 1)])
def test_load_balancers_have_what_their_version_has(version: int, ip: str, hours: int) -> None:
    """Address and hours came later than load balancers; before, they are empty."""
    fields: dict[str, Any] = {"Service": "shop/web", "Cost": 0.025, "Private": True}
    fields |= ({"Ip": ip} if version >= 19 else {}) | ({"Hours": 1.0} if version >= 21 else {})
    balancers = {"c1/shop/web": build(LB_ALLOCATION, version, **fields)}
    allocation, _ = one(row(version, LoadBalancers=balancers), version)
    assert allocation.load_balancers == (LoadBalancerShare("shop/web", ip, True, Decimal(hours), Decimal("0.025")),)  # noqa: FBT003


def test_what_nobody_mounted_is_a_kind_of_its_own() -> None:
    """A row whose key has the reserved word for unmounted storage is of that kind."""
    (allocation,), _ = converted(allocation_set({"c1//shop/shop-unmounted-pvcs/__unmounted__": row()}))
    assert allocation.kind is AllocationKind.UNMOUNTED


def test_idle_rows_are_dropped_and_counted() -> None:
    """Idle is recomputed: rows named so, or listed as idle, are left out and reported."""
    decoded = allocation_set({"c1/n1/__idle__": row(), "odd": row(), "row": row()}, IdleKeys={"odd": False})
    rows, findings = converted(decoded)
    assert len(rows) == 1
    assert counts(findings) == {SetFindingKind.IDLE_ROW: 2}
    assert only(findings).example == "c1/n1/__idle__"


def test_rows_without_content_or_properties_are_reported() -> None:
    """A nil row is dropped, a row without properties keeps its cost; both are found."""
    rows, findings = converted(allocation_set({"nil": None, "bare": row(Properties=None, CPUCost=1.0)}))
    assert [(allocation.namespace, allocation.cpu_cost) for allocation in rows] == [("", Decimal(1))]
    assert counts(findings) == {SetFindingKind.NIL_ROW: 1, SetFindingKind.NO_PROPERTIES: 1}


@pytest.mark.parametrize("cost", [math.nan, math.inf, -math.inf, 1e9, 1.8e308])
def test_what_is_no_exact_amount_never_becomes_money(cost: float) -> None:
    """NaN, infinities and absurd amounts count as zero, and the finding names row, field and value."""
    allocation, findings = one(row(CPUCost=cost, RAMCost=1.0))
    assert allocation.total_cost == Decimal(1)
    assert only(findings).example == f"row: CPUCost is {cost}"
    assert str(only(findings)).startswith("not exact (1): a number is NaN, infinite or beyond")


def test_a_use_that_is_no_number_was_not_measured() -> None:
    """NaN in a column that can say so is None, not zero."""
    raw_only = build(RAW_ONLY, 25, CPUCoreUsageMax=math.nan, RAMBytesUsageMax=math.inf)
    allocation, findings = one(
        row(CPUCoreUsageAverage=math.nan, RAMBytesUsageAverage=1e300, RAMByteHours=1e19, RawAllocationOnly=raw_only)
    )
    assert (allocation.cpu_core_usage_hours, allocation.ram_byte_usage_hours) == (None, None)
    assert (allocation.cpu_core_usage_max, allocation.ram_byte_usage_max) == (None, None)
    assert allocation.ram_byte_hours == 0
    assert counts(findings) == {SetFindingKind.NOT_EXACT: 5}


def test_shared_cost_is_left_to_the_question() -> None:
    """Shared cost is no part of a row; that there was some is reported."""
    allocation, findings = one(row(SharedCost=7.0, CPUCost=1.0))
    assert allocation.total_cost == Decimal(1)
    assert only(findings).kind is SetFindingKind.SHARED_COST


@pytest.mark.parametrize(
    ("times", "start", "end"),
    [
        ({"Start": WireTime(0, 0, 0), "End": WireTime(0, 0, 0)}, START, END),
        ({"Start": at(START - timedelta(hours=9))}, START, END),
        ({"End": at(END + timedelta(seconds=1))}, START, END),
        ({"Start": at(END - timedelta(minutes=5)), "End": at(START)}, END - timedelta(minutes=5), END),
    ],
)
def test_a_run_outside_the_window_is_moved_into_it(times: dict[str, WireTime], start: object, end: object) -> None:
    """A start or end that is not set, outside or reversed becomes the window's, and is reported."""
    allocation, findings = one(row(**times))
    assert (allocation.start, allocation.end) == (start, end)
    assert only(findings).kind is SetFindingKind.RUN_CLAMPED


def test_gpu_requests_before_they_were_written() -> None:
    """Before version 22 a GPU request is what was charged, and its use is not known."""
    allocation, _ = one(row(21, GPUHours=3.0), 21)
    assert (allocation.gpu_request_hours, allocation.gpu_usage_hours) == (Decimal(3), None)


def test_gpu_averages_of_the_one_version_that_had_them() -> None:
    """Version 22 writes both averages into every row; 0 without GPU hours is not a measurement."""
    allocation, _ = one(row(22, GPUHours=3.0, GPURequestAverage=2.0, GPUUsageAverage=0.5), 22)
    assert (allocation.gpu_request_hours, allocation.gpu_usage_hours) == (Decimal(2), Decimal("0.5"))
    allocation, _ = one(row(22), 22)
    assert (allocation.gpu_request_hours, allocation.gpu_usage_hours) == (Decimal(0), None)


def test_gpu_allocation_replaces_the_averages() -> None:
    """From version 23 on the averages are leftovers, and the GPU allocation says what holds."""
    gpu = build(GPU_ALLOCATION, 25, GPURequestAverage=1.0)
    allocation, _ = one(row(GPUHours=3.0, DeprecatedGPUUsageAverage=9.0, GPUAllocation=gpu))
    assert (allocation.gpu_request_hours, allocation.gpu_usage_hours) == (Decimal(1), None)
    allocation, _ = one(row(GPUHours=3.0, DeprecatedGPUUsageAverage=9.0))
    assert (allocation.gpu_request_hours, allocation.gpu_usage_hours) == (Decimal(3), None)


def test_a_pod_that_carries_its_uid_is_taken_apart() -> None:
    """An agent that keeps pods of one name apart writes name and uid, which are two columns."""
    allocation, _ = one(row(Properties=properties(Pod="web-0 6d2f")))
    assert (allocation.pod, allocation.pod_uid) == ("web-0", "6d2f")


def test_rows_come_in_the_order_of_their_keys() -> None:
    """The file's own order changes with every write; ours does not."""
    rows, _ = converted(allocation_set({key: row(Properties=properties(Pod=key)) for key in ("c", "a", "b")}))
    assert [allocation.pod for allocation in rows] == ["a", "b", "c"]


def test_the_set_says_what_it_covers() -> None:
    """Window, clusters, source, version and number of rows are the set's facts."""
    rows = {"a": row(), "b": row(Properties=properties(Cluster="c2")), "nil": None}
    found = facts(allocation_set(rows, FromSource="prometheus"))
    assert found.window == Window(START, END)
    assert (found.clusters, found.rows, found.from_source, found.version) == (("c1", "c2"), 3, "prometheus", 25)


def test_more_than_one_cluster_is_reported() -> None:
    """A set that names two clusters is not what a cluster's folder is for."""
    _, findings = converted(allocation_set({"a": row(), "b": row(Properties=properties(Cluster="c2"))}))
    assert only(findings).kind is SetFindingKind.SEVERAL_CLUSTERS
    assert only(findings).example == "c1, c2"


def test_what_the_writer_warned_of_is_passed_on() -> None:
    """Warnings and errors that the writer left are findings with the first of their texts."""
    _, findings = converted(allocation_set({}, Warnings=("slow", "slower"), Errors=("",)))
    assert counts(findings) == {SetFindingKind.WRITER_WARNING: 2, SetFindingKind.WRITER_ERROR: 1}
    assert findings.all()[0].example == "slow"


def test_rows_without_a_window_are_refused() -> None:
    """A set whose window is open cannot be placed in time; without rows it does not matter."""
    window = build(WINDOW, 18, Start=at(START))
    with pytest.raises(SetDamagedError, match="convert a/set: its window is open or empty"):
        converted(allocation_set({"row": row()}, Window=window))
    assert converted(allocation_set({}, Window=window))[0] == []
    assert facts(allocation_set({}, Window=window)).window is None


@pytest.mark.parametrize("path", params("*__allocations_mock.bin"))
def test_the_fields_own_example_adds_up(path: Path) -> None:
    """The example set that the field's own tests use has 28, 36 and 18 in its namespaces, with 30 idle dropped."""
    rows, findings = converted(decode(path.read_bytes(), kind_of(path), path.name))
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for allocation in rows:
        totals[allocation.namespace] += allocation.total_cost
    assert totals == {"namespace1": 28, "namespace2": 36, "namespace3": 18}
    assert counts(findings) == {SetFindingKind.IDLE_ROW: 2, SetFindingKind.SEVERAL_CLUSTERS: 1}


JSON_NAMES = {
    "cpu_core_hours": "cpuCoreHours",
    "cpu_cost": "cpuCost",
    "ram_cost": "ramCost",
    "gpu_cost": "gpuCost",
    "gpu_hours": "gpuHours",
    "network_cost": "networkCost",
    "network_zone_cost": "networkCrossZoneCost",
    "load_balancer_cost": "loadBalancerCost",
    "external_cost": "externalCost",
}


@pytest.mark.parametrize(
    "path", params("v22__allocations_1?.bin", "v24__allocations_1?.bin", "v25*__allocations_1?.bin")
)
def test_columns_are_those_of_the_writers_own_json(path: Path) -> None:
    """Our columns are the writer's own answers to five decimals, wherever an exact amount can hold the number."""
    theirs = beside(path)["opencostJSON"]
    compared = 0
    for name, record in decode(path.read_bytes(), kind_of(path), path.name).top.value("Allocations").items():
        if record is None or "__idle__" in name:
            continue
        (ours,), findings = converted(allocation_set({name: record}, Window=record.value("Window")))
        answer = theirs[name]
        for column, json_name in JSON_NAMES.items():
            if abs(answer[json_name]) < 999_999_999:
                assert float(getattr(ours, column)) == pytest.approx(answer[json_name], abs=1e-5), (name, column)
                compared += 1
        if SetFindingKind.NOT_EXACT not in counts(findings):
            total = answer["totalCost"] - answer["sharedCost"]
            assert float(ours.total_cost) == pytest.approx(total, abs=2e-5), name
    assert compared > 100
