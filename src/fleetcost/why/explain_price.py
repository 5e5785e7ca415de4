"""One charge as amount × price: what was requested, what was used above it, and what rounding leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from fleetcost.model.asset import PriceSource
from fleetcost.query.charges import NodePrice, OwnCharge
from fleetcost.why.explain_path import PathStep
from fleetcost.why.explain_tree import ROUNDING, Formula

_PRICE_PLACES = Decimal("1e-12")
_SAME_PRICE = Decimal("1e-8")
"""Prices that differ by less are one: what hours were rounded to makes such differences."""

_GRID = Decimal("1e-9")
_ROUNDED_HOURS = 24
"""A day's row is the sum of so many rounded ones."""

SOURCES = {
    PriceSource.METRIC: "the exporter's metric",
    PriceSource.PRICE_BOOK: "the price book",
    PriceSource.CUSTOM: "the price file",
    PriceSource.BILL: "a bill line",
    PriceSource.NONE: "nobody: no price was known",
    PriceSource.FOREIGN: "the set of another product, which does not say",
}
"""Where a price came from, in words."""

UNEVEN = "uneven"
"""The step of charges that are not the amount times the node's price."""

NOT_SPLIT = (
    "not split further: it is not the amount × the node's price of this window, and the set does not carry the prices "
    "within its window"
)


@dataclass(frozen=True, slots=True)
class PricedResource:
    """
    What a resource is charged by.

    Attributes:
        column: of its cost
        charged, requested: the columns of its amounts
        unit: of a quantity people read
        scale: how many of the column's units are one of these
    """

    column: str
    charged: str
    requested: str
    unit: str
    scale: int = 1


PRICED = {
    "cpu": PricedResource("cpu_cost", "cpu_core_hours", "cpu_core_request_hours", "core-hours"),
    "ram": PricedResource("ram_cost", "ram_byte_hours", "ram_byte_request_hours", "GiB-hours", 1 << 30),
    "gpu": PricedResource("gpu_cost", "gpu_hours", "gpu_request_hours", "GPU-hours"),
}
"""The resources that are charged by amount and price."""


@dataclass(frozen=True, slots=True)
class Priced:
    """
    A charge held against its node's price.

    Attributes:
        step: to the price
        formula: of the whole charge; None where amount times price is not what was charged
        pieces: what it is made of, each with its amount; empty where it cannot be split
    """

    step: PathStep
    formula: Formula | None
    pieces: tuple[tuple[PathStep, Decimal, Formula | None], ...] = ()


def priced(charge: OwnCharge, name: str, price: NodePrice | None, currency: str) -> Priced:
    """
    Hold a charge at list price against the price of its node.

    Args:
        charge: of one node and window
        name: cpu, ram or gpu
        price: the node's in this window, None where its assets do not say
        currency: of the cluster's set
    """
    resource, factor = PRICED[name], charge.factor
    valued = charge.costs[resource.column]
    native = valued.listed if factor is None else (valued.listed / factor).quantize(_GRID)
    quantity = _listed_part(charge.amounts[resource.charged], charge, resource) / resource.scale
    unit_price = _unit_price(price, resource)
    if unit_price is None or price is None or not quantity or not _fits(charge, native, quantity, unit_price):
        return Priced(PathStep("price", UNEVEN, _uneven_label(resource, price, quantity)), None)
    own = (native / quantity).quantize(_PRICE_PLACES)
    formula = Formula(quantity, resource.unit, own, currency, factor)
    requested = min(_listed_part(charge.amounts[resource.requested], charge, resource) / resource.scale, quantity)
    pieces = tuple(_pieces(quantity, requested, native, Formula(quantity, resource.unit, unit_price, currency, factor)))
    return Priced(_step(resource, price, unit_price, currency), formula, pieces)


def _pieces(
    quantity: Decimal, requested: Decimal, native: Decimal, at: Formula
) -> Iterator[tuple[PathStep, Decimal, Formula | None]]:
    worth = Decimal(1) if at.factor is None else at.factor
    for value, label, amount in (
        ("request", "requested", requested),
        ("above", "used above the request", quantity - requested),
    ):
        if amount:
            cost = amount * at.price * worth
            yield PathStep("piece", value, label), cost, Formula(amount, at.unit, at.price, at.currency, at.factor)
    left = (native - quantity * at.price) * worth
    if left:
        yield PathStep("piece", ROUNDING, "rounding of the set's amounts to nine places"), left, None


def _listed_part(amount: Decimal | None, charge: OwnCharge, resource: PricedResource) -> Decimal:
    """Return the part of an amount that was observed: that of its cost, which is even over a row's time."""
    valued = charge.costs[resource.column]
    whole = valued.listed + valued.estimated
    if amount is None:
        return Decimal(0)
    if not valued.estimated or not whole:
        return amount
    return (amount * valued.listed / whole).quantize(_GRID)


def _unit_price(price: NodePrice | None, resource: PricedResource) -> Decimal | None:
    if price is None or not price.amount:
        return None
    return (price.cost * resource.scale / price.amount).quantize(_PRICE_PLACES)


def _fits(charge: OwnCharge, native: Decimal, quantity: Decimal, unit_price: Decimal) -> bool:
    """Tell whether nothing but rounding stands between amount times price and the cost."""
    rounded = charge.members * _ROUNDED_HOURS * _GRID * (1 + unit_price)
    return abs(native - quantity * unit_price) <= rounded + quantity * _SAME_PRICE / 10


def _step(resource: PricedResource, price: NodePrice, unit_price: Decimal, currency: str) -> PathStep:
    shown = unit_price.quantize(_SAME_PRICE)
    spot = "spot" if price.preemptible else ""
    each = resource.unit.removesuffix("s")
    facts = [price.node_type, spot, f"price from {_source(price)}", _discount(price)]
    label = f"{_plain(shown)} {currency} per {each}"
    value = f"{shown}:{price.node_type}:{spot}:{price.source}"
    return PathStep("price", value, ", ".join([label, *filter(None, facts)]))


def _source(price: NodePrice) -> str:
    known = price.source in set(PriceSource)
    return SOURCES[PriceSource(price.source)] if known else "several sources"


def _discount(price: NodePrice) -> str:
    return f"after a discount of {price.discount:.1%}" if price.discount else ""


def _uneven_label(resource: PricedResource, price: NodePrice | None, quantity: Decimal) -> str:
    if price is None or not price.amount:
        return "no price of a node is in the sets"
    if not quantity:
        return f"no {resource.unit} are in the set"
    return "prices changed within a window"


def _plain(value: Decimal) -> str:
    return f"{value:f}".rstrip("0").rstrip(".") or "0"
