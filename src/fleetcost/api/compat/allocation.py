"""
Allocations in the field's JSON: names, order, rounding to five places.

Two figures differ on purpose from what the products print, both documented in `docs/api.md`: an efficiency that was not
measured is null instead of 0, and `proportionalAssetResourceCosts` and `sharedCostBreakdown` are always objects.
"""

from __future__ import annotations

from typing import Any

from fleetcost.api.compat.numbers import optional, rate, rounded
from fleetcost.model.window import Window, rfc3339
from fleetcost.query.answer import AllocationRow, Answer, Details

Json = dict[str, Any]


def allocation_sets(answer: Answer[AllocationRow]) -> list[Json]:
    """Return one object per step: name to allocation."""
    return [{row.name: allocation(row, step.window) for row in step.rows} for step in answer.steps]


def allocation(row: AllocationRow, window: Window) -> Json:
    """Return one allocation."""
    return {
        "name": row.name,
        "properties": _properties(row),
        "window": {"start": rfc3339(window.start), "end": rfc3339(window.end)},
        "start": rfc3339(row.start),
        "end": rfc3339(row.end),
        "minutes": rounded(row.hours * 60),
        **_cpu(row),
        **_gpu(row),
        **_network(row),
        **_storage(row),
        **_ram(row),
        "externalCost": rounded(row.external_cost),
        "sharedCost": rounded(row.shared_cost),
        "totalCost": rounded(row.total_cost),
        "totalEfficiency": optional(row.total_efficiency),
        **_raw(row.details),
        "proportionalAssetResourceCosts": {},
        "lbAllocations": _load_balancers(row),
        "sharedCostBreakdown": {},
    }


def _properties(row: AllocationRow) -> Json:
    details = row.details
    every: Json = {
        "cluster": row.cluster,
        "node": row.node,
        "container": row.container,
        "controller": row.controller,
        "controllerKind": row.controller_kind,
        "namespace": row.namespace,
        "pod": row.pod,
        "services": list(details.services) if details else [],
        "providerID": row.provider_id,
        "labels": details.labels if details else {},
        "annotations": details.annotations if details else {},
        "namespaceLabels": details.namespace_labels if details else {},
        "namespaceAnnotations": details.namespace_annotations if details else {},
    }
    return {name: value for name, value in every.items() if value}


def _cpu(row: AllocationRow) -> Json:
    return {
        "cpuCores": rounded(rate(row.cpu_core_hours, row.hours)),
        "cpuCoreRequestAverage": rounded(rate(row.cpu_core_request_hours, row.hours)),
        "cpuCoreUsageAverage": rounded(rate(row.cpu_core_usage_hours, row.hours)),
        "cpuCoreHours": rounded(row.cpu_core_hours),
        "cpuCost": rounded(row.cpu_cost),
        "cpuCostAdjustment": rounded(row.cpu_cost_adjustment),
        "cpuCostIdle": 0.0,
        "cpuEfficiency": optional(row.cpu_efficiency),
    }


def _gpu(row: AllocationRow) -> Json:
    return {
        "gpuCount": rounded(rate(row.gpu_hours, row.hours)),
        "gpuRequestAverage": rounded(rate(row.gpu_request_hours, row.hours)),
        "gpuUsageAverage": rounded(rate(row.gpu_usage_hours, row.hours)),
        "gpuHours": rounded(row.gpu_hours),
        "gpuCost": rounded(row.gpu_cost),
        "gpuCostAdjustment": rounded(row.gpu_cost_adjustment),
        "gpuCostIdle": 0.0,
        "gpuEfficiency": optional(row.gpu_efficiency),
    }


def _network(row: AllocationRow) -> Json:
    return {
        "networkTransferBytes": rounded(row.network_transfer_bytes),
        "networkReceiveBytes": rounded(row.network_receive_bytes),
        "networkCost": rounded(row.network_cost),
        "networkCrossZoneCost": rounded(row.network_zone_cost),
        "networkCrossRegionCost": rounded(row.network_region_cost),
        "networkInternetCost": rounded(row.network_internet_cost),
        "networkCostAdjustment": rounded(row.network_cost_adjustment),
        "loadBalancerCost": rounded(row.load_balancer_cost),
        "loadBalancerCostAdjustment": rounded(row.load_balancer_cost_adjustment),
    }


def _storage(row: AllocationRow) -> Json:
    volumes = row.details.volumes if row.details else ()
    return {
        "pvBytes": rounded(rate(row.pv_byte_hours, row.hours)),
        "pvByteHours": rounded(row.pv_byte_hours),
        "pvCost": rounded(row.pv_cost),
        "pvs": {
            f"cluster={row.cluster}:name={volume.volume}": {
                "byteHours": volume.byte_hours,
                "cost": volume.cost,
                "providerID": volume.provider_id,
                "adjustment": 0.0,
            }
            for volume in volumes
        }
        or None,
        "pvCostAdjustment": rounded(row.pv_cost_adjustment),
    }


def _ram(row: AllocationRow) -> Json:
    return {
        "ramBytes": rounded(rate(row.ram_byte_hours, row.hours)),
        "ramByteRequestAverage": rounded(rate(row.ram_byte_request_hours, row.hours)),
        "ramByteUsageAverage": rounded(rate(row.ram_byte_usage_hours, row.hours)),
        "ramByteHours": rounded(row.ram_byte_hours),
        "ramCost": rounded(row.ram_cost),
        "ramCostAdjustment": rounded(row.ram_cost_adjustment),
        "ramCostIdle": 0.0,
        "ramEfficiency": optional(row.ram_efficiency),
    }


def _raw(details: Details | None) -> Json:
    """Maxima exist only for a single container; the key is absent for groups."""
    if details is None:
        return {}
    return {
        "rawAllocationOnly": {
            "cpuCoreUsageMax": details.cpu_core_usage_max or 0.0,
            "ramByteUsageMax": details.ram_byte_usage_max or 0.0,
            "gpuUsageMax": details.gpu_usage_max,
        }
    }


def _load_balancers(row: AllocationRow) -> Json | None:
    shares = row.details.load_balancers if row.details else ()
    return {
        f"{row.cluster}/{share.service}": {
            "service": share.service,
            "cost": share.cost,
            "private": share.private,
            "ip": share.ip,
            "hours": share.hours,
            "adjustment": 0.0,
        }
        for share in shares
    } or None
