"""Dividing an exact amount so that the parts add up to it to the last digit."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from fleetcost.model.amount import PLACES


def split_cost(total: Decimal, weights: Sequence[float]) -> list[Decimal]:
    """
    Divide a cost in proportion to weights; the parts add up to the total exactly.

    Args:
        total: on the exact grid, not negative
        weights: none negative, at least one positive
    """
    return [Decimal(part).scaleb(-PLACES) for part in split_count(int(total.scaleb(PLACES)), weights)]


def split_count(total: int, weights: Sequence[float]) -> list[int]:
    """Divide a whole number in proportion to weights; what rounding down leaves goes to the largest remainders."""
    if len(set(weights)) == 1:
        each, left = divmod(total, len(weights))
        return [each + (i < left) for i in range(len(weights))]
    exact = [Fraction(weight) for weight in weights]
    scale = Fraction(total) / sum(exact, Fraction())
    shares = [weight * scale for weight in exact]
    parts = [share.numerator // share.denominator for share in shares]
    left = total - sum(parts)
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - shares[i], i))
    for i in by_remainder[:left]:
        parts[i] += 1
    return parts
