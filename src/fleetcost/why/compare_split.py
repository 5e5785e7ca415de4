"""
One difference split exactly: nested Bennet on whole numbers.

Where a cost is a product, such as price × amount, each factor's part is its own difference at the mean of the other:
symmetric, so that the comparison turned round has the same parts with the sign turned; without an interaction; summing
over rows. A factor that is a product itself is opened the same way, which never changes its sum. See Diewert, "Index
number theory using differences rather than ratios", 2005, for the method of Bennet (1920).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fleetcost.query.lines import LineCharge
from fleetcost.why.compare_items import IN_ORDER, NOTHING, ChangeItem, Items

Fraction = tuple[int, int]
"""Numerator and denominator; the denominator is above zero."""

ONE: Fraction = (1, 1)


@dataclass(frozen=True, slots=True)
class Factored:
    """
    The difference of a product of two factors.

    Attributes:
        own: the part of the first factor, at the mean of the second
        mean: the mean of the first factor, by which a difference of the second is multiplied
    """

    own: Fraction
    mean: Fraction


def factored(before: int, second_before: int, after: int, second_after: int) -> Factored:
    """
    Split a difference of two products of which the second factor is known, the first a quotient.

    Where the second factor is zero on one side, the first is taken to be the same on both; what is left of the product
    there is the first factor's part.
    """
    if second_before and second_after:
        crossed_before, crossed_after = before * second_after, after * second_before
        divisor = 2 * second_before * second_after
        sign = 1 if divisor > 0 else -1
        own = sign * (second_before + second_after) * (crossed_after - crossed_before)
        return Factored((own, sign * divisor), (sign * (crossed_before + crossed_after), sign * divisor))
    if second_after:
        return Factored((-before, 1), _positive(after, second_after))
    if second_before:
        return Factored((after, 1), _positive(before, second_before))
    return Factored((after - before, 1), (0, 1))


def split_charge(
    before: LineCharge, after: LineCharge, seconds: tuple[int, int], *, billed_alike: bool, residual: ChangeItem
) -> Items:
    """
    Split the difference of what a line is charged for one resource.

    Args:
        before: the charge of the earlier window
        after: of the later one
        seconds: containers × time of either side
        billed_alike: the bills of both sides have come equally far
        residual: what a list price without a quantity is called
    """
    if before == after and seconds[0] == seconds[1]:
        return NOTHING
    parts: list[tuple[ChangeItem, Fraction]] = []
    rates = _over(before.shown_nanos, before.total_nanos, after.shown_nanos, after.total_nanos)
    parts.append((ChangeItem.RATES, rates.own))
    billed = _over(before.total_nanos, before.list_nanos, after.total_nanos, after.list_nanos)
    ratio = ChangeItem.DISCOUNTS if billed_alike else ChangeItem.BILL
    parts.append((ratio, _times(rates.mean, billed.own)))
    worth = _times(rates.mean, billed.mean)
    if not (before.charged or after.charged):
        parts.append((residual, _times(worth, (after.list_nanos - before.list_nanos, 1))))
        return landed(after.shown_nanos - before.shown_nanos, parts)
    priced = factored(before.list_nanos, before.charged, after.list_nanos, after.charged)
    parts.append((ChangeItem.PRICE, _times(worth, priced.own)))
    unit = _times(worth, priced.mean)
    for item, sides in (
        (ChangeItem.REQUEST_SIZE, (before.requested, after.requested)),
        (ChangeItem.ABOVE_REQUEST, (before.charged - before.requested, after.charged - after.requested)),
    ):
        hourly = factored(sides[0], seconds[0], sides[1], seconds[1])
        parts.append((item, _times(unit, hourly.own)))
        parts.append((ChangeItem.RUNNING_TIME, _times(unit, _times(hourly.mean, (seconds[1] - seconds[0], 1)))))
    return landed(after.shown_nanos - before.shown_nanos, parts)


def _over(before: int, second_before: int, after: int, second_after: int) -> Factored:
    """Split two products as `factored` does; most costs are in the currency they are shown in, and at list price."""
    if (before, after) == (second_before, second_after):
        return Factored((0, 1), ONE)
    return factored(before, second_before, after, second_after)


def split_share(before: int, pool_before: int, after: int, pool_after: int) -> Items:
    """Split the difference of somebody's part of a pool of idle cost into the part and the pool."""
    part = factored(before, pool_before, after, pool_after)
    pool = _times(part.mean, (pool_after - pool_before, 1))
    return landed(after - before, [(ChangeItem.IDLE_PART, part.own), (ChangeItem.IDLE_POOL, pool)])


def landed(whole: int, parts: Iterable[tuple[ChangeItem, Fraction]]) -> Items:
    """Put parts on the grid, cut towards zero; what that leaves of the whole goes to the largest part."""
    items: dict[ChangeItem, int] = {}
    for item, (numerator, denominator) in parts:
        if numerator:
            cut = abs(numerator) // denominator
            items[item] = items.get(item, 0) + (cut if numerator > 0 else -cut)
    return closed(whole, items)


def closed(whole: int, items: Mapping[ChangeItem, int]) -> Items:
    """Return items that add up to the whole: what is left goes to the largest, of equal ones to the first."""
    rest = whole - sum(items.values())
    if not rest:
        return items
    item = max(items, key=lambda item: abs(items[item]), default=ChangeItem.AMOUNT)
    return {**items, item: items.get(item, 0) + rest}


def added(many: Iterable[Items]) -> Items:
    """Add up items; those that cancel are left out."""
    sums: dict[ChangeItem, int] = {}
    for items in many:
        for item, nanos in items.items():
            sums[item] = sums.get(item, 0) + nanos
    return {item: sums[item] for item in IN_ORDER if sums.get(item)} or NOTHING


def _times(one: Fraction, other: Fraction) -> Fraction:
    return one[0] * other[0], one[1] * other[1]


def _positive(numerator: int, denominator: int) -> Fraction:
    return (numerator, denominator) if denominator > 0 else (-numerator, -denominator)
