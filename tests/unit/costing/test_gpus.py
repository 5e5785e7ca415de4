"""GPUs: whole ones, time slices, MIG slices, virtual ones and shares; what a node has is never given out twice."""

from __future__ import annotations

import csv
import os
from decimal import Decimal
from pathlib import Path

import pytest

from fleetcost.costing.build import Built, build
from fleetcost.costing.prices import PriceBook
from fleetcost.model.asset import AssetType
from fleetcost.model.records import ContainerValue, GpuDevice, NodeResource, NodeValue
from making.samples import Making

BOOK = PriceBook(gpu_hourly=1.0)
SHARED = Path(os.environ.get("TEST_SHARED", Path(__file__).resolve().parents[4] / "shared"))
TRACE = SHARED / "data" / "alibaba-gpu-2023" / "pods.csv"


def gpu_node(
    making: Making, capacity: dict[str, float], labels: dict[str, str] | None = None, devices: int = 0
) -> None:
    making.node("n", cores=32, gib=128, labels=labels)
    making.nodes["gpu_capacity"] = [NodeResource("n", name, value) for name, value in capacity.items()]
    making.nodes["gpu_devices"] = [GpuDevice("n", f"GPU-{i}") for i in range(devices)]


def asking(making: Making, pod: str, requests: dict[str, float]) -> None:
    making.pod(pod, node="n")
    for resource, value in requests.items():
        making.gpu_request(pod, resource, value, node="n")


def gpu_hours(built: Built) -> list[Decimal]:
    return [row.gpu_hours for row in built.allocations]


def node_gpu_hours(built: Built) -> Decimal:
    return sum((asset.gpu_hours for asset in built.assets if asset.type is AssetType.NODE), Decimal(0))


@pytest.mark.parametrize(
    ("capacity", "labels", "devices", "requests", "held", "physical"),
    [
        ({"nvidia_com_gpu": 4}, {}, 0, {"nvidia_com_gpu": 2}, 2, 4),
        (
            {"nvidia_com_gpu": 8},
            {"nvidia_com_gpu_count": "2", "nvidia_com_gpu_replicas": "4"},
            0,
            {"nvidia_com_gpu": 1},
            0.25,
            2,
        ),
        ({"nvidia_com_gpu": 8}, {"nvidia_com_gpu_replicas": "4"}, 0, {"nvidia_com_gpu": 3}, 0.75, 2),
        ({"nvidia_com_gpu_shared": 8}, {"nvidia_com_gpu_count": "2"}, 0, {"nvidia_com_gpu_shared": 1}, 0.25, 2),
        ({"nvidia_com_gpu": 40}, {}, 4, {"nvidia_com_gpu": 1, "nvidia_com_gpucores": 25}, 0.25, 4),
        ({"nvidia_com_gpu": 40}, {}, 4, {"nvidia_com_gpu": 2, "nvidia_com_gpumem_percentage": 50}, 1.0, 4),
        (
            {"nvidia_com_gpu": 10},
            {"nvidia_com_gpu_count": "1", "nvidia_com_gpu_memory": "40960"},
            0,
            {"nvidia_com_gpu": 1, "nvidia_com_gpumem": 10240},
            0.25,
            1,
        ),
        ({"nvidia_com_mig_1g_5gb": 7}, {"nvidia_com_gpu_count": "1"}, 0, {"nvidia_com_mig_1g_5gb": 7}, 1, 1),
        ({"nvidia_com_mig_3g_20gb": 2}, {}, 1, {"nvidia_com_mig_3g_20gb": 1}, 3 / 7, 1),
        ({"k8s_amazonaws_com_vgpu": 10}, {}, 0, {"k8s_amazonaws_com_vgpu": 5}, 0.5, 1),
        ({"amd_com_gpu": 2}, {}, 0, {"amd_com_gpu": 1}, 1, 2),
    ],
    ids=[
        "whole",
        "time slices",
        "time slices without a count",
        "renamed time slices",
        "share of cores",
        "share of memory in percent",
        "share of memory",
        "all of a MIG GPU",
        "part of a MIG GPU",
        "virtual",
        "another make",
    ],
)
def test_held_gpus(
    capacity: dict[str, float],
    labels: dict[str, str],
    devices: int,
    requests: dict[str, float],
    held: float,
    physical: float,
) -> None:
    """Every kind of share becomes a part of a physical GPU, and the node has as many as are really in it."""
    making = Making()
    gpu_node(making, capacity, labels, devices)
    asking(making, "job", requests)
    built = build(making.samples(), BOOK)
    assert [float(hours) for hours in gpu_hours(built)] == [pytest.approx(held * 24)]
    assert float(node_gpu_hours(built)) == pytest.approx(physical * 24)
    (row,) = built.allocations
    assert float(row.gpu_cost) == pytest.approx(held * 24)
    assert row.gpu_card_hours is not None
    assert row.gpu_card_hours % 24 == 0
    assert row.gpu_hours <= row.gpu_card_hours
    assert (row.gpu_hours < row.gpu_card_hours) is (row.gpu_fraction_source != "whole") or held == 1


def test_four_quarters_are_one_gpu() -> None:
    """Four containers with a quarter each cost one GPU together, and leave nothing of a node that has one."""
    making = Making()
    gpu_node(making, {"nvidia_com_gpu": 10}, devices=1)
    for i in range(4):
        asking(making, f"job-{i}", {"nvidia_com_gpu": 1, "nvidia_com_gpucores": 25})
    built = build(making.samples(), BOOK)
    assert sum(gpu_hours(built)) == node_gpu_hours(built) == 24


def test_a_share_of_an_unknown_number_of_gpus_is_noticed() -> None:
    """Where nobody counts the physical GPUs, a unit is charged for each share, and a finding says so."""
    making = Making()
    gpu_node(making, {"nvidia_com_gpu": 10})
    asking(making, "job", {"nvidia_com_gpu": 1, "nvidia_com_gpucores": 25})
    built = build(making.samples(), BOOK)
    assert gpu_hours(built) == [24]
    assert "share of a GPU unknown" in {str(f.kind) for f in built.findings}


def test_a_price_by_shares_is_turned_into_one_by_gpus() -> None:
    """An exporter that counts ten shares of a GPU divides its price by ten; the node still costs what it costs."""
    making = Making()
    gpu_node(making, {"nvidia_com_gpu": 10}, devices=1)
    making.nodes["gpu_count"] = [NodeValue("n", "", 10.0)]
    making.nodes["gpu_price"] = [NodeValue("n", "", 0.3)]
    (node,) = build(making.samples(), BOOK).assets
    assert node.gpu_cost == 72


def test_the_exporters_count_is_used_where_nobody_reports_requests() -> None:
    """OpenCost's allocation metric alone is enough to charge a GPU."""
    making = Making()
    gpu_node(making, {"nvidia_com_gpu": 4})
    making.pod("job", node="n")
    making.container("job", gpu_allocated=2.0, gpu_used=0.5, gpu_used_max=1.0)
    (row,) = build(making.samples(), BOOK).allocations
    assert (row.gpu_hours, row.gpu_request_hours) == (48, 0)
    assert row.gpu_usage_hours == 24
    assert row.gpu_usage_max == 2.0


def test_gpu_use_is_not_measured_is_not_zero() -> None:
    """Without DCGM the use of a GPU is unknown."""
    making = Making()
    gpu_node(making, {"nvidia_com_gpu": 1})
    asking(making, "job", {"nvidia_com_gpu": 1})
    (row,) = build(making.samples(), BOOK).allocations
    assert row.gpu_usage_hours is None


@pytest.mark.parametrize(("discounts_gpu", "cost"), [(False, 24), (True, 12)])
def test_discounts_spare_gpus_unless_told_otherwise(*, discounts_gpu: bool, cost: int) -> None:
    """Discounts are those of CPU and RAM, as in the field, unless the price book says they are of GPUs too."""
    making = Making()
    gpu_node(making, {"nvidia_com_gpu": 1})
    asking(making, "job", {"nvidia_com_gpu": 1})
    built = build(making.samples(), PriceBook(gpu_hourly=1.0, discount=0.5, discounts_gpu=discounts_gpu))
    assert built.allocations[0].gpu_cost == cost
    assert built.assets[0].gpu_cost == cost


def test_negative_gpus_are_refused() -> None:
    """A negative count is no count."""
    making = Making()
    making.pod("job")
    making.pods["gpu_allocated"] = [ContainerValue("shop", "job", "", "main", "", -3.0)]
    built = build(making.samples(), BOOK)
    assert gpu_hours(built) == [0]
    assert "value out of bounds" in {str(f.kind) for f in built.findings}


@pytest.mark.skipif(not TRACE.exists(), reason="no trace here; TEST_SHARED names the folder that has data")
def test_shares_of_a_production_trace_are_conserved() -> None:
    """Real fractions of real GPUs: every container is charged its own part, and all of them add up."""
    with TRACE.open() as file:
        rows = [row for row in csv.DictReader(file) if row["num_gpu"] == "1"][:400]
    making = Making()
    gpu_node(making, {"nvidia_com_gpu": len(rows) * 10}, devices=len(rows))
    wanted = {}
    for row in rows:
        percent = int(row["gpu_milli"]) / 10
        asking(making, row["name"], {"nvidia_com_gpu": 1, "nvidia_com_gpucores": percent})
        wanted[row["name"]] = percent / 100 * 24
    built = build(making.samples(), BOOK)
    assert {row.pod: float(row.gpu_hours) for row in built.allocations} == pytest.approx(wanted)
    assert sum(gpu_hours(built)) <= node_gpu_hours(built)
