"""Explaining one number of assets: type, price basis, cluster, window, asset, and of a node its resources."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, localcontext

from fleetcost.model.asset import AssetType, PriceSource
from fleetcost.query.asset_charges import AssetCharge, AssetCharges
from fleetcost.query.charges import AskedFigure, Fineness
from fleetcost.query.question import Question
from fleetcost.tables.view import View
from fleetcost.why.explain import EXACT_DIGITS, Opened, chosen_currency, rooted
from fleetcost.why.explain_own import ADJUSTED, ESTIMATED, LABELS, LISTED
from fleetcost.why.explain_path import PathStep, focus_of, value_of, window_step
from fleetcost.why.explain_price import PRICED, SOURCES
from fleetcost.why.explain_tree import Explained, PlacedCharge

_BASES = {"listed": LISTED, "estimated": ESTIMATED, "adjusted": ADJUSTED}
_COUNTED = {
    "total_cost": ("listed", "estimated", "adjusted"),
    "cost": ("listed", "estimated"),
    "adjustment": ("adjusted",),
    "cost_estimated": ("estimated",),
}
"""By figure, which parts of an asset's cost are in it."""

_TYPES = {
    AssetType.NODE: "nodes",
    AssetType.DISK: "disks",
    AssetType.LOAD_BALANCER: "load balancers",
    AssetType.CLUSTER_MANAGEMENT: "management fees",
    AssetType.NETWORK: "network",
}


def explain_assets(
    snapshot: View, question: Question, figure: AskedFigure, opened: Opened
) -> tuple[Explained, str] | None:
    """
    Explain one figure of an answer about assets; see `explain.explain`.

    Raises:
        QuestionError: the row is there in several currencies, and none was chosen.
    """
    with localcontext() as exact:
        exact.prec = EXACT_DIGITS
        source = AssetCharges(snapshot, question, figure, focus_of(opened.path))
        figures = source.figures()
        currency = chosen_currency(figures, question, figure)
        if currency not in figures:
            return None
        charges = [
            placed
            for one in source.own(_level(opened), currency)
            for basis in _COUNTED[figure.column]
            for placed in _placed(one, basis)
        ]
        tree = rooted(charges, Explained((), "answer", figure.row or "", figures[currency]), opened)
        return None if tree is None else (tree, currency)


def _level(opened: Opened) -> Fineness:
    if value_of(opened.path, "window") is not None:
        return Fineness.ROW
    return Fineness.CLUSTER if value_of(opened.path, "cluster") is None else Fineness.WINDOW


def _placed(charge: AssetCharge, basis: str) -> Iterator[PlacedCharge]:
    amount: Decimal = getattr(charge.cost, basis)
    if not amount:
        return
    label = _TYPES.get(AssetType(charge.type), "") if charge.type in set(AssetType) else ""
    steps: tuple[PathStep, ...] = (
        PathStep("part", charge.type, label),
        _BASES[basis],
        PathStep("cluster", charge.cluster),
    )
    if charge.start is None:
        yield PlacedCharge(steps, amount, opens=True)
        return
    steps = (*steps, window_step(charge.start))
    if not charge.name:
        yield PlacedCharge(steps, amount, opens=True)
        return
    steps = (*steps, PathStep("row", f"{charge.name}|{charge.provider_id}", charge.name))
    pieces = _resources(charge) if basis == "listed" else []
    for step, cost, facts in pieces:
        yield PlacedCharge((*steps, step), cost, facts=facts)
    left = amount - sum((cost for _, cost, _ in pieces), Decimal(0))
    if not pieces:
        yield PlacedCharge(steps, amount, facts=_facts(charge))
    elif left:
        step = PathStep("piece", "others", "not split further: the set does not say what it is of")
        yield PlacedCharge((*steps, step), left)


def _resources(charge: AssetCharge) -> list[tuple[PathStep, Decimal, tuple[tuple[str, str], ...]]]:
    amounts = dict(charge.amounts)
    return [
        (PathStep("piece", name, LABELS[name]), cost, (*_amount(name, amounts[name]), *_facts(charge)))
        for name, cost in charge.resources
        if cost
    ]


def _amount(name: str, amount: Decimal) -> tuple[tuple[str, str], ...]:
    return (("amount", f"{amount / PRICED[name].scale:.6f} {PRICED[name].unit}"),)


def _facts(charge: AssetCharge) -> tuple[tuple[str, str], ...]:
    known = charge.price_source in set(PriceSource)
    facts = [("price from", SOURCES[PriceSource(charge.price_source)])] if known else []
    if charge.node_type:
        facts.append(("node type", charge.node_type))
    if charge.byte_hours:
        facts.append(("amount", f"{Decimal(charge.byte_hours) / (1 << 30):.6f} GiB-hours"))
    return tuple(facts)
