"""Foreign assets as ours."""

from __future__ import annotations

import math
from decimal import Decimal
from pathlib import Path

import pytest

from fleetcost.model.asset import Asset, AssetType, PriceSource
from fleetcost.sets.bingen import fields_asset as fields
from fleetcost.sets.bingen.assets import TYPES, to_assets
from fleetcost.sets.bingen.decode import Decoded, decode
from fleetcost.sets.bingen.findings import Findings, SetFindingKind
from fleetcost.sets.bingen.record import Record
from unit.sets.bingen.builders import END, RUN, START, asset, asset_set, counts, only
from unit.sets.bingen.fixtures import beside, kind_of, params
from unit.sets.bingen.writer import build


def converted(decoded: Decoded) -> tuple[list[Asset], Findings]:
    """Return a set's rows and what was found."""
    findings = Findings()
    return list(to_assets(decoded, findings)), findings


def one(record: Record, version: int = 21) -> tuple[Asset, Findings]:
    """Return what one asset becomes."""
    (found,), findings = converted(asset_set({"key": record}, version))
    return found, findings


def test_a_nodes_cost_is_after_its_discount() -> None:
    """CPU and RAM are discounted, GPUs are not, and the parts add up to the cost exactly."""
    node, findings = one(
        asset(
            fields.NODE,
            CPUCost=3.034656,
            RAMCost=1.627008,
            GPUCost=0.95,
            Discount=0.3,
            Adjustment=-0.5,
            NodeType="e2-standard-4",
            Preemptible=1.0,
            CPUCoreHours=4.0,
            RAMByteHours=17179869184.0,
            GPUHours=1.0,
        )
    )
    assert not findings.all()
    assert (node.cpu_cost, node.ram_cost, node.gpu_cost) == (
        Decimal("2.1242592"),
        Decimal("1.1389056"),
        Decimal("0.95"),
    )
    assert node.cost == node.cpu_cost + node.ram_cost + node.gpu_cost
    assert (node.total_cost, node.discount, node.preemptible) == (node.cost - Decimal("0.5"), 0.3, 1.0)
    assert (node.type, node.name, node.node_type) == (AssetType.NODE, "name", "e2-standard-4")
    assert (node.cpu_core_hours, node.ram_byte_hours, node.gpu_hours) == (Decimal(4), 2**34, Decimal(1))
    assert (node.start, node.end, node.price_source) == (START, END, PriceSource.FOREIGN)


def test_how_a_node_was_used_is_absent_where_it_was_not_measured() -> None:
    """Breakdowns and overhead become fractions; without them, or NaN in them, a fraction is None."""
    node, findings = one(
        asset(
            fields.NODE,
            CPUBreakdown=build(fields.BREAKDOWN, 21, System=0.1, User=0.2, Other=math.nan),
            Overhead=build(fields.NODE_OVERHEAD, 21, CpuOverheadFraction=0.025, RamOverheadFraction=0.125),
        )
    )
    assert (node.cpu_system_fraction, node.cpu_user_fraction, node.cpu_other_fraction) == (0.1, 0.2, None)
    assert (node.ram_system_fraction, node.ram_user_fraction) == (None, None)
    assert (node.cpu_overhead_fraction, node.ram_overhead_fraction) == (0.025, 0.125)
    assert only(findings).example == "key: CPUBreakdown: Other is nan"


@pytest.mark.parametrize("discount", [math.nan, math.inf])
def test_a_discount_that_is_no_number_is_none(discount: float) -> None:
    """A node whose discount is no number is charged in full, and the finding says so."""
    node, findings = one(asset(fields.NODE, CPUCost=1.0, Discount=discount))
    assert (node.cost, node.discount) == (Decimal(1), None)
    assert only(findings).kind is SetFindingKind.NOT_EXACT


@pytest.mark.parametrize(
    ("labels", "region", "pool"),
    [
        ({"topology_kubernetes_io_region": "eu-west-1", "eks_amazonaws_com_nodegroup": "a"}, "eu-west-1", "a"),
        ({"failure_domain_beta_kubernetes_io_region": "us-1", "cloud_google_com_gke_nodepool": "b"}, "us-1", "b"),
        ({"kubernetes_azure_com_agentpool": "c"}, "", "c"),
        (None, "", ""),
    ],
)
def test_region_and_pool_come_from_labels(labels: dict[str, str] | None, region: str, pool: str) -> None:
    """The well-known labels of each provider name a node's region and pool."""
    node, _ = one(asset(fields.NODE, Labels=labels))
    assert (node.region, node.pool) == (region, pool)


def test_a_disk_has_its_use_and_its_claim() -> None:
    """A disk's size, use and claim are taken; a use that is absent stays None."""
    disk, findings = one(
        asset(
            fields.DISK,
            Cost=0.07,
            ByteHours=53687091200.0,
            ByteHoursUsed=1024.5,
            Local=1.0,
            StorageClass="standard",
            VolumeName="pv-1",
            ClaimName="data",
            ClaimNamespace="shop",
        )
    )
    assert not findings.all()
    assert (disk.cost, disk.byte_hours, disk.byte_usage_hours) == (Decimal("0.07"), 53687091200, 1024)
    assert (disk.byte_usage_max, disk.local, disk.storage_class) == (None, True, "standard")
    assert (disk.volume_name, disk.claim_name, disk.claim_namespace) == ("pv-1", "data", "shop")
    assert one(asset(fields.DISK))[0].local is False


def test_an_older_disk_lacks_what_came_later() -> None:
    """A disk of version 15 has no class, claim or use: empty or None, and no finding."""
    disk, findings = one(asset(fields.DISK, 15, Cost=1.0), 15)
    assert (disk.storage_class, disk.claim_name, disk.byte_usage_hours) == ("", "", None)
    assert not findings.all()


def test_a_load_balancer_has_its_address() -> None:
    """Address and privacy of a load balancer are taken."""
    balancer, _ = one(asset(fields.LOAD_BALANCER, Cost=0.025, Private=True, Ip="10.0.0.1"))
    assert (balancer.type, balancer.private, balancer.ip) == (AssetType.LOAD_BALANCER, True, "10.0.0.1")


def test_types_without_a_run_were_there_all_the_time() -> None:
    """Cluster management and shared assets have no start and end: theirs are the window's."""
    management, _ = one(asset(fields.CLUSTER_MANAGEMENT, Cost=2.0, Adjustment=1.0))
    shared, _ = one(asset(fields.SHARED, Cost=3.0))
    assert (management.start, management.end, management.total_cost) == (START, END, Decimal(3))
    assert (shared.type, shared.start, shared.total_cost) == (AssetType.SHARED, START, Decimal(3))


def test_cloud_assets_keep_their_credit() -> None:
    """A cloud asset's credit is a column of its own."""
    cloud, _ = one(asset(fields.CLOUD, Cost=2.0, Credit=-0.5))
    assert (cloud.cost, cloud.credit) == (Decimal(2), Decimal("-0.5"))


def test_what_types_were_merged_into_keeps_its_cost() -> None:
    """An asset of no type becomes a cloud asset, so that its cost is not lost, and is reported."""
    any_asset, findings = one(asset(fields.ANY, Cost=2.0))
    assert (any_asset.type, any_asset.cost) == (AssetType.CLOUD, Decimal(2))
    assert only(findings).kind is SetFindingKind.NO_TYPE


def test_every_type_that_can_be_read_becomes_one_of_ours() -> None:
    """No wire type is without a type of ours."""
    assert set(TYPES) == {choice.name for choice in fields.ASSET_SET.fields[1].shape.value.choices}  # type: ignore[union-attr]


def test_assets_without_content_or_properties_are_reported() -> None:
    """A nil asset is dropped, one without properties is called by its key; both are found."""
    bare = build(fields.NETWORK, 21, Cost=1.0, **RUN)
    rows, findings = converted(asset_set({"c1/bare": bare, "nil": None}))
    assert [(row.name, row.service, row.cost) for row in rows] == [("c1/bare", "Kubernetes", Decimal(1))]
    assert counts(findings) == {SetFindingKind.NIL_ROW: 1, SetFindingKind.NO_PROPERTIES: 1}


@pytest.mark.parametrize("path", params("v15_as15_oc1.95.0__assets_1h.bin"))
def test_a_guessed_layout_is_reported(path: Path) -> None:
    """A set that only the layout of one build fits says which build it was."""
    _, findings = converted(decode(path.read_bytes(), kind_of(path), path.name))
    (found,) = [finding for finding in findings.all() if finding.kind is SetFindingKind.GUESSED_LAYOUT]
    assert (found.count, found.example) == (1, "v1.95.0 only")


@pytest.mark.parametrize("path", params("*__assets_mock.bin"))
def test_the_fields_own_example_adds_up(path: Path) -> None:
    """The example set that the field's own tests use adds up to 105 in one cluster and 163 in the other."""
    rows, findings = converted(decode(path.read_bytes(), kind_of(path), path.name))
    assert sum(row.total_cost for row in rows) == 105 + 163
    assert counts(findings).keys() - {SetFindingKind.GUESSED_LAYOUT} == {SetFindingKind.SEVERAL_CLUSTERS}


@pytest.mark.parametrize("path", params("v22__assets_1?.bin", "v24__assets_1?.bin", "v25*__assets_1?.bin"))
def test_totals_are_those_of_the_writers_own_json(path: Path) -> None:
    """An asset's total, after discount and with adjustment and credit, is the writer's own answer to six decimals."""
    theirs = beside(path)["opencostJSON"]
    compared = 0
    for name, record in decode(path.read_bytes(), kind_of(path), path.name).top.value("Assets").items():
        (ours,), findings = converted(asset_set({name: record}, Window=record.value("Window")))
        if SetFindingKind.NOT_EXACT not in counts(findings):
            assert float(ours.total_cost + ours.credit) == pytest.approx(theirs[name]["totalCost"], abs=2e-6), name
            compared += 1
    assert compared
