"""Dividing exact amounts."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from fleetcost.costing.shares import split_cost, split_count

weights = st.lists(st.floats(0, 1e9), min_size=1, max_size=20).filter(any)


@given(st.integers(0, 10**24), weights)
def test_parts_add_up(total: int, parts: list[float]) -> None:
    """However a number is divided, the parts add up to it, none is negative, and no weight means no part."""
    split = split_count(total, parts)
    assert sum(split) == total
    assert all(part >= 0 for part in split)
    assert all(part == 0 or weight > 0 for part, weight in zip(split, parts, strict=True))


@given(st.integers(0, 10**18), weights)
def test_parts_are_in_proportion(total: int, parts: list[float]) -> None:
    """No part is further than one unit from its exact share."""
    for part, weight in zip(split_count(total, parts), parts, strict=True):
        assert abs(part - total * weight / sum(parts)) <= 1 + total * 1e-12


def test_costs_are_divided_on_the_grid() -> None:
    """A cost that cannot be divided evenly leaves its last unit with the first."""
    assert split_cost(Decimal("0.000000010"), [1, 1, 1]) == [
        Decimal("0.000000004"),
        Decimal("0.000000003"),
        Decimal("0.000000003"),
    ]
