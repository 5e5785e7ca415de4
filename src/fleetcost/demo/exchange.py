"""The demonstration's currencies, and its exchange rates: what one euro is worth in dollars, day by day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType

from fleetcost.bucket.port import Bucket
from fleetcost.rates.store import publish_rates
from fleetcost.rates.table import ExchangeRate, RateKind

TABLE = "demo"
DISPLAY = "USD"
"""What its answers are in."""

CURRENCIES: Mapping[str, str] = MappingProxyType({"on-prem": "EUR"})
"""By provider, the currency of prices and bills where it is another: the house that keeps racks is paid in euros."""

_STEP = Decimal("0.0015")
_MIDDLE = Decimal("1.0800")
_SWING_DAYS = 14


def write_rates(bucket: Bucket, since: datetime, now: datetime) -> None:
    """Write a rate for every day from the first to today; the euro rises for a week and falls for one."""
    days = [(since + timedelta(days=number)).date() for number in range((now.date() - since.date()).days + 1)]
    rates = [ExchangeRate(day, "EUR", "USD", _MIDDLE + _STEP * _swing(day.toordinal())) for day in days]
    publish_rates(bucket, TABLE, RateKind.DAILY, rates, "the demonstration", now)


def _swing(day: int) -> int:
    at = day % _SWING_DAYS
    return min(at, _SWING_DAYS - at)
