"""Which part of rows and assets is estimated: what they cost in the stretches of the window that are bridged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from fleetcost.costing.shares import split_cost
from fleetcost.costing.traffic import ASSET_NAMES
from fleetcost.model.allocation import Allocation, AllocationKind
from fleetcost.model.amount import PLACES, ZERO, amount
from fleetcost.model.asset import Asset, AssetType
from fleetcost.model.records import Reach
from fleetcost.model.samples import Samples

_RESOURCES = ("cpu_cost", "ram_cost", "gpu_cost")
_TRAFFIC = {
    ASSET_NAMES[Reach.REGION]: "network_zone_cost",
    ASSET_NAMES[Reach.WORLD]: "network_region_cost",
    ASSET_NAMES[Reach.INTERNET]: "network_internet_cost",
}
_GRID = Decimal(1).scaleb(-PLACES)
_Shared = tuple[str, ...]
"""A volume or a load balancer, as its shares and its asset are both called."""


def with_estimates(
    rows: Sequence[Allocation], assets: Sequence[Asset], samples: Samples
) -> tuple[Sequence[Allocation], Sequence[Asset]]:
    """
    Name the estimated part of each row and asset; no cost is changed.

    The estimates of volumes, load balancers and traffic add up to their assets' exactly, as their costs do. A resource
    of a node of which nothing is idle has no idle estimate either.

    Args:
        rows: of one window
        assets: of the same
        samples: they were made of, which say what is bridged
    """
    if not samples.bridged:
        return rows, assets
    bridged = _Bridged(samples)
    own = [_asset(asset, bridged) for asset in assets]
    shares = _shares(rows, {_shared(one): one.cost_estimated for one in own if _shared(one)}, bridged)
    named = [_row(row, bridged, shares[number]) for number, row in enumerate(rows)]
    return named, _closed(own, named, bridged)


class _Bridged:
    """How much of a time is bridged."""

    def __init__(self, samples: Samples) -> None:
        self._stretches = samples.bridged
        self._step = samples.resolution_seconds

    def seconds(self, start: datetime, end: datetime) -> float:
        """Return the seconds of a run that are bridged; what is at most a step is the doubt about the run's edge."""
        shared = (one.overlap(start.timestamp(), end.timestamp()) for one in self._stretches)
        return sum(one for one in shared if one > self._step)

    def hours(self, one: Allocation | Asset) -> Decimal:
        """Return the bridged hours of a row."""
        return amount(self.seconds(one.start, one.end) / 3600)

    def part(self, cost: Decimal, one: Allocation | Asset) -> Decimal:
        """Return the bridged part of a cost that is even over a row's time."""
        seconds = self.seconds(one.start, one.end)
        if not seconds:
            return ZERO
        return (cost * Decimal(str(seconds)) / Decimal(str((one.end - one.start).total_seconds()))).quantize(_GRID)


def _shared(asset: Asset) -> _Shared:
    """Return what the shares of an asset call it; empty where it is not shared."""
    if asset.type is AssetType.DISK and not asset.local:
        return ("pv", asset.volume_name)
    return ("load_balancer", asset.name, asset.ip) if asset.type is AssetType.LOAD_BALANCER else ()


def _shares(
    rows: Sequence[Allocation], estimates: Mapping[_Shared, Decimal], bridged: _Bridged
) -> Mapping[int, Mapping[str, Decimal]]:
    """Divide estimates of what is shared among the rows that pay for it and were there; by row and by what it is."""
    holders: dict[_Shared, list[tuple[int, float]]] = defaultdict(list)
    for number, row in enumerate(rows):
        for volume in row.volumes:
            holders["pv", volume.volume].append((number, float(volume.cost)))
        for front in row.load_balancers:
            holders["load_balancer", front.service, front.ip].append((number, float(front.cost)))
    found: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for key, held in holders.items():
        if estimates.get(key):
            there = [cost * float(bridged.hours(rows[number])) for number, cost in held]
            weights = there if any(there) else [cost for _, cost in held]
            for (number, _), part in zip(held, split_cost(estimates[key], weights), strict=True):
                found[number][key[0]] += part
    return found


def _row(row: Allocation, bridged: _Bridged, shares: Mapping[str, Decimal]) -> Allocation:
    parts: dict[str, Any] = {f"{name}_estimated": bridged.part(getattr(row, name), row) for name in _RESOURCES}
    parts["network_cost_estimated"] = sum((bridged.part(getattr(row, name), row) for name in _TRAFFIC.values()), ZERO)
    parts |= {f"{name}_cost_estimated": part for name, part in shares.items()}
    if row.kind is AllocationKind.UNMOUNTED and not any(parts.values()):
        return row
    return replace(row, estimated_hours=bridged.hours(row), **parts)


def _asset(asset: Asset, bridged: _Bridged) -> Asset:
    if asset.type is AssetType.NETWORK:
        return asset
    if asset.type is not AssetType.NODE:
        return replace(asset, estimated_hours=bridged.hours(asset), cost_estimated=bridged.part(asset.cost, asset))
    parts: dict[str, Any] = {f"{name}_estimated": bridged.part(getattr(asset, name), asset) for name in _RESOURCES}
    return replace(asset, estimated_hours=bridged.hours(asset), cost_estimated=sum(parts.values(), ZERO), **parts)


def _closed(assets: Iterable[Asset], rows: Sequence[Allocation], bridged: _Bridged) -> list[Asset]:
    """Return assets whose estimates are what those of their rows say: all traffic, and nodes that are charged whole."""
    charged: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for row in rows:
        for name in (*_RESOURCES, *(f"{one}_estimated" for one in _RESOURCES)):
            charged[row.node, name] += getattr(row, name)
    traffic = {
        name: sum((bridged.part(getattr(row, cost), row) for row in rows), ZERO) for name, cost in _TRAFFIC.items()
    }
    closed = (_whole(one, charged) if one.type is AssetType.NODE else one for one in assets)
    return [replace(one, cost_estimated=traffic[one.name]) if one.type is AssetType.NETWORK else one for one in closed]


def _whole(node: Asset, charged: Mapping[tuple[str, str], Decimal]) -> Asset:
    parts: dict[str, Any] = {
        f"{name}_estimated": charged[node.name, f"{name}_estimated"]
        for name in _RESOURCES
        if getattr(node, name) == charged[node.name, name]
    }
    node = replace(node, **parts)
    return replace(node, cost_estimated=sum((getattr(node, f"{name}_estimated") for name in _RESOURCES), ZERO))
