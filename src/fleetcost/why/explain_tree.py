"""A tree whose parts sum exactly to the whole at every level: it is grown from charges, each with the way to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from fleetcost.why.explain_path import Path, PathStep

ROUNDING = "rounding"
"""What is left between the parts and the whole where an amount was rounded once, at the end."""

UNEXPLAINED = "not explained by the rows in the tables"
"""A difference that is more than rounding: it is named, not hidden."""

_MOST_ROUNDED = Decimal("1e-8")
"""What rounding leaves of one charge at most."""

_IN_ORDER = ("part", "basis", "window", "piece")
"""Kinds of part that have an order of their own: that in which they were made, or of time."""


@dataclass(frozen=True, slots=True)
class Formula:
    """
    An amount as quantity times price, times a rate where it is in another currency; exact.

    Attributes:
        quantity: how much
        unit: of what, such as core-hours
        price: of one, in its own currency
        currency: that currency
        factor: what one unit of it is worth, None where it is the currency of the answer
    """

    quantity: Decimal
    unit: str
    price: Decimal
    currency: str = ""
    factor: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PlacedCharge:
    """
    An exact amount and the way to it.

    Attributes:
        steps: from the root
        amount: in the currency of the answer
        formula: of the amount, where it is quantity times price
        facts: what else is known of it: name and value in words
        note: what people should know, such as why it is not split further
        opens: there is more behind it than was read
    """

    steps: tuple[PathStep, ...]
    amount: Decimal
    formula: Formula | None = None
    facts: tuple[tuple[str, str], ...] = ()
    note: str = ""
    opens: bool = False


@dataclass(frozen=True, slots=True)
class Explained:
    """
    One part of a number with its parts; `amount` is exactly the sum of `parts` and of `rest`, where it has any.

    Attributes:
        path: the way to it from the root
        kind, label: what it is
        amount: in the currency of the answer
        parts: the largest of its parts, in their order
        rest: what all further parts are together, None where there is none
        rest_count: how many those are
        opens: it has parts that were not asked for
        formula, facts, note: of a part that is one charge, see `PlacedCharge`; a formula of several is their sum
    """

    path: Path
    kind: str
    label: str
    amount: Decimal
    parts: tuple[Explained, ...] = ()
    rest: Decimal | None = None
    rest_count: int = 0
    opens: bool = False
    formula: Formula | None = None
    facts: tuple[tuple[str, str], ...] = ()
    note: str = ""


def grow(charges: Iterable[PlacedCharge], root: Explained, depth: int, limit: int) -> Explained:
    """
    Return the part at a path with its parts.

    Args:
        charges: all that are at or behind the root's path
        root: without its parts; where its amount is another than the sum of the charges, the difference is a part
        depth: how many levels of parts
        limit: the most parts of one part; the others are its `rest`
    """
    behind = [one for one in charges if tuple(step.id for step in one.steps[: len(root.path)]) == root.path]
    return _grown(root, behind, depth, limit)


def summed(charges: Iterable[PlacedCharge]) -> Decimal:
    """Return what charges are together."""
    return sum((one.amount for one in charges), Decimal(0))


def _grown(part: Explained, charges: Sequence[PlacedCharge], depth: int, limit: int) -> Explained:
    place = len(part.path)
    inner = [one for one in charges if len(one.steps) > place]
    if not inner:
        return _leaf(part, charges)
    if depth == 0:
        return replace(part, opens=True)
    groups: dict[str, list[PlacedCharge]] = {}
    for one in inner:
        groups.setdefault(one.steps[place].id, []).append(one)
    parts = [_part(part.path, own, place) for own in groups.values()]
    parts += _differences(part, parts, len(inner))
    kept, rest = _limited(parts, limit)
    grown = tuple(_grown(one, groups.get(one.path[-1], []), depth - 1, limit) for one in kept)
    return replace(part, parts=grown, rest=_sum(rest) if rest else None, rest_count=len(rest))


def _part(path: Path, charges: Sequence[PlacedCharge], place: int) -> Explained:
    step = charges[0].steps[place]
    return Explained(
        path=(*path, step.id),
        kind=step.kind,
        label=step.label or step.value,
        amount=summed(charges),
        formula=_together(charges) if step.kind == "price" else None,
    )


def _leaf(part: Explained, charges: Sequence[PlacedCharge]) -> Explained:
    """Return a part without parts, with what is known of the charge that it is."""
    if len(charges) != 1:
        return replace(part, opens=any(one.opens for one in charges))
    (one,) = charges
    return replace(part, formula=one.formula or part.formula, facts=one.facts, note=one.note, opens=one.opens)


def _together(charges: Sequence[PlacedCharge]) -> Formula | None:
    """Return the quantity and the mean price of charges in one unit and currency, None where any of them has none."""
    formulas = [one.formula for one in charges if one.formula is not None]
    if len(formulas) < len(charges) or len({(one.unit, one.currency) for one in formulas}) != 1:
        return None
    quantity = sum((one.quantity for one in formulas), Decimal(0))
    if not quantity:
        return None
    cost = sum((one.quantity * one.price for one in formulas), Decimal(0))
    factors = {one.factor for one in formulas}
    # Of several days with a rate each there is no one factor; the parts below have theirs.
    return replace(
        formulas[0],
        quantity=quantity,
        price=(cost / quantity).quantize(Decimal("1e-12")),
        factor=factors.pop() if len(factors) == 1 else None,
    )


def _differences(part: Explained, parts: Sequence[Explained], charges: int) -> list[Explained]:
    """Return what a part is beside the sum of its parts: rounding, or what nothing in the tables accounts for."""
    left = part.amount - _sum(parts)
    if not left:
        return []
    name = ROUNDING if abs(left) <= _MOST_ROUNDED * charges else UNEXPLAINED
    return [Explained((*part.path, f"piece={name}"), "piece", name, left)]


def _limited(parts: Sequence[Explained], limit: int) -> tuple[list[Explained], list[Explained]]:
    """Return the largest parts in the order of their kind, and the others."""
    by_size = sorted(parts, key=lambda one: (-abs(one.amount), one.path))
    kept, rest = by_size[:limit], by_size[limit:]
    places = {one.path: place for place, one in enumerate(parts)}
    if kept[0].kind == "window":
        kept.sort(key=lambda one: one.path)
    elif kept[0].kind in _IN_ORDER:
        kept.sort(key=lambda one: places[one.path])
    return kept, rest


def _sum(parts: Iterable[Explained]) -> Decimal:
    return sum((one.amount for one in parts), Decimal(0))
