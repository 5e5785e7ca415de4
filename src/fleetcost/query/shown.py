"""The currency of an answer: what rows of other currencies are worth in it, day by day, and what has no rate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache

from fleetcost.model.window import Resolution, Window
from fleetcost.rates.table import RatePolicy

FACTOR_TYPE = "DECIMAL(17, 12)"
"""A factor, see `rates.table`: twelve places, and below 100,000."""


@dataclass(frozen=True, slots=True)
class DayFactor:
    """
    What one unit of a currency is worth on one UTC day.

    Attributes:
        day: its start
        currency: of the costs
        factor: what they are multiplied with
        rate_day: the day whose rate it is: an earlier one where a rate is carried forward
    """

    day: datetime
    currency: str
    factor: Decimal
    rate_day: date


@dataclass(frozen=True, slots=True)
class Exchange:
    """
    What the currencies of a window are worth.

    Attributes:
        factors: by day and currency
        missing: days and currencies that have none
    """

    factors: tuple[DayFactor, ...] = ()
    missing: tuple[tuple[datetime, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """
    The currency of an answer whose rows may be in several.

    Attributes:
        currency: ISO 4217 code; empty for rows in their own, which stay apart
        others: the other currencies of the fleet's rows of this kind
        policy: which rates count, None where nothing is converted
        alone: rows that are in another currency and have no rate are left out; otherwise they stay apart
        rest: only these rows are there, all others are left out
    """

    currency: str = ""
    others: tuple[str, ...] = ()
    policy: RatePolicy | None = None
    alone: bool = False
    rest: bool = False

    def exchange(self, window: Window) -> Exchange:
        """Return what the other currencies are worth on the days of a window."""
        if self.policy is None or not self.currency:
            return Exchange()
        return _exchange(self.policy, self.currency, self.others, window)


@lru_cache(maxsize=64)
def _exchange(policy: RatePolicy, into: str, others: tuple[str, ...], window: Window) -> Exchange:
    factors, missing = [], []
    for day in _days(window):
        for currency in others:
            begin = datetime.combine(day, time(), UTC)
            found = policy.factor(currency, into, day)
            if found is None:
                missing.append((begin, currency))
            else:
                factors.append(DayFactor(begin, currency, found.factor, found.rate_day))
    return Exchange(tuple(factors), tuple(missing))


def _days(window: Window) -> Iterable[date]:
    day = Resolution.DAY.floor(window.start)
    while day < window.end:
        yield day.date()
        day += timedelta(days=1)
