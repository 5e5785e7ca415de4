"""Assets in the field's JSON: names and order by type, list prices before discounts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fleetcost.api.compat.allocation import named
from fleetcost.api.compat.numbers import rate
from fleetcost.model.asset import AssetType
from fleetcost.model.window import Window, rfc3339
from fleetcost.query.answer import Answer
from fleetcost.query.rows import AssetRow

Json = dict[str, Any]
PLACES = 6
"""Decimal places of asset figures in the field's JSON."""


def asset_sets(answer: Answer[AssetRow]) -> list[Json]:
    """Return one object per step: key to asset."""
    return [named((row.name, asset(row, step.window)) for row in step.rows) for step in answer.steps]


def asset(row: AssetRow, window: Window) -> Json:
    """Return one asset; a group of several types has no type and only the common figures."""
    minutes = {} if row.type == AssetType.SHARED else {"minutes": _fixed(row.hours * 60)}
    common: Json = {
        **({"type": row.type} if row.type else {}),
        "properties": _properties(row),
        "labels": row.labels,
        "window": {"start": rfc3339(window.start), "end": rfc3339(window.end)},
        "start": rfc3339(row.start),
        "end": rfc3339(row.end),
        **minutes,
    }
    return common | _SPECIFIC.get(row.type, _any)(row) | _estimate(row)


def _estimate(row: AssetRow) -> Json:
    """The estimated part is only there where there is one: the field has no such keys."""
    if not row.cost_estimated:
        return {}
    return {"costEstimated": _fixed(row.cost_estimated), "estimatedHours": _fixed(row.estimated_hours)}


def _properties(row: AssetRow) -> Json:
    every = {
        "category": row.category,
        "provider": row.provider,
        "account": row.account,
        "project": row.project,
        "service": row.service,
        "cluster": row.cluster,
        "name": row.name_,
        "providerID": row.provider_id,
    }
    return {name: value for name, value in every.items() if value}


def _node(row: AssetRow) -> Json:
    # Our costs are after discount, the field's parts are before it.
    charged = 1 - (row.discount or 0.0)
    listed = 1 / charged if charged > 0 else 1.0
    return {
        "nodeType": row.node_type,
        **({"pool": row.pool} if row.pool else {}),
        "cpuCores": _fixed(rate(row.cpu_core_hours, row.hours)),
        "ramBytes": _fixed(rate(row.ram_byte_hours, row.hours)),
        "cpuCoreHours": _fixed(row.cpu_core_hours),
        "ramByteHours": _fixed(row.ram_byte_hours),
        "GPUHours": _fixed(row.gpu_hours),
        "cpuBreakdown": _breakdown(row.cpu_system_fraction, row.cpu_user_fraction, row.cpu_other_fraction),
        "ramBreakdown": _breakdown(row.ram_system_fraction, row.ram_user_fraction, 0.0),
        "preemptible": _fixed(row.preemptible or 0.0),
        "discount": _fixed(row.discount or 0.0),
        "cpuCost": _fixed(row.cpu_cost * listed),
        "gpuCost": _fixed(row.gpu_cost),
        "gpuCount": _fixed(rate(row.gpu_hours, row.hours)),
        "ramCost": _fixed(row.ram_cost * listed),
        "adjustment": _fixed(row.adjustment),
        **_overhead(row),
        "totalCost": _fixed(row.total_cost),
    }


def _disk(row: AssetRow) -> Json:
    used = (row.byte_usage_hours or 0.0) / row.byte_hours if row.byte_hours else 0.0
    return {
        "byteHours": _fixed(row.byte_hours),
        "bytes": _fixed(rate(row.byte_hours, row.hours)),
        "byteHoursUsed": None if row.byte_usage_hours is None else _fixed(row.byte_usage_hours),
        "byteUsageMax": None if row.byte_usage_max is None else _fixed(row.byte_usage_max),
        "breakdown": _breakdown(0.0, used, 0.0),
        **_any(row),
        "storageClass": row.storage_class,
        "volumeName": row.volume_name,
        "claimName": row.claim_name,
        "claimNamespace": row.claim_namespace,
    }


def _load_balancer(row: AssetRow) -> Json:
    return {**_any(row), "private": row.private, "ip": row.ip}


def _cloud(row: AssetRow) -> Json:
    return {
        "adjustment": _fixed(row.adjustment),
        "credit": _fixed(row.credit),
        "totalCost": _fixed(row.total_cost),
    }


def _whole(row: AssetRow) -> Json:
    return {"totalCost": _fixed(row.total_cost)}


def _any(row: AssetRow) -> Json:
    return {"adjustment": _fixed(row.adjustment), "totalCost": _fixed(row.total_cost)}


def _overhead(row: AssetRow) -> Json:
    if row.cpu_overhead_fraction is None or row.ram_overhead_fraction is None:
        return {}
    cost = row.cpu_cost + row.ram_cost + row.gpu_cost
    lost = row.cpu_overhead_fraction * row.cpu_cost + row.ram_overhead_fraction * row.ram_cost
    return {
        "overhead": {
            "CpuOverheadFraction": row.cpu_overhead_fraction,
            "RamOverheadFraction": row.ram_overhead_fraction,
            "OverheadCostFraction": lost / cost if cost else None,
        }
    }


def _breakdown(system: float | None, user: float | None, other: float | None) -> Json:
    parts = [part or 0.0 for part in (system, user, other)]
    return {"idle": 1 - sum(parts), "other": parts[2], "system": parts[0], "user": parts[1]}


def _fixed(value: float) -> float:
    return round(value, PLACES)


_SPECIFIC: dict[str, Callable[[AssetRow], Json]] = {
    AssetType.NODE: _node,
    AssetType.DISK: _disk,
    AssetType.LOAD_BALANCER: _load_balancer,
    AssetType.CLOUD: _cloud,
    AssetType.CLUSTER_MANAGEMENT: _whole,
    AssetType.SHARED: _whole,
}
