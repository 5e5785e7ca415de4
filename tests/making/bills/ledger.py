"""
The ledger: what was really bought, in plain decimals, and what a reader must make of it.

Nothing here knows the code that reads bills: each charge is entered with the five costs that follow from its prices,
and the sums are Python's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

GRID = Decimal("1e-9")
COSTS = ("list_cost", "net_cost", "amortized_cost", "amortized_net_cost", "invoiced_cost")

Costs = tuple[Decimal, Decimal, Decimal, Decimal, Decimal]
"""List, net, amortized, amortized net, invoiced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One row of a bill: how the provider writes it, and what it must become."""

    start: datetime
    hours: int = 1
    rule: str
    category: str
    kubernetes: bool = False
    provider_id: str = ""
    service: str = ""
    usage_type: str = ""
    account_id: str = ""
    line_type: str = ""
    currency: str = "USD"
    labels: Mapping[str, str] = field(default_factory=dict)
    costs: Costs
    row: Mapping[str, object] = field(default_factory=dict)
    """What only this provider's file says of it."""

    @property
    def end(self) -> datetime:
        """When it ended."""
        return self.start + timedelta(hours=self.hours)

    @property
    def day(self) -> datetime:
        """The day it belongs to."""
        return self.start.replace(hour=0)

    @property
    def key(self) -> tuple[object, ...]:
        """What makes its row a row of its own."""
        return (
            self.currency, self.account_id, self.service, self.category, self.provider_id, self.usage_type, self.rule,
            self.line_type, self.kubernetes, tuple(sorted(self.labels.items())),
        )  # fmt: skip


def same(cost: Decimal) -> Costs:
    """Return a charge that costs the same however it is looked at."""
    return cost, cost, cost, cost, cost


def truth(
    charges: Iterable[Charge], until: datetime | None = None
) -> dict[datetime, dict[tuple[object, ...], tuple[Decimal, ...]]]:
    """
    Return by day and row key the five exact sums, rounded once to the grid.

    Amortized, a charge for several days of a month lies on all of them; those from `until` on have not come.
    """
    sums: dict[datetime, dict[tuple[object, ...], list[Decimal]]] = defaultdict(dict)
    for charge in charges:
        for day, costs in _by_day(charge, until):
            held = sums[day].setdefault(charge.key, [Decimal(0)] * 5)
            for number, cost in enumerate(costs):
                held[number] += cost
    return {
        day: {key: tuple(cost.quantize(GRID, ROUND_HALF_UP) for cost in costs) for key, costs in rows.items()}
        for day, rows in sums.items()
    }


STAYING = ("credit", "refund", "discount", "savings plan negation", "tax", "adjustment", "unmapped")
"""What lies on one day however long its period is."""


def _by_day(charge: Charge, until: datetime | None) -> list[tuple[datetime, Costs]]:
    days = -((charge.day - charge.end) // timedelta(days=1))
    amortized = charge.costs[2:4]
    elsewhere = (charge.end - timedelta(seconds=1)).month != charge.start.month
    if charge.rule in STAYING or charge.hours <= 24 or days < 2 or elsewhere or amortized == (0, 0):
        return [(charge.day, charge.costs)]
    made = []
    for number in range(days):
        gross, net = (_up_to(cost, number + 1, days) - _up_to(cost, number, days) for cost in amortized)
        first = number == 0
        listed, charged, invoiced = (charge.costs[place] if first else Decimal(0) for place in (0, 1, 4))
        made.append((charge.day + timedelta(days=number), (listed, charged, gross, net, invoiced)))
    return [(day, costs) for day, costs in made if until is None or day < until]


def _up_to(cost: Decimal, days: int, of: int) -> Decimal:
    return cost if days == of else (cost * days / of).quantize(GRID, ROUND_HALF_UP)


def totals(charges: Iterable[Charge]) -> dict[str, tuple[Decimal, ...]]:
    """Return by currency the five exact sums of everything."""
    sums: dict[str, list[Decimal]] = {}
    for charge in charges:
        held = sums.setdefault(charge.currency, [Decimal(0)] * 5)
        for number, cost in enumerate(charge.costs):
            held[number] += cost
    return {currency: tuple(costs) for currency, costs in sums.items()}
