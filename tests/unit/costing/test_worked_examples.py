"""The field's worked examples; where ours differs on purpose, the test says why and states our value."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from fleetcost.costing.build import build
from fleetcost.costing.controllers import job_name
from fleetcost.costing.prices import PriceBook, split_node_price
from fleetcost.model.allocation import UNMOUNTED, AllocationKind
from fleetcost.model.asset import AssetType
from fleetcost.model.records import LocalDiskSeen, LocalDiskValue, NodeValue, Reach
from fleetcost.model.window import Window
from making.samples import DAY, GIB, NAMESPACE, Making

if TYPE_CHECKING:
    from fleetcost.costing.build import Built
    from fleetcost.model.allocation import Allocation
    from fleetcost.model.asset import Asset

BOOK = PriceBook()


def only(built: Built) -> Allocation:
    (row,) = built.allocations
    return row


def row_of(built: Built, pod: str) -> Allocation:
    (row,) = [row for row in built.allocations if row.pod == pod]
    return row


def asset_of(built: Built, kind: AssetType) -> Asset:
    (asset,) = [asset for asset in built.assets if asset.type is kind]
    return asset


def close(value: Decimal | float | None, expected: float) -> bool:
    return value is not None and float(value) == pytest.approx(expected, abs=1e-6, rel=1e-6)


def full_day_container(making: Making) -> None:
    """Add the container of the first example."""
    making.pod("web")
    making.container("web", cpu_allocated=0.5, cpu_requested=0.5, cpu_used_seconds=0.2 * 86400)
    making.container("web", ram_allocated=GIB, ram_requested=GIB, ram_used=0.75 * GIB)


def test_e1_one_container_for_a_day() -> None:
    """A container that runs all day is charged its request, which is more than it used."""
    making = Making()
    full_day_container(making)
    row = only(build(making.samples(), BOOK))
    assert row.cpu_core_hours == 12
    assert row.cpu_cost == Decimal("0.379332")
    assert row.ram_byte_hours == 25769803776
    assert row.ram_cost == Decimal("0.101688")
    assert row.total_cost == Decimal("0.481020")
    assert row.cpu_core_usage_hours == Decimal("4.8")
    assert row.ram_byte_usage_hours == int(0.75 * 24 * GIB)


@pytest.mark.parametrize(
    ("hours", "core_hours", "cost"),
    [
        ((10.0, 10.0), 0.0833333, 0.00263425),
        ((0.0, 0.0), 0.0416667, 0.001317125),
        ((10.0, 10 + 5 / 60), 0.0833333, 0.00263425),
    ],
    ids=["one sighting", "one sighting at the start", "two sightings"],
)
def test_e2_a_single_sighting_is_worth_one_step(hours: tuple[float, float], core_hours: float, cost: float) -> None:
    """One sighting counts half a step either side, inside the window; two count the time between them."""
    making = Making()
    making.pod("web", hours)
    making.container("web", cpu_allocated=1.0, cpu_requested=1.0)
    row = only(build(making.samples(), BOOK))
    assert close(row.cpu_core_hours, core_hours)
    assert close(row.cpu_cost, cost)


def test_e2_a_sighting_at_the_end_belongs_to_the_next_window() -> None:
    """Windows are half-open, so what is first seen at the end costs nothing in this one."""
    making = Making()
    making.pod("web", (24.0, 24.0))
    assert build(making.samples(), BOOK).allocations == ()


@pytest.mark.parametrize(
    ("values", "core_hours"),
    [
        ({"cpu_allocated": 0.65, "cpu_requested": 0.5, "cpu_used_seconds": 0.5 * 86400}, 15.6),
        ({"cpu_requested": 0.5, "cpu_used_seconds": 0.5 * 86400}, 12.0),
        ({"cpu_used_seconds": 0.5 * 86400}, 12.0),
        ({"cpu_requested": 0.5, "cpu_used_seconds": 0.8 * 86400}, 19.2),
        ({"cpu_allocated": 0.3, "cpu_requested": 0.5}, 12.0),
        ({"cpu_allocated": 600.0, "cpu_requested": 0.5}, 12.0),
        ({"cpu_requested": 0.25}, 6.0),
    ],
    ids=[
        "exporter",
        "no exporter",
        "no request",
        "used more",
        "never below the request",
        "beyond belief",
        "millicores",
    ],
)
def test_e3_request_and_usage(values: dict[str, float], core_hours: float) -> None:
    """The charge is max(request, usage); without the exporter it is that of the means, where the field charges less."""
    making = Making()
    making.pod("web")
    making.container("web", **values)
    row = only(build(making.samples(), BOOK))
    assert close(row.cpu_core_hours, core_hours)
    assert close(row.cpu_cost, core_hours * BOOK.cpu_hourly)


def traffic_of_a_pod(*, uids: tuple[str, ...]) -> Making:
    making = Making()
    for uid in uids:
        making.pod("web", uid=uid, containers=("app", "proxy"))
    making.traffic("web", Reach.REGION, 10)
    making.traffic("web", Reach.INTERNET, 2)
    making.traffic("web", Reach.ZONE, 500)
    making.received("web", 6442450944)
    return making


def test_e4_network_is_shared_by_containers() -> None:
    """Traffic that leaves the zone costs by the GiB, and each container pays an equal part."""
    built = build(traffic_of_a_pod(uids=("",)).samples(), BOOK)
    assert len(built.allocations) == 2
    for row in built.allocations:
        assert row.network_zone_cost == Decimal("0.05")
        assert row.network_internet_cost == Decimal("0.12")
        assert row.network_region_cost == 0
        assert row.network_cost == Decimal("0.17")
        assert row.network_receive_bytes == 3221225472
    assert sum(a.cost for a in built.assets) == Decimal("0.34")


def test_e4_network_is_shared_by_pods_of_one_name() -> None:
    """Traffic is known by name only, so two pods of one name that ran as long pay half each."""
    rows = build(traffic_of_a_pod(uids=("a", "b")).samples(), BOOK).allocations
    assert [row.network_cost for row in rows] == [Decimal("0.085")] * 4


def volume_of_a_day(making: Making) -> None:
    making.volume("pv", 100, price=0.0001)
    making.claim("data", "pv")


def test_e5_shared_claim() -> None:
    """A moment two pods share a volume costs each half; the parts are of the volume's time, not of the pod's."""
    making = Making()
    volume_of_a_day(making)
    for pod, hours in (("a", (0.0, 24.0)), ("b", (6.0, 12.0))):
        making.pod(pod, hours)
        making.mount(pod, "data")
    built = build(making.samples(), BOOK)
    assert row_of(built, "a").pv_cost == Decimal("0.21")
    assert row_of(built, "b").pv_cost == Decimal("0.03")
    assert asset_of(built, AssetType.DISK).cost == Decimal("0.24")


def test_e6_a_gap_is_unmounted() -> None:
    """The time no pod mounts a claim is its namespace's cost."""
    making = Making()
    volume_of_a_day(making)
    making.pod("a", (0.0, 18.0))
    making.mount("a", "data")
    built = build(making.samples(), BOOK)
    assert row_of(built, "a").pv_cost == Decimal("0.18")
    unused = row_of(built, f"{NAMESPACE}-unmounted-pvcs")
    assert unused.pv_cost == Decimal("0.06")
    assert unused.namespace == NAMESPACE
    assert unused.kind is AllocationKind.UNMOUNTED


def test_e6_a_claim_younger_than_its_pods() -> None:
    """Overlaps count only while the volume exists."""
    making = Making()
    making.volume("pv", 100, (1.0, 3.0), price=0.0001)
    making.claim("data", "pv", (1.0, 3.0))
    for pod, hours in (("a", (1.0, 2.0)), ("b", (1.0, 3.0))):
        making.pod(pod, hours)
        making.mount(pod, "data")
    built = build(making.samples(), BOOK)
    assert row_of(built, "a").pv_cost == Decimal("0.005")
    assert row_of(built, "b").pv_cost == Decimal("0.015")


def test_e7_unmounted_volume() -> None:
    """A volume no claim holds is the cluster's cost, at the price book's rate where the source has none."""
    making = Making()
    making.volume("pv", 50)
    built = build(making.samples(), BOOK)
    row = only(built)
    assert (row.namespace, row.pod, row.container) == (UNMOUNTED, UNMOUNTED, UNMOUNTED)
    assert close(row.pv_cost, 0.0657534)
    assert asset_of(built, AssetType.DISK).cost == row.pv_cost


def test_e8_load_balancer() -> None:
    """A load balancer costs its time, without the field's extra step, and pods pay by how long they were behind it."""
    making = Making()
    for pod, hours in (("a", (0.0, 24.0)), ("b", (18.0, 24.0)), ("other", (0.0, 24.0))):
        making.pod(pod, hours)
        making.labels(pod, {"app": "web" if pod != "other" else "other"})
    making.selector("service", "front", {"app": "web"})
    making.balancer("front", (10.0, 20.0), price=0.025)
    built = build(making.samples(), BOOK)
    asset = asset_of(built, AssetType.LOAD_BALANCER)
    assert (asset.cost, asset.name, asset.private) == (Decimal("0.25"), f"{NAMESPACE}/front", True)
    assert close(row_of(built, "a").load_balancer_cost, 0.25 * 10 / 12)
    assert close(row_of(built, "b").load_balancer_cost, 0.25 * 2 / 12)
    assert row_of(built, "other").load_balancer_cost == 0
    assert sum(row.load_balancer_cost for row in built.allocations) == asset.cost
    assert row_of(built, "a").services == ("front",)


def test_e8_a_load_balancer_without_pods_is_charged_once() -> None:
    """A load balancer nobody is behind is the cluster's cost, once."""
    making = Making()
    making.balancer("front", (0.0, 24.0), price=0.025)
    row = only(build(making.samples(), BOOK))
    assert row.load_balancer_cost == Decimal("0.6")
    assert (row.namespace, row.services) == (UNMOUNTED, ("front",))


def test_e9_node_asset() -> None:
    """A node's costs are after its discount, and the discount is kept beside them."""
    making = Making()
    making.node("n", cores=4, gib=16)
    asset = asset_of(build(making.samples(), PriceBook(discount=0.3)), AssetType.NODE)
    assert asset.cost == Decimal("3.2631648")
    assert asset.cpu_cost == Decimal("2.1242592")
    assert asset.ram_cost == Decimal("1.1389056")
    assert asset.discount == pytest.approx(0.3)
    assert asset.cpu_core_hours == 96


def test_e9_half_a_day() -> None:
    """A node that lives half a day costs half of it, and has as many cores."""
    making = Making()
    making.node("n", (0.0, 12.0), cores=4, gib=16)
    asset = asset_of(build(making.samples(), BOOK), AssetType.NODE)
    assert close(asset.cpu_cost, 1.517328)
    assert asset.cpu_core_hours / Decimal((asset.end - asset.start) / timedelta(hours=1)) == 4


def test_e9_shared_core_type() -> None:
    """A machine type that reports two cores and is sold as one costs one."""
    making = Making()
    making.node("n", cores=2, gib=4, labels={"node_kubernetes_io_instance_type": "e2-medium"})
    asset = asset_of(build(making.samples(), BOOK), AssetType.NODE)
    assert close(asset.cpu_cost, 0.758664)
    assert asset.cpu_core_hours == 24


def test_e10_idle_is_what_is_left() -> None:
    """Allocations and the node are charged at the same discounted prices, so the rest of the node is its idle cost."""
    making = Making()
    full_day_container(making)
    making.pods["places"] = []
    making.container("web", node="n", cpu_requested=0.5)
    making.node("n", cores=4, gib=16)
    built = build(making.samples(), PriceBook(discount=0.3))
    row, node = only(built), asset_of(built, AssetType.NODE)
    assert (row.cpu_cost, row.ram_cost) == (Decimal("0.2655324"), Decimal("0.0711816"))
    assert node.cpu_cost - row.cpu_cost == Decimal("1.8587268")
    assert node.ram_cost - row.ram_cost == Decimal("1.0677240")


def test_e11_amounts_add_over_windows() -> None:
    """Requests are kept as amounts, so means follow by division: 24 + 12 core-hours in 30 hours are 1.2 cores."""
    total = Decimal(0)
    for hours, request in (((0.0, 24.0), 1.0), ((0.0, 6.0), 2.0)):
        making = Making()
        making.pod("web", hours)
        making.container("web", cpu_requested=request)
        total += only(build(making.samples(), BOOK)).cpu_core_request_hours
    assert total / 30 == Decimal("1.2")


def test_e14_price_of_a_whole_node() -> None:
    """A node's price is split in the proportions of the price book's rates, and the parts add up to it."""
    plain = split_node_price(0.5, 8, 32, 0, BOOK)
    assert plain is not None
    assert plain.ram_gib == pytest.approx(0.0054534175, rel=1e-7)
    assert plain.cpu == pytest.approx(0.0406863300, rel=1e-7)
    gpus = split_node_price(3.06, 8, 32, 2, BOOK)
    assert gpus is not None
    assert gpus.ram_gib == pytest.approx(0.0056654484, rel=1e-7)
    assert gpus.cpu == pytest.approx(0.0422682296, rel=1e-7)
    assert gpus.gpu == pytest.approx(1.2702799073, rel=1e-7)
    thirds = split_node_price(35, 1, 1, 1, PriceBook(cpu_hourly=30, ram_gib_hourly=30, gpu_hourly=10))
    assert thirds is not None
    assert (thirds.cpu, thirds.ram_gib, thirds.gpu) == pytest.approx((15, 15, 5))


def test_e16_local_disk() -> None:
    """A node's own disk costs capacity times time; the field counts samples, one too many."""
    making = Making()
    making.node("n", cores=1, gib=1)
    making.storage["local_disks"] = [LocalDiskSeen("n", "/dev/sda1", making.at(0), making.at(24))]
    making.storage["local_disk_bytes"] = [LocalDiskValue("n", "/dev/sda1", 100 * GIB)]
    disk = asset_of(build(making.samples(), BOOK), AssetType.DISK)
    assert close(disk.cost, 0.1315068)
    assert disk.local
    assert disk.storage_class == "__local__"


@pytest.mark.parametrize(
    ("job", "expected"),
    [
        ("backup-1699999999", "backup"),
        ("a-b-28312345", "a-b"),
        ("job-123", "job-123"),
        ("x-12345678901", "x-12345678901"),
    ],
)
def test_e18_jobs_of_cron_jobs(job: str, expected: str) -> None:
    """Jobs that a CronJob made are one controller."""
    assert job_name(job) == expected


def test_e21_overhead() -> None:
    """Capacity that pods cannot have is overhead."""
    making = Making()
    making.node("n", cores=4, gib=16, cpu_allocatable=3.9, ram_allocatable=14 * GIB)
    asset = asset_of(build(making.samples(), BOOK), AssetType.NODE)
    assert asset.cpu_overhead_fraction == pytest.approx(0.025)
    assert asset.ram_overhead_fraction == pytest.approx(0.125)


def test_e22_discounts_multiply() -> None:
    """Two discounts are taken off one after the other."""
    book = PriceBook(discount=0.3, negotiated_discount=0.1)
    assert book.combined_discount == pytest.approx(0.37)
    making = Making()
    making.node("n", cores=1, gib=0)
    asset = asset_of(build(making.samples(), book), AssetType.NODE)
    assert close(asset.cpu_cost / 24, 0.01991493)


def test_e20_a_price_of_zero_is_no_price() -> None:
    """A source that knows no price says zero: both sides are charged the price book's, and a finding says so."""
    making = Making()
    making.node("n", cores=2, gib=4, cpu_price=0.0, ram_price=0.0)
    making.pod("web", node="n")
    making.container("web", cpu_requested=2.0)
    built = build(making.samples(), BOOK)
    assert only(built).cpu_cost == asset_of(built, AssetType.NODE).cpu_cost > 0
    assert "price from the price book" in {str(f.kind) for f in built.findings}


def test_e20_a_real_rise_in_price_is_accepted() -> None:
    """A price is what the source says, even thirty times what it was; only an impossible one is refused."""
    making = Making()
    making.node("n", cores=1, gib=0, cpu_price=1.0, ram_price=0.1)
    assert asset_of(build(making.samples(), BOOK), AssetType.NODE).cpu_cost == 24
    making.nodes["cpu_price"] = [NodeValue("n", "", 1e300)]
    refused = asset_of(build(making.samples(), BOOK), AssetType.NODE)
    assert close(refused.cpu_cost, 24 * BOOK.cpu_hourly)


def test_e23_windows_add_up() -> None:
    """A container that asks for a core through a day and a half costs 36 core-hours, in one window or in two."""
    noon = DAY.end + timedelta(hours=12)
    total = Decimal(0)
    for window in (DAY, Window(DAY.end, noon), Window(DAY.start, noon)):
        making = Making(window)
        making.pod("web")
        making.container("web", cpu_requested=1.0)
        total += only(build(making.samples(), BOOK)).cpu_core_hours
    assert total == 36 + 36
