"""Nodes: prices and where they come from, spot, machines made again, breakdown, disks and fees."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fleetcost.costing.build import Built, build
from fleetcost.costing.price_csv import parse
from fleetcost.costing.prices import PriceBook
from fleetcost.costing.provider_ids import balancer_id, node_id, project_of, volume_id
from fleetcost.model.asset import Asset, AssetType, PriceSource
from fleetcost.model.records import (
    ContainerSeen,
    LocalDiskSeen,
    LocalDiskValue,
    ManagementPrice,
    ManagementSeen,
    NodeAddress,
    NodeMode,
    NodeSeen,
    NodeValue,
)
from making.samples import GIB, NAMESPACE, Making

BOOK = PriceBook()


def nodes(built: Built) -> list[Asset]:
    return [asset for asset in built.assets if asset.type is AssetType.NODE]


def findings(built: Built) -> set[str]:
    return {str(finding.kind) for finding in built.findings}


def test_a_price_in_the_metrics_wins() -> None:
    """A node with prices in the metrics is charged those, and says so."""
    making = Making()
    making.node("n", cores=2, gib=0, cpu_price=0.05, ram_price=0.01)
    built = build(making.samples(), BOOK)
    (node,) = nodes(built)
    assert float(node.cpu_cost) == pytest.approx(2.4)
    assert node.price_source is PriceSource.METRIC
    assert findings(built) == set()


def test_half_a_price_is_the_price_books() -> None:
    """A node whose RAM has no price in the metrics is priced by the price book, as far as its source is concerned."""
    making = Making()
    making.node("n", cores=2, gib=4, cpu_price=0.05)
    (node,) = nodes(build(making.samples(), BOOK))
    assert node.price_source is PriceSource.PRICE_BOOK


def test_custom_rates_win_over_metrics_on_both_sides() -> None:
    """With custom rates and a discount, pods and nodes are charged the same, so idle cannot turn negative."""
    making = Making()
    making.node("n", cores=2, gib=4, cpu_price=0.05, ram_price=0.01)
    making.pod("p", node="n")
    making.container("p", cpu_requested=2.0, ram_requested=4 * GIB)
    built = build(making.samples(), PriceBook(custom=True, discount=0.25, cpu_hourly=0.04, ram_gib_hourly=0.005))
    (node,) = nodes(built)
    (row,) = built.allocations
    assert node.price_source is PriceSource.CUSTOM
    assert row.cpu_cost == node.cpu_cost > 0
    assert row.ram_cost == node.ram_cost > 0
    assert float(node.cpu_cost) == pytest.approx(2 * 24 * 0.04 * 0.75)


def test_a_rate_of_zero_is_noticed() -> None:
    """Nothing is free in silence."""
    making = Making()
    making.node("n", cores=1, gib=1)
    assert "price of zero" in findings(build(making.samples(), PriceBook(cpu_hourly=0.0)))


@pytest.mark.parametrize(
    "labels",
    [
        {"eks_amazonaws_com_capacity_type": "SPOT"},
        {"eks_amazonaws_com_capacityType": "SPOT"},
        {"karpenter_sh_capacity_type": "spot"},
        {"cloud_google_com_gke_spot": "true"},
        {"kubernetes_azure_com_scalesetpriority": "spot"},
    ],
)
def test_spot_by_label(labels: dict[str, str]) -> None:
    """Every cloud's own label for nodes it may take back makes a spot node, at spot rates."""
    making = Making()
    making.node("n", cores=1, gib=0, labels=labels)
    (node,) = nodes(build(making.samples(), BOOK))
    assert node.preemptible == 1.0
    assert float(node.cpu_cost) == pytest.approx(24 * BOOK.cpu_spot_hourly)


def test_a_machine_made_again_under_its_name_is_another() -> None:
    """Each machine of a name has its own time, and its pods its id; neither is counted for the other's time."""
    making = Making()
    making.node("n", (0.0, 6.0), cores=4, gib=16, provider_id="aws:///eu-1a/i-1")
    making.node("n", (8.0, 24.0), cores=4, gib=16, provider_id="aws:///eu-1a/i-2")
    making.nodes["seen"].append(NodeSeen("n", "", making.at(0), making.at(24)))
    making.pod("early", (1.0, 5.0), node="n")
    making.pod("late", (9.0, 24.0), node="n")
    built = build(making.samples(), BOOK)
    assert [(node.provider_id, node.cpu_core_hours) for node in nodes(built)] == [("i-1", 24), ("i-2", 64)]
    assert {row.pod: row.provider_id for row in built.allocations} == {"early": "i-1", "late": "i-2"}
    assert {node.provider for node in nodes(built)} == {"AWS"}


def test_a_node_without_capacity_is_noticed() -> None:
    """A node whose size nobody reports costs nothing, which is said."""
    making = Making()
    making.node("n")
    built = build(making.samples(), BOOK)
    assert nodes(built)[0].cost == 0
    assert "node without capacity" in findings(built)


def test_a_node_nobody_saw_is_noticed() -> None:
    """Pods on an unknown node are charged the price book's rates, which is said."""
    making = Making()
    making.pod("p", node="ghost")
    making.container("p", cpu_requested=1.0)
    built = build(making.samples(), BOOK)
    assert float(built.allocations[0].cpu_cost) == pytest.approx(24 * BOOK.cpu_hourly)
    assert "node unknown" in findings(built)


def test_more_than_there_is_is_noticed() -> None:
    """A node on which more is used than it has makes negative idle; the cause is named at once."""
    making = Making()
    making.node("n", cores=1, gib=1)
    making.pod("p", node="n")
    making.container("p", cpu_requested=2.0)
    built = build(making.samples(), BOOK)
    assert ("n: CPU",) in {f.subjects for f in built.findings if str(f.kind) == "more allocated than there is"}


def test_a_node_billed_by_pod_has_no_idle() -> None:
    """On Fargate the cloud bills pods and no machines, so the node costs what its pods do."""
    making = Making()
    making.node("n", cores=8, gib=32, labels={"eks_amazonaws_com_compute_type": "fargate"})
    making.pod("p", node="n")
    making.container("p", cpu_requested=0.5, ram_requested=GIB)
    built = build(making.samples(), BOOK)
    (node,), (row,) = nodes(built), built.allocations
    assert (node.cpu_cost, node.ram_cost, node.cost) == (row.cpu_cost, row.ram_cost, row.cpu_cost + row.ram_cost)
    assert node.cpu_core_hours == 12


def test_breakdown() -> None:
    """CPU modes come by address, RAM from the containers; what was not measured stays unknown."""
    making = Making()
    making.node("n", cores=4, gib=16)
    making.node("m", cores=4, gib=16)
    making.nodes["addresses"] = [NodeAddress("n", "10.0.0.1")]
    shares = {"idle": 60.0, "user": 25.0, "system": 10.0, "iowait": 4.0, "softirq": 1.0}
    making.nodes["cpu_modes"] = [NodeMode("10.0.0.1:9100", mode, seconds) for mode, seconds in shares.items()]
    for pod, namespace, gib in (("dns", "kube-system", 2), ("web", NAMESPACE, 4)):
        making.pod(pod, namespace=namespace, node="n")
        making.container(pod, namespace=namespace, node="n", cpu_requested=0.1, ram_used=gib * GIB)
    other, node = nodes(build(making.samples(), BOOK))
    assert (node.cpu_system_fraction, node.cpu_user_fraction) == (0.1, 0.25)
    assert node.cpu_other_fraction == pytest.approx(0.05)
    assert (node.ram_system_fraction, node.ram_user_fraction) == (0.125, 0.25)
    assert other.cpu_user_fraction is other.ram_user_fraction is None


def test_the_largest_own_disk_of_a_node_counts() -> None:
    """Of a node's own disks the largest believable one is charged; its name may be an address."""
    making = Making()
    making.node("n", cores=1, gib=1, provider_id="gce://p/z/vm-1")
    making.nodes["addresses"] = [NodeAddress("n", "10.0.0.1")]
    for device, gib in (("/dev/sda1", 100), ("/dev/sda2", 1), ("/dev/sdb", 5000)):
        making.storage["local_disks"].append(LocalDiskSeen("10.0.0.1:10250", device, making.at(0), making.at(24)))
        making.storage["local_disk_bytes"].append(LocalDiskValue("10.0.0.1:10250", device, gib * GIB))
    built = build(making.samples(), BOOK)
    (disk,) = [asset for asset in built.assets if asset.type is AssetType.DISK]
    assert (disk.name, disk.provider_id, disk.byte_hours) == ("n", "vm-1", int(2400 * GIB))
    without = build(making.samples(), replace(BOOK, local_disk_gib_hourly=0.0))
    assert [asset.type for asset in without.assets] == [AssetType.NODE]


def test_management_fee() -> None:
    """A fee in the metrics is an asset; a fee of zero is none; without a metric the price book's is charged."""
    making = Making()
    making.node("n", (0.0, 12.0), cores=1, gib=1)
    assert [a.type for a in build(making.samples(), BOOK).assets] == [AssetType.NODE]
    booked = build(making.samples(), replace(BOOK, cluster_management_hourly=0.1)).assets
    (fee,) = [a for a in booked if a.type is AssetType.CLUSTER_MANAGEMENT]
    assert (float(fee.cost), fee.price_source) == (pytest.approx(1.2), PriceSource.PRICE_BOOK)
    making.services["management"] = [ManagementSeen("EKS", making.at(0), making.at(24))]
    making.services["management_prices"] = [ManagementPrice("EKS", 0.10)]
    (fee,) = [a for a in build(making.samples(), BOOK).assets if a.type is AssetType.CLUSTER_MANAGEMENT]
    assert (fee.name, float(fee.cost)) == ("EKS", pytest.approx(2.4))


@pytest.mark.parametrize(
    ("full", "short"),
    [
        ("aws:///us-east-1a/i-0abc123", "i-0abc123"),
        ("gce://proj/us-central1-a/gke-node-1", "gke-node-1"),
        ("azure:///subscriptions/x/virtualMachines/3", "azure:///subscriptions/x/virtualMachines/3"),
        ("k3s://server-1", "k3s://server-1"),
        ("i-0abc", "i-0abc"),
    ],
)
def test_node_ids(full: str, short: str) -> None:
    """Provider ids are shortened to what bills call the machine."""
    assert node_id(full) == short


def test_other_ids() -> None:
    """Volumes and load balancers have their own forms; some ids name who pays."""
    assert project_of("gce://proj/us-central1-a/gke-node-1") == "proj"
    assert project_of("azure:///subscriptions/1-2/resourceGroups/x") == "1-2"
    assert project_of("aws:///us-east-1a/i-0abc123") == ""
    assert volume_id("aws://us-east-1a/vol-0abc") == "vol-0abc"
    assert volume_id("vol-0abc") == "vol-0abc"
    assert balancer_id("abc123-456.elb.us-east-1.amazonaws.com") == "abc123"
    assert balancer_id("k8s-shop-front-12ab-00ff.elb.eu-west-1.amazonaws.com") == "k8s-shop-front-12ab"
    assert balancer_id("internal-k8s-shop-front-12ab-77.eu-west-1.elb.amazonaws.com") == "k8s-shop-front-12ab"
    assert balancer_id("dualstack.abc123-456.cn-north-1.elb.amazonaws.com.cn") == "abc123"
    assert balancer_id("10.0.0.1") == "10.0.0.1"


PRICE_FILE = """EndTimestamp,InstanceID,Region,AssetClass,InstanceIDField,InstanceType,MarketPriceHourly,Version
# a comment
2026-01-01 00:00:00 UTC,i-1,,node,spec.providerID,,0.48,
2026-01-01 00:00:00 UTC,RACK-7,,node,metadata.labels.example.com/Rack,,0.24,
2026-01-01 00:00:00 UTC,,eu-1,node,,m5.large,0.10,
2026-01-01 00:00:00 UTC,,eu-1,node,,m5.large,0.14,
2026-01-01 00:00:00 UTC,,,node,,m5.large,0.99,
2026-01-01 00:00:00 UTC,Tesla-T4,,gpu,nvidia.com/gpu.product,,0.75,
2026-01-01 00:00:00 UTC,fast-ssd,,pv,spec.storageClassName,,0.0001,
"""


@pytest.mark.parametrize(
    ("provider_id", "labels", "hourly"),
    [
        ("aws:///eu-1a/i-1", {}, 0.48),
        ("", {"example_com_rack": "rack-7"}, 0.24),
        ("", {"node_kubernetes_io_instance_type": "m5.large", "topology_kubernetes_io_region": "eu-1"}, 0.12),
        ("", {"node_kubernetes_io_instance_type": "m5.large", "topology_kubernetes_io_region": "us-1"}, 0.99),
    ],
    ids=["by id", "by label", "mean of a class in a region", "a class elsewhere"],
)
def test_price_file(provider_id: str, labels: dict[str, str], hourly: float) -> None:
    """A row that matches a node gives the price of all of it, which wins over metrics and is split by the rates."""
    making = Making()
    making.node("n", cores=2, gib=8, provider_id=provider_id, labels=labels, cpu_price=9.0, ram_price=9.0)
    (node,) = nodes(build(making.samples(), PriceBook(table=parse(PRICE_FILE, "prices.csv"))))
    assert float(node.cost) == pytest.approx(hourly * 24)
    assert float(node.cpu_cost / node.ram_cost) == pytest.approx(2 * BOOK.cpu_hourly / (8 * BOOK.ram_gib_hourly))
    assert node.price_source is PriceSource.CUSTOM


def test_price_file_for_gpus_and_volumes() -> None:
    """A GPU's row is found by its label and added to the node; a volume's row by its storage class."""
    making = Making()
    making.node(
        "n",
        cores=2,
        gib=8,
        labels={"nvidia_com_gpu_product": "tesla-t4", "nvidia_com_gpu_count": "2"},
        cpu_price=0.01,
        ram_price=0.01,
    )
    making.volume("pv", 100, price=5.0, storage_class="fast-ssd")
    built = build(making.samples(), PriceBook(table=parse(PRICE_FILE, "prices.csv")))
    disk, node = built.assets
    assert float(node.gpu_cost) == pytest.approx(2 * 0.75 * 24)
    assert float(node.cpu_cost) == pytest.approx(2 * 0.01 * 24)
    assert float(disk.cost) == pytest.approx(100 * 0.0001 * 24)


def test_storage_classes_of_the_price_book() -> None:
    """A volume without a price in the metrics costs its storage class's rate."""
    making = Making()
    making.volume("pv", 100, storage_class="fast")
    (disk,) = build(making.samples(), PriceBook(storage_classes=(("fast", 0.001),))).assets
    assert float(disk.cost) == pytest.approx(2.4)


def test_a_volume_of_unknown_size_is_noticed() -> None:
    """A size beyond belief counts as nothing and is said."""
    making = Making()
    making.volume("pv", 1e12)
    built = build(making.samples(), BOOK)
    assert built.assets[0].cost == 0
    assert "volume without capacity" in findings(built)


def test_two_claims_on_one_volume_and_one_pod() -> None:
    """A pod that mounts a volume through two claims pays for it once."""
    making = Making()
    making.volume("pv", 100, price=0.001)
    making.pod("p")
    for claim in ("a", "b"):
        making.claim(claim, "pv")
        making.mount("p", claim)
    (row,) = build(making.samples(), BOOK).allocations
    assert float(row.pv_cost) == pytest.approx(2.4)
    assert len(row.volumes) == 1


def test_use_of_a_volume() -> None:
    """A volume's use is its newest claim's."""
    making = Making()
    making.volume("pv", 100, price=0.001)
    making.claim("data", "pv")
    making.claim_used("data", 25 * GIB)
    (disk,) = build(making.samples(), BOOK).assets
    assert (disk.byte_usage_hours, disk.byte_usage_max) == (int(600 * GIB), 25 * GIB)
    assert (disk.claim_namespace, disk.claim_name) == (NAMESPACE, "data")


def test_a_load_balancer_of_kube_state_metrics_alone() -> None:
    """Without an exporter of prices a load balancer costs the price book's rate, once for all its addresses."""
    making = Making()
    for ip in ("a-1.elb.eu-1.amazonaws.com", "10.0.0.9"):
        making.balancer("front", (0.0, 24.0), ip=ip, price=None)
    built = build(making.samples(), BOOK)
    (asset,) = built.assets
    assert float(asset.cost) == pytest.approx(0.6)
    assert asset.price_source is PriceSource.PRICE_BOOK


def test_times_without_order_are_no_time() -> None:
    """A sighting that ends before it starts, or in 1970 or in a thousand years, is no run inside the window."""
    making = Making()
    for i, (first, last) in enumerate([(5.0, 3.0), (-4e5, -3e5), (1e6, 2e6)]):
        making.pods["running"].append(ContainerSeen(NAMESPACE, f"p{i}", "", "c", making.at(first), making.at(last)))
    assert build(making.samples(), BOOK).allocations == ()


def test_figures_without_a_pod_are_left_out() -> None:
    """A value for a pod that never ran makes no row."""
    making = Making()
    making.container("ghost", cpu_requested=1.0)
    making.nodes["cpu_price"] = [NodeValue("ghost", "", 1.0)]
    built = build(making.samples(), BOOK)
    assert built.allocations == built.assets == ()
