"""What a time or a number of a set's row can be; one that is outside breaks what is asked about all rows."""

from __future__ import annotations

from datetime import timedelta

MARGIN = timedelta(days=1)
"""How far outside of its set's window a row may begin or end."""

_LARGEST_PEAK, _LARGEST_FRACTION = 1e18, 1e6


def largest(column: str) -> float:
    """
    Return the largest absolute value of a column that is no amount of money.

    Peaks are in bytes; fractions are weighted by costs in exact decimals, which have no room for more.
    """
    return _LARGEST_PEAK if column.endswith("_max") else _LARGEST_FRACTION
