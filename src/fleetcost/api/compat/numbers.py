"""Numbers as the field prints them, and what it calls them."""

from __future__ import annotations

import math

PLACES = 5
"""Decimal places of allocation figures in the field's JSON."""

ALLOCATION_FIGURES = {
    "totalCost": "total_cost",
    "name": "name",
    "cpuCost": "cpu_cost",
    "gpuCost": "gpu_cost",
    "ramCost": "ram_cost",
    "pvCost": "pv_cost",
    "networkCost": "network_cost",
    "loadBalancerCost": "load_balancer_cost",
    "sharedCost": "shared_cost",
    "externalCost": "external_cost",
    "cpuCoreHours": "cpu_core_hours",
    "ramByteHours": "ram_byte_hours",
    "gpuHours": "gpu_hours",
}
"""What rows can be ordered by, with the column of each."""

ASSET_FIGURES = {
    "totalCost": "total_cost",
    "name": "name",
    "adjustment": "adjustment",
    "cpuCost": "cpu_cost",
    "gpuCost": "gpu_cost",
    "ramCost": "ram_cost",
    "cpuCoreHours": "cpu_core_hours",
    "ramByteHours": "ram_byte_hours",
    "byteHours": "byte_hours",
}


def rounded(value: float) -> float:
    """Round half away from zero to the field's places."""
    if not value:
        return 0.0
    scaled = math.floor(abs(value) * 10**PLACES + 0.5) / 10**PLACES
    return math.copysign(scaled, value) if scaled else 0.0


def optional(value: float | None) -> float | None:
    """Round a figure that may not have been measured."""
    return None if value is None else rounded(value)


def rate(amount_hours: float | None, hours: float) -> float:
    """Turn an amount over time into an average; nothing measured counts as 0, as the field's clients expect."""
    return (amount_hours or 0.0) / hours if hours > 0 else 0.0


def wire(name: str) -> str:
    """Return what the field would call a column that it does not have."""
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))
