"""
Exact amounts: money and resource hours as decimals with nine places.

Sums of binary floating point depend on their order, so the same question would get answers that differ in the last
digit from run to run. Nine decimal places in a 64-bit integer add exactly, in any order, on any engine: see
`docs/decisions/0002-exact-amounts.md`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal

PLACES = 9
"""Decimal places of every cost and of every hour amount that is not counted in whole bytes."""

ZERO = Decimal("0.000000000")
NANO = Decimal(1).scaleb(-PLACES)
"""The grid: what an amount is a whole number of."""

EXACT = Context(prec=100, rounding=ROUND_HALF_UP)
"""Sums and products of decimals lose nothing in it; half a unit is rounded away from zero, as the engine does."""

_SCALE: int = 10**PLACES
_LARGEST = 10 ** (18 - PLACES) - 1


def exact_sum(amounts: Iterable[Decimal | None]) -> Decimal:
    """Add up amounts without loss; what is not known adds nothing."""
    total = ZERO
    for one in amounts:
        total = EXACT.add(total, one or ZERO)
    return total


def amount(value: float) -> Decimal:
    """
    Round a computed value to the exact grid.

    Raises:
        ValueError: the value is not finite or beyond ±999,999,999.
    """
    if not value:
        return ZERO
    if not math.isfinite(value) or abs(value) > _LARGEST:
        raise ValueError(f"amount {value} is not finite or larger than {_LARGEST}")
    return NANO * round(value * _SCALE)


def whole(value: float) -> int:
    """
    Round a computed count (bytes, byte-hours) to a whole number.

    Raises:
        ValueError: the value is not finite.
    """
    if not math.isfinite(value):
        raise ValueError(f"count {value} is not finite")
    return round(value)
