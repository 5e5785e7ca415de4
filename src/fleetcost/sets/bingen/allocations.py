"""Foreign allocation sets into ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fleetcost.model.allocation import (
    UNMOUNTED,
    Allocation,
    AllocationKind,
    LoadBalancerShare,
    VolumeShare,
)
from fleetcost.model.amount import ZERO
from fleetcost.sets.bingen import columns
from fleetcost.sets.bingen.columns import Columns, WireColumn
from fleetcost.sets.bingen.decode import Decoded
from fleetcost.sets.bingen.findings import Findings, SetFindingKind
from fleetcost.sets.bingen.record import Record
from fleetcost.sets.bingen.rows import Conversion, RowRun

IDLE = "__idle__"
"""In the name of what nobody used; a reserved word of the field."""

OWNER = Columns(
    WireColumn("node", "Node", columns.TEXT),
    WireColumn("provider_id", "ProviderID", columns.TEXT),
    WireColumn("namespace", "Namespace", columns.TEXT),
    WireColumn("controller_kind", "ControllerKind", columns.LOWER),
    WireColumn("controller", "Controller", columns.TEXT),
    WireColumn("pod", "Pod", columns.TEXT),
    WireColumn("container", "Container", columns.TEXT),
    WireColumn("services", "Services", columns.TEXTS),
    WireColumn("labels", "Labels", columns.LABELS),
    WireColumn("annotations", "Annotations", columns.LABELS),
    WireColumn("namespace_labels", "NamespaceLabels", columns.LABELS),
    WireColumn("namespace_annotations", "NamespaceAnnotations", columns.LABELS),
)

NUMBERS = Columns(
    WireColumn("cpu_core_hours", "CPUCoreHours", columns.AMOUNT),
    WireColumn("cpu_core_request_hours", "CPUCoreRequestAverage", columns.AVERAGE),
    WireColumn("cpu_core_usage_hours", "CPUCoreUsageAverage", columns.USE),
    WireColumn("cpu_cost", "CPUCost", columns.AMOUNT),
    WireColumn("cpu_cost_adjustment", "CPUCostAdjustment", columns.AMOUNT),
    WireColumn("ram_byte_hours", "RAMByteHours", columns.COUNT),
    WireColumn("ram_byte_request_hours", "RAMBytesRequestAverage", columns.AVERAGE_COUNT),
    WireColumn("ram_byte_usage_hours", "RAMBytesUsageAverage", columns.USE_COUNT),
    WireColumn("ram_cost", "RAMCost", columns.AMOUNT),
    WireColumn("ram_cost_adjustment", "RAMCostAdjustment", columns.AMOUNT),
    WireColumn("gpu_hours", "GPUHours", columns.AMOUNT),
    WireColumn("gpu_cost", "GPUCost", columns.AMOUNT),
    WireColumn("gpu_cost_adjustment", "GPUCostAdjustment", columns.AMOUNT),
    WireColumn("pv_cost_adjustment", "PVCostAdjustment", columns.AMOUNT),
    WireColumn("network_transfer_bytes", "NetworkTransferBytes", columns.COUNT),
    WireColumn("network_receive_bytes", "NetworkReceiveBytes", columns.COUNT),
    WireColumn("network_zone_cost", "NetworkCrossZoneCost", columns.AMOUNT),
    WireColumn("network_region_cost", "NetworkCrossRegionCost", columns.AMOUNT),
    WireColumn("network_internet_cost", "NetworkInternetCost", columns.AMOUNT),
    WireColumn("network_cost", "NetworkCost", columns.AMOUNT),
    WireColumn("network_cost_adjustment", "NetworkCostAdjustment", columns.AMOUNT),
    WireColumn("load_balancer_cost", "LoadBalancerCost", columns.AMOUNT),
    WireColumn("load_balancer_cost_adjustment", "LoadBalancerCostAdjustment", columns.AMOUNT),
    WireColumn("external_cost", "ExternalCost", columns.AMOUNT),
)

MAXIMA = Columns(
    WireColumn("cpu_core_usage_max", "CPUCoreUsageMax", columns.FIGURE),
    WireColumn("ram_byte_usage_max", "RAMBytesUsageMax", columns.FIGURE),
    WireColumn("gpu_usage_max", "GPUUsageMax", columns.FIGURE),
)

GPU_AVERAGES = Columns(
    WireColumn("gpu_request_hours", "GPURequestAverage", columns.USE),
    WireColumn("gpu_usage_hours", "GPUUsageAverage", columns.USE),
)
"""On the allocation itself in version 22, on its GPUAllocation from 23 on."""

VOLUME = Columns(
    WireColumn("provider_id", "ProviderID", columns.TEXT),
    WireColumn("byte_hours", "ByteHours", columns.COUNT),
    WireColumn("cost", "Cost", columns.AMOUNT),
)

LOAD_BALANCER = Columns(
    WireColumn("service", "Service", columns.TEXT),
    WireColumn("ip", "Ip", columns.TEXT),
    WireColumn("private", "Private", columns.FLAG),
    WireColumn("hours", "Hours", columns.AMOUNT),
    WireColumn("cost", "Cost", columns.AMOUNT),
)

Row = dict[str, Any]
"""Columns by name, on their way into an `Allocation`."""


def to_allocations(decoded: Decoded, findings: Findings) -> Iterator[Allocation]:
    """
    Iterate a foreign set's allocations as ours, in the order of their names.

    Args:
        decoded: an allocation set
        findings: collects what was dropped or could not be taken as it is; complete once the iterator is

    Raises:
        SetDamagedError: the set has rows, and no window to place them in.
    """
    idle = decoded.top.value("IdleKeys") or {}
    for name, record, run in Conversion(decoded, findings).rows():
        if name in idle or IDLE in name:
            findings.add(SetFindingKind.IDLE_ROW, name)
        else:
            yield _allocation(name, record, run, findings)


def _allocation(name: str, record: Record, run: RowRun, findings: Findings) -> Allocation:
    """Return one row."""
    row: Row = NUMBERS.read(record, name, findings, run.hours)
    row |= _owner(name, record, findings) | _gpu(name, record, row, findings, run.hours)
    row |= _volumes(name, record, findings)
    raw_only = record.value("RawAllocationOnly")
    if raw_only is not None:
        row |= MAXIMA.read(raw_only, name, findings)
    if record.value("SharedCost"):
        findings.add(SetFindingKind.SHARED_COST, f"{name}: {record.value('SharedCost')}")
    return Allocation(
        kind=AllocationKind.UNMOUNTED if UNMOUNTED in name else AllocationKind.WORKLOAD,
        start=run.start,
        end=run.end,
        load_balancers=_load_balancers(name, record, findings),
        **row,
    )


def _owner(name: str, record: Record, findings: Findings) -> Row:
    """Return who and where: the columns that come from the row's properties."""
    properties = record.value("Properties")
    if properties is None:
        findings.add(SetFindingKind.NO_PROPERTIES, name)
        return {}
    row = OWNER.read(properties, name, findings)
    # An agent that was set to keep pods of one name apart writes "<pod> <uid>".
    row["pod"], _, row["pod_uid"] = row["pod"].partition(" ")
    return row


def _gpu(name: str, record: Record, row: Row, findings: Findings, hours: float) -> Row:
    """
    Return GPU request and use.

    Before version 22 neither is in the file; what a container was charged for is what it requested. In version 22 a
    use that was not measured is written as 0: without any GPU hours it is taken as that.
    """
    holder = record if "GPURequestAverage" in record.layout.names else record.value("GPUAllocation")
    found: Row = {"gpu_request_hours": None} if holder is None else GPU_AVERAGES.read(holder, name, findings, hours)
    if found["gpu_request_hours"] is None:
        found["gpu_request_hours"] = row["gpu_hours"]
    if holder is record and not row["gpu_hours"] and not found["gpu_usage_hours"]:
        found["gpu_usage_hours"] = None
    return found


def _volumes(name: str, record: Record, findings: Findings) -> Row:
    """Return the shares of persistent volumes, and their sums."""
    shares = []
    for key, share in (record.value("PVs") or {}).items():
        volume = key.value("Name")
        if share is None:
            findings.add(SetFindingKind.NIL_SHARE, f"{name}: volume {volume}")
            continue
        shares.append(VolumeShare(volume, **VOLUME.read(share, f"{name}: volume {volume}", findings)))
    if not shares:
        return {}
    shares.sort(key=lambda share: share.volume)
    return {
        "volumes": tuple(shares),
        "pv_byte_hours": sum(share.byte_hours for share in shares),
        "pv_cost": sum((share.cost for share in shares), ZERO),
    }


def _load_balancers(name: str, record: Record, findings: Findings) -> tuple[LoadBalancerShare, ...]:
    """Return the shares of load balancers."""
    shares = []
    for key, share in (record.value("LoadBalancers") or {}).items():
        if share is None:
            findings.add(SetFindingKind.NIL_SHARE, f"{name}: load balancer {key}")
            continue
        shares.append(LoadBalancerShare(**LOAD_BALANCER.read(share, f"{name}: load balancer {key}", findings)))
    return tuple(sorted(shares, key=lambda share: (share.service, share.ip)))
