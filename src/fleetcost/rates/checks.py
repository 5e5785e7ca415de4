"""What is refused of rates that can be read: doubled keys, and changes that can hardly be meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from fleetcost.errors import RatesRefusedError
from fleetcost.rates.reading import RateFile, ReadRate
from fleetcost.rates.table import ExchangeRate

LARGEST_CHANGE = 3
"""From one rate of a pair to its next: more is a swapped direction or a misplaced point, not a market."""

_SHOWN = 5


def checked(file: RateFile, known: Iterable[ExchangeRate] = (), *, force: bool = False) -> tuple[ExchangeRate, ...]:
    """
    Return the rates of a file that can be taken into a table.

    Args:
        file: what was read
        known: the rates of the table so far
        force: take changes that can hardly be meant

    Raises:
        RatesRefusedError: some cannot be taken; it names each with its line.
    """
    found = list(_doubled(file.rates))
    if not force:
        found += _jumps(file.rates, known)
    if not found:
        return tuple(one.rate for one in file.rates)
    more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    raise RatesRefusedError(f"{file.name}: {'; '.join(found[:_SHOWN])}{more}")


def _doubled(rates: Sequence[ReadRate]) -> Iterator[str]:
    lines: dict[tuple[object, str, str], int] = {}
    for one in rates:
        key = (one.rate.day, one.rate.base, one.rate.quote)
        if key in lines:
            yield f"line {one.line}: {_named(one.rate)} is given in line {lines[key]} already"
        lines.setdefault(key, one.line)


def _jumps(rates: Sequence[ReadRate], known: Iterable[ExchangeRate]) -> Iterator[str]:
    """Yield each rate that is more than three times its neighbour's, or less than a third; directions are joined."""
    merged = {_key(rate): (rate, 0) for rate in known}
    merged |= {_key(one.rate): (one.rate, one.line) for one in rates}
    series: dict[tuple[str, ...], list[tuple[ExchangeRate, int]]] = {}
    for rate, line in merged.values():
        series.setdefault(tuple(sorted((rate.base, rate.quote))), []).append((rate, line))
    for own in series.values():
        own.sort(key=lambda pair: (pair[0].day, pair[0].base))
        for (earlier, before), (later, line) in pairwise(own):
            if line or before:
                first, second = _upward(earlier), _upward(later)
                if not first / LARGEST_CHANGE <= second <= first * LARGEST_CHANGE:
                    at, whose, other = (line, later, earlier) if line else (before, earlier, later)
                    found = f"{_named(whose)} is {whose.rate:f}, next to {_named(other)}, {other.rate:f}"
                    yield f"line {at}: {found}: are base and quote swapped? --force takes it"


def _upward(one: ExchangeRate) -> Decimal:
    """Return a rate in the direction of the alphabet."""
    return one.rate if one.base < one.quote else 1 / one.rate


def _key(one: ExchangeRate) -> tuple[object, str, str]:
    return one.day, one.base, one.quote


def _named(one: ExchangeRate) -> str:
    return f"{one.base} to {one.quote} on {one.day}"
