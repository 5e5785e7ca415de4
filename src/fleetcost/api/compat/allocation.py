"""
Allocations in the field's JSON: names, order, rounding to five places.

Two things differ on purpose from what the products print, both documented in `docs/api.md`: an efficiency that was not
measured is null instead of 0, and `proportionalAssetResourceCosts` and `sharedCostBreakdown` are always objects.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fleetcost.api.compat.numbers import optional, rate, rounded, wire
from fleetcost.api.compat.scale import factor_of, scaled
from fleetcost.model.window import Window, rfc3339
from fleetcost.query.answer import Answer
from fleetcost.query.measures import ESTIMATES
from fleetcost.query.rows import AllocationRow, SharedDetail

Json = dict[str, Any]

_ESTIMATES = {name: wire(name) for name in ESTIMATES["allocation"]}


def allocation_sets(answer: Answer[AllocationRow], metric: str = "cumulative", *, sources: bool = True) -> list[Json]:
    """
    Return one object per step: name to allocation.

    Args:
        answer: what was found
        metric: costs as they are, or per hour, day or month
        sources: name the sources of shared costs
    """
    sets = []
    for step in answer.steps:
        factor = factor_of(metric, step.window)
        sets.append(
            named((row.name, allocation(scaled(row, factor), step.window, sources=sources)) for row in step.rows)
        )
    return sets


def named(rows: Iterable[tuple[str, Json]]) -> Json:
    """Return rows by name; a name that occurs twice, which only labels with a `/` can make, is marked, not lost."""
    document: Json = {}
    for name, row in rows:
        key = name
        while key in document:
            key += "/"
        document[key] = row
    return document


def allocation(row: AllocationRow, window: Window, *, sources: bool = True) -> Json:
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
        **_estimates(row),
        **_raw(row),
        "proportionalAssetResourceCosts": _proportions(row),
        "lbAllocations": _load_balancers(row),
        "sharedCostBreakdown": _sources(row) if sources else {},
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
        "labels": details.labels if details else row.common_labels,
        "annotations": details.annotations if details else row.common_annotations,
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
        "cpuCostIdle": rounded(row.cpu_cost_idle),
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
        "gpuCostIdle": rounded(row.gpu_cost_idle),
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
    return {
        "pvBytes": rounded(rate(row.pv_byte_hours, row.hours)),
        "pvByteHours": rounded(row.pv_byte_hours),
        "pvCost": rounded(row.pv_cost),
        "pvs": {
            f"cluster={volume.cluster}:name={volume.volume}": {
                "byteHours": volume.byte_hours,
                "cost": volume.cost,
                "providerID": volume.provider_id,
                "adjustment": 0.0,
            }
            for volume in row.volumes
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
        "ramCostIdle": rounded(row.ram_cost_idle),
        "ramEfficiency": optional(row.ram_efficiency),
    }


def _estimates(row: AllocationRow) -> Json:
    """The estimated part of each cost is only there where there is one: the field has no such keys."""
    found = {wired: part for name, wired in _ESTIMATES.items() if (part := rounded(getattr(row, name)))}
    return found | {"estimatedHours": rounded(row.estimated_hours)} if found else {}


def _raw(row: AllocationRow) -> Json:
    """Maxima exist only for one container in one window; the key is absent for anything that was added up."""
    if row.details is None or row.members > 1:
        return {}
    return {
        "rawAllocationOnly": {
            "cpuCoreUsageMax": row.details.cpu_core_usage_max or 0.0,
            "ramByteUsageMax": row.details.ram_byte_usage_max or 0.0,
            "gpuUsageMax": row.details.gpu_usage_max,
        }
    }


def _load_balancers(row: AllocationRow) -> Json | None:
    return {
        f"{share.cluster}/{share.service}": {
            "service": share.service,
            "cost": share.cost,
            "private": share.private,
            "ip": share.ip,
            "hours": share.hours,
            "adjustment": 0.0,
        }
        for share in row.load_balancers
    } or None


def _proportions(row: AllocationRow) -> Json:
    return {
        f"{part.cluster},{part.node}" if part.node else part.cluster: {
            "cluster": part.cluster,
            **({"name": part.node, "type": "Node", "providerID": part.provider_id} if part.node else {}),
            "cpuPercentage": part.cpu,
            "gpuPercentage": part.gpu,
            "ramPercentage": part.ram,
            "loadBalancerPercentage": part.load_balancer,
            "pvPercentage": part.volume,
            "nodeResourceCostPercentage": part.node_resources,
        }
        for part in row.proportions
    }


def _sources(row: AllocationRow) -> Json:
    return {
        source.source: {
            "name": source.source,
            "totalCost": source.total_cost,
            **{name: value for name, value in _source_parts(source).items() if value},
        }
        for source in row.shared
    }


def _source_parts(source: SharedDetail) -> Json:
    return {
        "cpuCost": source.cpu_cost,
        "gpuCost": source.gpu_cost,
        "ramCost": source.ram_cost,
        "pvCost": source.pv_cost,
        "networkCost": source.network_cost,
        "loadBalancerCost": source.load_balancer_cost,
        "externalCost": source.external_cost,
    }
