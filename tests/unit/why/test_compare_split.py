"""A difference is split exactly, whatever the two sides are."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleetcost.query.lines import LineCharge
from fleetcost.why.compare_items import ChangeItem, Items
from fleetcost.why.compare_split import added, split_charge, split_share

NANO = 10**9
AMOUNTS = st.integers(-(10**15), 10**15) | st.just(0)
QUANTITIES = st.integers(0, 10**18) | st.just(0)
SECONDS = st.integers(0, 10**9) | st.just(0)


@st.composite
def charges(draw: st.DrawFn) -> LineCharge:
    """Any charge: credits, free ones, amounts that nobody asked for, in the answer's currency or converted."""
    total, charged = draw(AMOUNTS), draw(QUANTITIES)
    return LineCharge(
        list_nanos=draw(AMOUNTS),
        total_nanos=total,
        shown_nanos=total if draw(st.booleans()) else draw(AMOUNTS),
        charged=charged,
        requested=draw(st.integers(0, charged)),
    )


def split(before: LineCharge, after: LineCharge, seconds: tuple[int, int] = (1, 1), *, alike: bool = True) -> Items:
    """Split a charge of a resource that has a quantity."""
    return split_charge(before, after, seconds, billed_alike=alike, residual=ChangeItem.AMOUNT)


@settings(max_examples=300, deadline=None)
@given(charges(), charges(), SECONDS, SECONDS, st.booleans())
def test_items_add_up_and_turn_round(one: LineCharge, other: LineCharge, first: int, second: int, alike: bool) -> None:  # noqa: FBT001 - drawn
    """The items are the difference to the last digit, and the comparison turned round has them with the sign turned."""
    there = split(one, other, (first, second), alike=alike)
    back = split(other, one, (second, first), alike=alike)
    assert sum(there.values()) == other.shown_nanos - one.shown_nanos
    assert there == {item: -nanos for item, nanos in back.items()}


@settings(max_examples=200, deadline=None)
@given(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS)
def test_a_share_of_a_pool_adds_up(before: int, pool_before: int, after: int, pool_after: int) -> None:
    """What the pool did and what the part of it did are the difference, and turn round."""
    there = split_share(before, pool_before, after, pool_after)
    back = split_share(after, pool_after, before, pool_before)
    assert sum(there.values()) == after - before
    assert added([there, back]) == {}


WEB = (
    LineCharge(53_106_480_000, 42_485_184_000, 42_485_184_000, 1680 * NANO, 1680 * NANO),
    LineCharge(67_200_000_000, 67_200_000_000, 67_200_000_000, 2400 * NANO, 2352 * NANO),
)
"""List 0.031611 a core-hour at 80 % by a bill that is final, then 0.028 and no bill yet; 1,680 and 2,016 hours."""


def test_the_worked_example() -> None:
    """
    More replicas, larger requests, a lower price and a bill that has not come are split as by hand.

    Replicas that use more than they ask for bring that use with them: 4 of the 48 core-hours above the request.
    """
    items = split(*WEB, (1680 * 3600, 2016 * 3600), alike=False)
    unit = Fraction(9, 10) * Fraction(31_611_000 + 28_000_000, 2)
    expected = {
        ChangeItem.BILL: Fraction(53_106_480_000 + 67_200_000_000, 2) * Fraction(1, 5),
        ChangeItem.PRICE: Fraction(9, 10) * 2040 * (28_000_000 - 31_611_000),
        ChangeItem.RUNNING_TIME: unit * (Fraction(1 + Fraction(7, 6), 2) * 336 + Fraction(1, 84) * 336),
        ChangeItem.REQUEST_SIZE: unit * 1848 * Fraction(1, 6),
        ChangeItem.ABOVE_REQUEST: unit * 1848 * Fraction(1, 42),
    }
    assert {item: nanos for item, nanos in items.items() if nanos} == pytest.approx(expected, abs=5)
    assert [round(float(nanos) / NANO, 6) for nanos in expected.values()] == [
        12.030648,
        -6.629796,
        9.871582,
        8.262085,
        1.180298,
    ]


@pytest.mark.parametrize(
    ("item", "before", "after", "seconds"),
    [
        (ChangeItem.PRICE, (100, 100, 100, 50, 50), (130, 130, 130, 50, 50), (10, 10)),
        (ChangeItem.DISCOUNTS, (100, 100, 100, 50, 50), (100, 70, 70, 50, 50), (10, 10)),
        (ChangeItem.RATES, (100, 100, 90, 50, 50), (100, 100, 80, 50, 50), (10, 10)),
        (ChangeItem.RUNNING_TIME, (100, 80, 80, 50, 30), (200, 160, 160, 100, 60), (10, 20)),
        (ChangeItem.REQUEST_SIZE, (100, 80, 80, 50, 50), (200, 160, 160, 100, 100), (10, 10)),
        (ChangeItem.ABOVE_REQUEST, (100, 80, 80, 50, 50), (200, 160, 160, 100, 50), (10, 10)),
        (ChangeItem.AMOUNT, (100, 80, 80, 0, 0), (200, 160, 160, 0, 0), (10, 10)),
    ],
)
def test_one_cause_alone(
    item: ChangeItem, before: tuple[int, ...], after: tuple[int, ...], seconds: tuple[int, int]
) -> None:
    """Where one factor alone changed, all of the difference is its item, whatever the others are."""
    items = split(LineCharge(*(one * NANO for one in before)), LineCharge(*(one * NANO for one in after)), seconds)
    assert {one: nanos for one, nanos in items.items() if nanos} == {item: (after[2] - before[2]) * NANO}
