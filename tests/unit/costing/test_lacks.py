"""What a source lacks is named, and what can be known in another way is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetcost.costing.build import Built, build
from fleetcost.costing.price_csv import parse
from fleetcost.costing.price_sheet import parse as parse_sheet
from fleetcost.costing.prices import PriceBook
from fleetcost.costing.shapes import shape_of
from fleetcost.model.asset import Asset, AssetType, PriceSource
from fleetcost.model.finding import ALLOWLIST, FindingKind
from fleetcost.model.records import GpuDevice, LocalDiskSeen, LocalDiskValue, NodeTaint, NodeValue, PodValue
from making.samples import GIB, NAMESPACE, Making

BOOK = PriceBook()
AWS = "aws:///eu-central-1a/i-0abc"
CAPACITY_LABEL = {"eks_amazonaws_com_capacitytype": "ON_DEMAND"}
HEADER = "InstanceID,Region,AssetClass,InstanceIDField,InstanceType,MarketPriceHourly\n"


def named(built: Built) -> dict[FindingKind, tuple[str, ...]]:
    return {finding.kind: finding.subjects for finding in built.findings}


def of_type(built: Built, kind: AssetType) -> list[Asset]:
    return [asset for asset in built.assets if asset.type is kind]


def one_node(provider_id: str = AWS, **facts: object) -> Making:
    making = Making()
    making.node("n", cores=4, gib=15.5, provider_id=provider_id, **facts)  # type: ignore[arg-type]
    return making


def csv(*rows: str) -> PriceBook:
    return replace(BOOK, table=parse(HEADER + "\n".join(rows), "prices.csv"))


def test_a_clouds_node_without_labels_is_never_silently_on_demand() -> None:
    """Its labels say whether a node is a spot node; without them its price is doubted, and the cure is said."""
    found = named(build(one_node().samples(), BOOK))
    assert found[FindingKind.SPOT_UNKNOWN] == found[FindingKind.NODE_LABELS_MISSING] == ("node n",)
    assert ALLOWLIST in FindingKind.SPOT_UNKNOWN.meaning
    assert FindingKind.SPOT_UNKNOWN.of_prices
    assert FindingKind.NODE_LABELS_MISSING.of_source


def test_pods_whose_labels_nobody_exports_are_named() -> None:
    """Where no pod has a label, whatever is known of nodes, costs by label are unknown; one pod's labels are enough."""
    making = one_node(labels=CAPACITY_LABEL)
    making.pod("p", node="n")
    assert named(build(making.samples(), BOOK))[FindingKind.POD_LABELS_MISSING] == ("all pods",)
    making.labels("p", {"app": "shop"})
    assert FindingKind.POD_LABELS_MISSING not in named(build(making.samples(), BOOK))


@pytest.mark.parametrize(
    ("making", "book"),
    [
        pytest.param(one_node(labels=CAPACITY_LABEL), BOOK, id="labels say it"),
        pytest.param(one_node(spot=0.0), BOOK, id="the exporter says it"),
        pytest.param(one_node(cpu_price=0.05, ram_price=0.01), BOOK, id="the exporter names its price"),
        pytest.param(one_node(), csv("i-0abc,,node,spec.providerID,,0.2"), id="a price file names it"),
        pytest.param(one_node(provider_id=""), BOOK, id="it is of no cloud"),
        pytest.param(one_node(), replace(BOOK, cpu_spot_hourly=BOOK.cpu_hourly), id="spot costs the same"),
    ],
)
def test_a_price_that_does_not_depend_on_it_is_not_doubted(making: Making, book: PriceBook) -> None:
    """Where somebody says whether a node is a spot node, or its price is known anyway, nothing is doubted."""
    assert FindingKind.SPOT_UNKNOWN not in named(build(making.samples(), book))


def test_an_instance_type_is_inferred_from_the_size() -> None:
    """Without labels the only listed type that fits a node's size prices it, and that is said."""
    book = csv(",,node,,m6i.xlarge,0.2", ",,node,,c6i.xlarge,0.1", ",,node,,m6i.2xlarge,0.4")
    built = build(one_node().samples(), book)
    (node,) = of_type(built, AssetType.NODE)
    assert (float(node.cost), node.node_type) == (pytest.approx(24 * 0.2), "")
    assert named(built)[FindingKind.TYPE_INFERRED] == ("node n: m6i.xlarge",)


@pytest.mark.parametrize(("size", "gpus"), [("xlarge", 1), ("8xlarge", 1), ("12xlarge", 4), ("48xlarge", 8)])
def test_machines_with_gpus_have_them_in_their_shape(size: str, gpus: int) -> None:
    """Types of AWS with GPUs fit only nodes with as many, or with some that nobody counts."""
    shape = shape_of(f"g5.{size}")
    assert shape is not None
    assert [shape.fits(shape.cores, shape.ram_gib, count) for count in (gpus, None, 0, gpus + 1)] == [
        True, True, False, False,
    ]  # fmt: skip


def test_gpus_that_nobody_counts_are_in_the_machine() -> None:
    """A node that keeps other pods from its GPUs has some, though no metric counts them: its type is one with GPUs."""
    book = csv(",,node,,m6i.xlarge,0.2", ",,node,,g5.xlarge,1.2")
    making = one_node()
    making.nodes["taints"].append(NodeTaint("n", "nvidia.com/gpu", "true"))
    assert named(build(making.samples(), book))[FindingKind.TYPE_INFERRED] == ("node n: g5.xlarge",)


def test_a_price_of_a_type_may_be_of_a_spot_node() -> None:
    """A row that names a type prices every node of it, so without labels nobody knows whether it is this node's."""
    assert FindingKind.SPOT_UNKNOWN in named(build(one_node().samples(), csv(",,node,,m6i.xlarge,0.2")))


@pytest.mark.parametrize(
    ("making", "rows"),
    [
        pytest.param(one_node(), (",,node,,m6i.xlarge,0.2", ",,node,,m5.xlarge,0.1"), id="two prices fit"),
        pytest.param(one_node(), (",,node,,r6i.xlarge,0.2",), id="none fits"),
        pytest.param(one_node(gpu_count=1.0), (",,node,,m6i.xlarge,0.2",), id="a GPU is in it"),
        pytest.param(one_node(gpu_count=2.0), (",,node,,g5.xlarge,0.2",), id="more GPUs are in it"),
        pytest.param(one_node(), (",,node,,g5.xlarge,0.2",), id="no GPU is in it"),
        pytest.param(one_node(labels=CAPACITY_LABEL), (",,node,,m6i.xlarge,0.2",), id="there are labels"),
    ],
)
def test_a_type_that_could_be_another_is_not_inferred(making: Making, rows: tuple[str, ...]) -> None:
    """Nothing is inferred where it could be wrong: the node is priced as one of which nothing is known."""
    built = build(making.samples(), csv(*rows))
    assert FindingKind.TYPE_INFERRED not in named(built)
    assert of_type(built, AssetType.NODE)[0].price_source is PriceSource.PRICE_BOOK


def test_the_region_is_in_the_provider_id() -> None:
    """AWS and Google write the zone into a node's id, so its region needs no label."""
    for provider_id, region in (
        (AWS, "eu-central-1"),
        ("aws:///us-gov-west-1b/i-1", "us-gov-west-1"),
        ("gce://my-project/europe-west4-b/vm", "europe-west4"),
        ("azure:///subscriptions/s/vm", ""),
    ):
        assert of_type(build(one_node(provider_id).samples(), BOOK), AssetType.NODE)[0].region == region


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("m6i.xlarge", (4, 16)), ("c7g.large", (2, 4)), ("r5.24xlarge", (96, 768)), ("n2-standard-8", (8, 32)),
        ("e2-highmem-4", (4, 32)), ("Standard_D4s_v5", (4, 16)), ("Standard_E8ds_v5", (8, 64)), ("g3s.xlarge", None),
        ("m5.metal", None), ("t3.large", None), ("n1-standard-4", None), ("my-type", None), ("", None),
    ],
)  # fmt: skip
def test_shapes(name: str, shape: tuple[int, int] | None) -> None:
    """A type's name says its cores and memory where its cloud builds names so, and nothing elsewhere."""
    found = shape_of(name)
    assert (found and (found.cores, found.ram_gib, found.gpus)) == (shape and (*shape, 0))


def test_a_rate_of_a_sheet_is_the_sheets() -> None:
    """What is charged by a sheet is said to be, rate by rate, and what the sheet leaves out is the price book's."""
    book = parse_sheet("cpu_core_hourly: 0.02\nram_gib_hourly: 0.002\n", "sheet.yaml")
    making = one_node(labels=CAPACITY_LABEL)
    making.volume("v", 10)
    built = build(making.samples(), book)
    assert of_type(built, AssetType.NODE)[0].price_source is PriceSource.CUSTOM
    assert of_type(built, AssetType.DISK)[0].price_source is PriceSource.PRICE_BOOK
    assert named(built)[FindingKind.PRICE_SHEET] == ("node n: CPU", "node n: RAM")
    assert named(built)[FindingKind.PRICE_DEFAULTED] == ("volume v",)


@given(st.lists(st.floats(1, 1e6), min_size=1, max_size=4), st.data())
def test_use_that_is_reported_twice_counts_once(seconds: list[float], data: st.DataObject) -> None:
    """Whatever a second exporter repeats of what a first one reports, whole or in part, changes no row."""
    beside = [data.draw(st.sampled_from([None, 0.5, 1.0])) for _ in seconds]

    def made(*, twice: bool) -> Built:
        making = one_node(labels=CAPACITY_LABEL)
        for i, used in enumerate(seconds):
            making.pod(f"p{i}", node="n")
            making.container(f"p{i}", cpu_used_seconds=used)
            part = beside[i]
            if twice and part is not None:
                making.container(f"p{i}", cpu_used_beside_seconds=used * part)
        return build(making.samples(), BOOK)

    once, again = made(twice=False), made(twice=True)
    assert again.allocations == once.allocations
    assert (FindingKind.USE_REPORTED_TWICE in named(again)) is any(part is not None for part in beside)


def test_use_that_only_the_second_exporter_reports_counts() -> None:
    """Where cAdvisor is silent of a container, what the kubelet's other page says is its use."""
    making = one_node(labels=CAPACITY_LABEL)
    making.pod("p", node="n")
    making.container("p", cpu_used_beside_seconds=3600.0)
    (row,) = build(making.samples(), BOOK).allocations
    assert float(row.cpu_core_usage_hours or 0) == pytest.approx(1.0)


def test_nodes_whose_containers_nobody_measures_are_named() -> None:
    """A node of which no container's use is known is named where that of others is, and no other node is."""
    making = one_node(labels=CAPACITY_LABEL)
    making.node("dark", cores=4, gib=16, labels=CAPACITY_LABEL)
    for pod, node in (("p", "n"), ("q", "n"), ("r", "dark")):
        making.pod(pod, node=node)
    making.container("p", cpu_used_seconds=10.0)
    assert named(build(making.samples(), BOOK))[FindingKind.USE_UNMEASURED] == ("node dark",)


def test_pods_with_claims_of_devices_nobody_sees_are_named() -> None:
    """A pod that holds devices by a ResourceClaim is named unless the exporter says which cards it holds."""
    making = one_node(labels=CAPACITY_LABEL)
    making.pod("p", uid="u", node="n")
    making.pods["device_claims"].append(PodValue(NAMESPACE, "p", "u", 1.0))
    assert named(build(making.samples(), BOOK))[FindingKind.DEVICES_UNKNOWN] == (f"{NAMESPACE}/p on node n",)
    making.nodes["gpu_devices"].append(GpuDevice("n", "GPU-1", namespace=NAMESPACE, pod="p", container="main"))
    assert FindingKind.DEVICES_UNKNOWN not in named(build(making.samples(), BOOK))


def test_a_disk_is_known_by_whoever_reports_it() -> None:
    """A machine has one disk: that of an exporter with its use, else as large as what it offers to pods."""
    making = one_node(labels=CAPACITY_LABEL)
    making.storage["root_bytes"].append(NodeValue("n", "", 90 * GIB))
    (disk,) = of_type(build(making.samples(), BOOK), AssetType.DISK)
    assert (disk.byte_hours, disk.byte_usage_hours) == (int(24 * 90 * GIB), None)
    making.storage["local_disks"].append(LocalDiskSeen("n", "/dev/nvme0n1p1", making.at(0), making.at(24)))
    making.storage["local_disk_bytes"].append(LocalDiskValue("n", "/dev/nvme0n1p1", 100 * GIB))
    making.storage["local_disk_free"].append(LocalDiskValue("n", "/dev/nvme0n1p1", 70 * GIB))
    (disk,) = of_type(build(making.samples(), BOOK), AssetType.DISK)
    assert (disk.byte_hours, disk.byte_usage_hours) == (int(2400 * GIB), int(24 * 30 * GIB))


def test_a_pod_ends_with_its_node() -> None:
    """Kubernetes names the pods of a node that is gone for a while; they are not charged for that time."""
    making = Making()
    making.node("n", (0.0, 12.0), cores=4, gib=16)
    making.pod("p", (0.0, 13.0), node="n")
    making.pod("q", (6.0, 12.5), node="n")
    rows = {row.pod: row for row in build(making.samples(), BOOK).allocations}
    assert {name: (row.end - row.start).total_seconds() / 3600 for name, row in rows.items()} == {"p": 12.0, "q": 6.0}
