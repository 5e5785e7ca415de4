"""What rows cost by themselves, as charges: resource, price basis, cluster, price, window, row, amount × price."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from fleetcost.model.allocation import UNMOUNTED
from fleetcost.model.window import Resolution
from fleetcost.query.charges import KEYS, Fineness, HoursAbove, NodeBill, NodePrice, OwnCharge
from fleetcost.why.explain_path import PathStep, window_step
from fleetcost.why.explain_price import NOT_SPLIT, PRICED, UNEVEN, priced
from fleetcost.why.explain_tree import PlacedCharge

LISTED = PathStep("basis", "list", "at list price")
ESTIMATED = PathStep("basis", "estimated", "estimated where the source was silent, at list price")
ADJUSTED = PathStep("basis", "adjustment", "adjustment to the bill")
_BASES = {"listed": LISTED, "estimated": ESTIMATED, "adjusted": ADJUSTED}

LABELS = {
    "cpu": "CPU",
    "ram": "RAM",
    "gpu": "GPU",
    "pv": "persistent volumes",
    "network": "network",
    "load_balancer": "load balancers",
    "external": "charged from outside the cluster",
}
"""What the parts of a row's own cost are called."""

ROW_KEYS = tuple(key for key in KEYS[Fineness.ROW] if key != "window_start")
"""What tells single rows of one window apart."""

_ROUNDED = Decimal("1e-6")
"""Pieces that are more than their row by less than this are only rounded."""

_NETWORK = {
    "network_zone_cost": "between zones",
    "network_region_cost": "between regions",
    "network_internet_cost": "to the internet",
}

Prices = Mapping[tuple[str, datetime, str, str], NodePrice]


@dataclass(frozen=True, slots=True)
class OwnSources:
    """
    What the charges of a figure's own rows are held against.

    Attributes:
        level: how finely they were read
        prices: of nodes, by cluster, window, node and resource
        currencies: of the sets, by cluster and window
        hours: in which hours rows were charged above their request, by their keys and resource; None where the rows of
            the answer are hours, or none was opened
        bills: what bills say of nodes, by node; only of the one cluster and day that was opened
    """

    level: Fineness
    prices: Prices
    currencies: Mapping[tuple[str, datetime], str]
    bills: Mapping[str, NodeBill] = field(default_factory=dict)
    hours: Mapping[tuple[str, ...], HoursAbove] | None = None


def part_of(column: str) -> PathStep:
    """Return the step to a cost of a row."""
    name = column.removesuffix("_cost")
    return PathStep("part", name, LABELS.get(name, column.replace("_", " ")))


def own_charges(charges: Iterable[OwnCharge], sources: OwnSources) -> Iterator[PlacedCharge]:
    """Yield a figure's own costs, each with the way to it; what is nothing is left out."""
    for charge in charges:
        for column, valued in charge.costs.items():
            for basis, step in _BASES.items():
                if amount := getattr(valued, basis):
                    yield from _placed(charge, column, basis, (part_of(column), step), amount, sources)


def _placed(
    charge: OwnCharge, column: str, basis: str, way: tuple[PathStep, ...], amount: Decimal, sources: OwnSources
) -> Iterator[PlacedCharge]:
    steps = (*way, PathStep("cluster", charge.cluster))
    if charge.start is None:
        yield PlacedCharge(steps, amount, opens=True)
    elif basis == "listed" and column.removesuffix("_cost") in PRICED and sources.level >= Fineness.NODE:
        yield from _by_price(charge, column.removesuffix("_cost"), steps, amount, sources)
    elif sources.level < Fineness.ROW:
        yield PlacedCharge((*steps, window_step(charge.start)), amount, opens=True)
    else:
        yield from _single(charge, column, basis, (*steps, window_step(charge.start)), amount, sources)


def _by_price(
    charge: OwnCharge, name: str, steps: tuple[PathStep, ...], amount: Decimal, sources: OwnSources
) -> Iterator[PlacedCharge]:
    start = charge.start
    assert start is not None  # noqa: S101 - the caller has looked
    currency = sources.currencies.get((charge.cluster, start), "")
    found = priced(charge, name, sources.prices.get((charge.cluster, start, charge.node, name)), currency)
    steps = (*steps, found.step, window_step(start))
    if sources.level is not Fineness.ROW:
        yield PlacedCharge(steps, amount, found.formula, opens=True)
        return
    row, facts = _row_step(charge), (*_facts(charge, name), *_above(charge, name, sources))
    note = NOT_SPLIT if found.step.value == UNEVEN else ""
    if not found.pieces:
        yield PlacedCharge((*steps, row), amount, found.formula, facts, note)
    for piece, cost, formula in found.pieces:
        yield PlacedCharge((*steps, row, piece), cost, formula, facts)


def _single(
    charge: OwnCharge, column: str, basis: str, steps: tuple[PathStep, ...], amount: Decimal, sources: OwnSources
) -> Iterator[PlacedCharge]:
    """Yield one row's cost; of volumes, load balancers and traffic by what it is of."""
    if basis == "adjusted" and charge.node and column.removesuffix("_cost") in PRICED:
        steps = (*steps, PathStep("node", charge.node), _row_step(charge))
        yield PlacedCharge(steps, amount, facts=_billed(sources.bills.get(charge.node)))
        return
    steps = (*steps, _row_step(charge))
    pieces = _pieces(charge, column) if basis == "listed" and not charge.costs[column].estimated else []
    left = amount - sum((cost for _, cost, _ in pieces), Decimal(0))
    if left < -_ROUNDED:  # the pieces are of the whole row, of which estimated time was left out
        pieces = []
    for piece, cost, facts in pieces:
        yield PlacedCharge((*steps, piece), cost, facts=facts)
    if not pieces:
        yield PlacedCharge(steps, amount)
    elif left:
        step = PathStep("piece", "others", "not split further: the set does not say what it is of")
        yield PlacedCharge((*steps, step), left)


def _pieces(charge: OwnCharge, column: str) -> list[tuple[PathStep, Decimal, tuple[tuple[str, str], ...]]]:
    worth = charge.factor or Decimal(1)
    if column == "pv_cost":
        return [
            (PathStep("piece", f"volume:{one.volume}", one.volume), one.cost * worth,
             (("byte-hours", str(one.byte_hours)),))
            for one in charge.volumes if one.cost
        ]  # fmt: skip
    if column == "load_balancer_cost":
        return [
            (PathStep("piece", f"balancer:{one.service}", one.service), one.cost * worth,
             (("hours", f"{one.hours:f}"),))
            for one in charge.load_balancers if one.cost
        ]  # fmt: skip
    if column == "network_cost":
        return [
            (PathStep("piece", name, label), charge.network[name], ())
            for name, label in _NETWORK.items() if charge.network[name]
        ]  # fmt: skip
    return []


def _billed(bill: NodeBill | None) -> tuple[tuple[str, str], ...]:
    """Say what bills have of the node whose adjustment rows share."""
    if bill is None:
        return ()
    return (
        ("the node at list price", f"{bill.listed:f}"),
        ("the node as billed", f"{bill.billed:f}"),
        ("the node's adjustment", f"{bill.adjustment:f}"),
        ("rows of bills", str(bill.rows)),
        ("reconciled", bill.outcome),
    )


def _row_step(charge: OwnCharge) -> PathStep:
    if charge.kind == "unmounted":
        names = [charge.namespace, charge.pod, UNMOUNTED]
    else:
        names = [charge.namespace, charge.pod, charge.container]
    beside = (charge.kind, charge.node, charge.controller_kind, charge.controller, charge.pod_uid)
    return PathStep("row", "|".join([*names, *beside]), "/".join(filter(None, names)))


def _facts(charge: OwnCharge, name: str) -> tuple[tuple[str, str], ...]:
    """Say what was charged: request or use, and how much of each."""
    resource = PRICED[name]
    used = charge.amounts[resource.charged.replace("_hours", "_usage_hours")]
    charged, requested = charge.amounts[resource.charged], charge.amounts[resource.requested]
    facts = [("node", charge.node), ("charged", _hours(charged, resource.scale, resource.unit))]
    facts.append(("requested", _hours(requested, resource.scale, resource.unit)))
    facts.append(("used", "not measured" if used is None else _hours(used, resource.scale, resource.unit)))
    return tuple(facts)


def _above(charge: OwnCharge, name: str, sources: OwnSources) -> tuple[tuple[str, str], ...]:
    """Say in which hours of the day the charge was above the request, as long as hours are kept."""
    resource = PRICED[name]
    above = (charge.amounts[resource.charged] or 0) > (charge.amounts[resource.requested] or 0)
    if sources.hours is None or not above:
        return ()
    found = sources.hours.get((*(getattr(charge, key) for key in ROW_KEYS), name))
    if found is None:
        return (("above the request", "in which hours is not known: the hours of this day are no longer kept"),)
    if found.first is None or found.last is None:
        return ()
    return (
        ("above the request", f"in {found.above} of {found.hours} hours, {found.first:%H:%M} to {_end(found.last)}"),
    )


def _end(hour: datetime) -> str:
    """Return the time at which an hour ends."""
    return f"{hour + Resolution.HOUR.delta:%H:%M} UTC"


def _hours(amount: Decimal | None, scale: int, unit: str) -> str:
    return f"{(amount or Decimal(0)) / scale:.6f} {unit}"
