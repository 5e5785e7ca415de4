"""Exact amounts."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetcost.model.amount import PLACES, ZERO, amount, whole

floats = st.floats(-999_999_999, 999_999_999)


@given(floats)
def test_an_amount_is_the_nearest_on_the_grid(value: float) -> None:
    """Rounding moves a value by at most half a step of the grid, give or take the double's own precision."""
    exact = amount(value)
    assert exact.as_tuple().exponent == -PLACES
    assert abs(Fraction(exact) - Fraction(value)) <= Fraction(1, 2 * 10**PLACES) + Fraction(math.ulp(value))


@given(st.lists(floats, max_size=30), st.randoms())
def test_sums_do_not_depend_on_the_order(values: list[float], random: object) -> None:
    """The same amounts add to the same sum in any order, to the last digit."""
    amounts = [amount(value / 1000) for value in values]
    shuffled = list(amounts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert sum(amounts, ZERO) == sum(shuffled, ZERO)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e9, -1e9, 1e300])
def test_what_is_not_an_amount_is_refused(value: float) -> None:
    """NaN, infinities and what would not fit eighteen digits raise instead of becoming a number."""
    with pytest.raises(ValueError, match="not finite or larger"):
        amount(value)


def test_the_largest_amount_fits() -> None:
    """The bound itself is an amount of eighteen digits."""
    assert amount(999_999_999) == Decimal("999999999.000000000")
    assert len(amount(999_999_999).as_tuple().digits) == 18


def test_dust_is_zero() -> None:
    """A value below half a step of the grid is zero, and the zero has nine places."""
    assert amount(4e-10) == ZERO
    assert str(amount(0.0)) == "0E-9" == str(ZERO)


def test_counts_are_whole() -> None:
    """Bytes are rounded to whole numbers of any size; what is not finite is refused."""
    assert whole(1.6) == 2
    assert whole(float(1 << 60)) == 1 << 60
    with pytest.raises(ValueError, match="not finite"):
        whole(math.inf)
