"""A table of dated exchange rates, and the factor that turns a cost of a day into another currency."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal

FACTOR_PLACES = 12
"""Decimal places of a factor: a currency of small units keeps eight digits of its worth."""

LARGEST_FACTOR = Decimal(100_000)
"""A factor is below it, so that its product with a cost has room in the engines' decimals."""

_UNIT = Decimal(1).scaleb(-FACTOR_PLACES)
_WIDE = Context(prec=60, rounding=ROUND_HALF_UP)


class RateKind(enum.StrEnum):
    """DAILY rates are carried forward over days without one, MONTHLY ones count for the whole of their month alone."""

    DAILY = "daily"
    MONTHLY = "monthly"


@dataclass(frozen=True, slots=True, order=True)
class ExchangeRate:
    """
    One published or booked rate.

    Attributes:
        day: whose rate it is; of a monthly table the first of its month
        base, quote: ISO 4217 codes
        rate: units of the quote for one unit of the base, as the European Central Bank writes them
    """

    day: date
    base: str
    quote: str
    rate: Decimal


@dataclass(frozen=True, slots=True)
class FoundFactor:
    """What one unit is worth: rounded once to twelve places, half away from zero, and the day whose rate it is."""

    factor: Decimal
    rate_day: date


@dataclass(frozen=True, eq=False)
class RateTable:
    """
    A version of a table.

    Attributes:
        name, version: which
        kind: how its rates count for days
        rates: sorted, one per day, base and quote
    """

    name: str
    version: int
    kind: RateKind
    rates: tuple[ExchangeRate, ...]
    _quotes: Mapping[tuple[date, str], Mapping[str, Decimal]] = field(init=False, repr=False)
    _bases: tuple[str, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Index the rates by day and base."""
        quotes: dict[tuple[date, str], dict[str, Decimal]] = {}
        for one in self.rates:
            quotes.setdefault((one.day, one.base), {one.base: Decimal(1)})[one.quote] = one.rate
        object.__setattr__(self, "_quotes", quotes)
        object.__setattr__(self, "_bases", tuple(sorted({base for _, base in quotes})))

    def factor(self, of: str, into: str, days: Iterable[date]) -> FoundFactor | None:
        """
        Return what one unit is worth by the rates of the first of some days that has them.

        A rate in just this direction counts before one that follows from a base that both are quoted against.
        """
        tried = tuple(days)
        for bases in ((of,), self._bases):
            for day in tried:
                if (found := self._on(day, of, into, bases)) is not None:
                    return FoundFactor(found, day) if found < LARGEST_FACTOR else None
        return None

    def _on(self, day: date, of: str, into: str, bases: Iterable[str]) -> Decimal | None:
        for base in bases:
            quotes = self._quotes.get((day, base), {})
            if of in quotes and into in quotes:
                return _WIDE.divide(quotes[into], quotes[of]).quantize(_UNIT, context=_WIDE)
        return None


@dataclass(frozen=True, slots=True)
class RatePolicy:
    """
    Which rate counts for a day.

    Attributes:
        table: where it is looked up
        fixed: the day whose rates count for all days, None for each day's own
        max_age_days: how many days a daily rate is carried forward
    """

    table: RateTable
    fixed: date | None = None
    max_age_days: int = 7

    @property
    def name(self) -> str:
        """The policy in a word: `daily`, `monthly`, or the fixed day."""
        return self.fixed.isoformat() if self.fixed else self.table.kind.value

    def factor(self, of: str, into: str, day: date) -> FoundFactor | None:
        """Return what a cost of a day is multiplied with; None where no rate counts for it."""
        return self.table.factor(of, into, self._days(self.fixed or day))

    def why_none(self, of: str, into: str, day: date) -> str:
        """Say why no rate counts for a day."""
        asked, name = self.fixed or day, self.table.name
        if self.table.kind is RateKind.MONTHLY:
            return f"{name} has no rate of {of} to {into} for {asked:%Y-%m}"
        return f"{name} has no rate of {of} to {into} on {asked} or in the {self.max_age_days} days before"

    def _days(self, day: date) -> Iterable[date]:
        if self.table.kind is RateKind.MONTHLY:
            return (day.replace(day=1),)
        return (day - timedelta(days=age) for age in range(self.max_age_days + 1))
