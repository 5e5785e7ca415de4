"""
Whether prices can be right: what a build says of them, and changes nothing by.

Looked at is what every asset costs an hour and unit, whatever its price came from: a month's price that was taken for
an hour's, one that is far above its neighbours', a whole resource that became far dearer since the day before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median

from fleetcost.costing.notes import Notes
from fleetcost.costing.prices import GIB, HOURS_PER_MONTH, PriceBook
from fleetcost.model.asset import Asset, AssetType
from fleetcost.model.finding import FindingKind

OUTLYING = 100
"""So many times the middle of the others is far above them."""

JUMPED = 10
"""So many times the day before's is a jump."""

FEWEST = 3
"""With fewer of a kind nobody knows which of them is unusual."""

NEAR_A_DOLLAR = frozenset({"USD", "EUR", "GBP", "CHF", "CAD", "AUD", "NZD", "SGD"})
"""Currencies in which the built-in rates are about right; those of others say nothing about a month."""

_BUILT_IN = PriceBook()
_USUAL = {
    "core": _BUILT_IN.cpu_hourly,
    "GiB of memory": _BUILT_IN.ram_gib_hourly,
    "GPU": _BUILT_IN.gpu_hourly,
    "GiB of disk": _BUILT_IN.storage_gib_hourly,
    "load balancer": _BUILT_IN.load_balancer_hourly,
}
"""What a unit of each kind costs an hour about anywhere."""

_SPREAD = 10
"""A month's price of a thing is within this factor of the usual hour's price times a month."""


@dataclass(frozen=True, slots=True)
class UnitCost:
    """
    What one asset costs for one kind of thing in its window.

    Attributes:
        kind: of what, a word of people
        subject: the asset
        units: hours times size
        cost: of them, in the set's currency
    """

    kind: str
    subject: str
    units: float
    cost: float

    @property
    def rate(self) -> float:
        """Cost of one unit in one hour."""
        return self.cost / self.units


def check_prices(assets: Iterable[Asset], before: Iterable[Asset], currency: str, notes: Notes) -> None:
    """
    Notice prices that can hardly be right.

    Args:
        assets: of the window
        before: those of the same window a day earlier, none where they are not at hand
        currency: of both
        notes: keeps the findings
    """
    known = [one for asset in assets for one in _unit_costs(asset)]
    by_kind: dict[str, list[UnitCost]] = defaultdict(list)
    for one in known:
        by_kind[one.kind].append(one)
        if currency in NEAR_A_DOLLAR and _is_monthly(one):
            notes.notice(FindingKind.PRICE_MONTHLY, f"{one.subject}: {one.kind} at {one.rate:.4g} {currency} an hour")
    for of_kind in by_kind.values():
        for one in _outlying(of_kind):
            notes.notice(FindingKind.PRICE_OUTLYING, f"{one.subject}: {one.kind} at {one.rate:.4g} {currency} an hour")
    earlier = _means(one for asset in before for one in _unit_costs(asset))
    for kind, rate in _means(known).items():
        if rate >= JUMPED * earlier.get(kind, rate):
            text = f"{kind} at {rate:.4g} {currency} an hour, a day earlier {earlier[kind]:.4g}"
            notes.notice(FindingKind.COST_JUMPED, text)


def _unit_costs(asset: Asset) -> Iterator[UnitCost]:
    """Iterate what an asset costs by kind; what is free or has no size says nothing."""
    hours = (asset.end - asset.start).total_seconds() / 3600
    parts = {
        AssetType.NODE: (
            ("core", asset.cpu_core_hours, asset.cpu_cost),
            ("GiB of memory", asset.ram_byte_hours / GIB, asset.ram_cost),
            ("GPU", asset.gpu_hours, asset.gpu_cost),
        ),
        AssetType.DISK: (("GiB of disk", asset.byte_hours / GIB, asset.cost),),
        AssetType.LOAD_BALANCER: (("load balancer", hours, asset.cost),),
    }.get(asset.type, ())
    for kind, units, cost in parts:
        if units > 0 and cost > 0:
            yield UnitCost(kind, f"{asset.type} {asset.name}", float(units), float(cost))


def _is_monthly(one: UnitCost) -> bool:
    usual = _USUAL[one.kind] * HOURS_PER_MONTH
    return usual / _SPREAD <= one.rate <= usual * _SPREAD


def _outlying(of_kind: list[UnitCost]) -> Iterator[UnitCost]:
    """Iterate those far above the middle of all: of three or more, one alone does not move the middle."""
    if len(of_kind) >= FEWEST:
        middle = median(one.rate for one in of_kind)
        yield from (one for one in of_kind if one.rate >= OUTLYING * middle)


def _means(found: Iterable[UnitCost]) -> Mapping[str, float]:
    units: dict[str, float] = defaultdict(float)
    cost: dict[str, float] = defaultdict(float)
    for one in found:
        units[one.kind] += one.units
        cost[one.kind] += one.cost
    return {kind: cost[kind] / units[kind] for kind in units}
