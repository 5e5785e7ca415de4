"""Foreign asset sets into ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fleetcost.model.allocation import Labels
from fleetcost.model.asset import Asset, AssetType, PriceSource
from fleetcost.sets.bingen import columns
from fleetcost.sets.bingen.columns import Columns, WireColumn
from fleetcost.sets.bingen.decode import Decoded
from fleetcost.sets.bingen.findings import Findings, SetFindingKind
from fleetcost.sets.bingen.record import Record
from fleetcost.sets.bingen.rows import Conversion, RowRun

ANY = "Any"
"""The wire type of what assets of several types were merged into; its cost is kept as a Cloud asset's."""

TYPES = {
    ANY: AssetType.CLOUD,
    "Cloud": AssetType.CLOUD,
    "ClusterManagement": AssetType.CLUSTER_MANAGEMENT,
    "Disk": AssetType.DISK,
    "LoadBalancer": AssetType.LOAD_BALANCER,
    "Network": AssetType.NETWORK,
    "Node": AssetType.NODE,
    "SharedAsset": AssetType.SHARED,
}

OWNER = Columns(
    WireColumn("name", "Name", columns.TEXT),
    WireColumn("provider_id", "ProviderID", columns.TEXT),
    WireColumn("provider", "Provider", columns.TEXT),
    WireColumn("account", "Account", columns.TEXT),
    WireColumn("project", "Project", columns.TEXT),
    WireColumn("service", "Service", columns.TEXT),
)

ASSET = Columns(
    WireColumn("labels", "Labels", columns.LABELS),
    WireColumn("adjustment", "Adjustment", columns.AMOUNT),
)
"""What every type has; a type without adjustment has none."""

COST = (WireColumn("cost", "Cost", columns.AMOUNT),)

BY_TYPE = {
    ANY: Columns(*COST),
    "Cloud": Columns(*COST, WireColumn("credit", "Credit", columns.AMOUNT)),
    "ClusterManagement": Columns(*COST),
    "Disk": Columns(
        *COST,
        WireColumn("byte_hours", "ByteHours", columns.COUNT),
        WireColumn("byte_usage_hours", "ByteHoursUsed", columns.COUNT_OR_NONE),
        WireColumn("byte_usage_max", "ByteUsageMax", columns.FIGURE),
        WireColumn("storage_class", "StorageClass", columns.TEXT),
        WireColumn("volume_name", "VolumeName", columns.TEXT),
        WireColumn("claim_name", "ClaimName", columns.TEXT),
        WireColumn("claim_namespace", "ClaimNamespace", columns.TEXT),
        WireColumn("local", "Local", columns.ABOVE_ZERO),
    ),
    "LoadBalancer": Columns(
        *COST,
        WireColumn("private", "Private", columns.FLAG),
        WireColumn("ip", "Ip", columns.TEXT),
    ),
    "Network": Columns(*COST),
    "Node": Columns(
        WireColumn("node_type", "NodeType", columns.TEXT),
        WireColumn("discount", "Discount", columns.FIGURE),
        WireColumn("preemptible", "Preemptible", columns.FIGURE),
        WireColumn("cpu_core_hours", "CPUCoreHours", columns.AMOUNT),
        WireColumn("ram_byte_hours", "RAMByteHours", columns.COUNT),
        WireColumn("gpu_hours", "GPUHours", columns.AMOUNT),
        WireColumn("gpu_cost", "GPUCost", columns.AMOUNT),
    ),
    "SharedAsset": Columns(*COST),
}

NODE_PRICED = Columns(
    WireColumn("cpu_cost", "CPUCost", columns.DISCOUNTED),
    WireColumn("ram_cost", "RAMCost", columns.DISCOUNTED),
)
"""The file has a node's CPU and RAM cost before its discount; GPUs have none."""

NODE_PARTS = {
    "CPUBreakdown": Columns(
        WireColumn("cpu_system_fraction", "System", columns.FIGURE),
        WireColumn("cpu_user_fraction", "User", columns.FIGURE),
        WireColumn("cpu_other_fraction", "Other", columns.FIGURE),
    ),
    "RAMBreakdown": Columns(
        WireColumn("ram_system_fraction", "System", columns.FIGURE),
        WireColumn("ram_user_fraction", "User", columns.FIGURE),
    ),
    "Overhead": Columns(
        WireColumn("cpu_overhead_fraction", "CpuOverheadFraction", columns.FIGURE),
        WireColumn("ram_overhead_fraction", "RamOverheadFraction", columns.FIGURE),
    ),
}

REGION_LABELS = ("topology_kubernetes_io_region", "failure_domain_beta_kubernetes_io_region")
POOL_LABELS = (
    "eks_amazonaws_com_nodegroup",
    "cloud_google_com_gke_nodepool",
    "kubernetes_azure_com_agentpool",
)

Row = dict[str, Any]
"""Columns by name, on their way into an `Asset`."""


def to_assets(decoded: Decoded, findings: Findings) -> Iterator[Asset]:
    """
    Iterate a foreign set's assets as ours, in the order of their keys.

    Args:
        decoded: an asset set
        findings: collects what was dropped or could not be taken as it is; complete once the iterator is

    Raises:
        SetDamagedError: the set has rows, and no window to place them in.
    """
    for name, record, run in Conversion(decoded, findings).rows():
        yield _asset(name, record, run, findings)


def _asset(name: str, record: Record, run: RowRun, findings: Findings) -> Asset:
    """Return one row."""
    wire_type = record.layout.struct
    row: Row = ASSET.read(record, name, findings) | BY_TYPE[wire_type].read(record, name, findings)
    row |= _owner(name, record, findings)
    row["region"] = _first(row["labels"], REGION_LABELS)
    if TYPES[wire_type] is AssetType.NODE:
        row |= _node(name, record, row, findings)
    if wire_type == ANY:
        findings.add(SetFindingKind.NO_TYPE, name)
    return Asset(type=TYPES[wire_type], start=run.start, end=run.end, price_source=PriceSource.FOREIGN, **row)


def _owner(name: str, record: Record, findings: Findings) -> Row:
    """Return the columns that come from the row's properties; a row without any is called by its key."""
    properties = record.value("Properties")
    if properties is None:
        findings.add(SetFindingKind.NO_PROPERTIES, name)
        return {"name": name}
    return OWNER.read(properties, name, findings)


def _node(name: str, record: Record, row: Row, findings: Findings) -> Row:
    """Return a node's costs after its discount, and how its capacity was used."""
    found: Row = NODE_PRICED.read(record, name, findings, 1 - (row["discount"] or 0.0))
    found["cost"] = found["cpu_cost"] + found["ram_cost"] + row["gpu_cost"]
    found["pool"] = _first(row["labels"], POOL_LABELS)
    for part, part_columns in NODE_PARTS.items():
        held = record.value(part)
        if held is not None:
            found |= part_columns.read(held, f"{name}: {part}", findings)
    return found


def _first(labels: Labels, keys: tuple[str, ...]) -> str:
    """Return the value of the first of these labels that there is, or an empty text."""
    return next((labels[key] for key in keys if key in labels), "")
