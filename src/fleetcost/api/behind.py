"""What stands behind an answer, in JSON: the windows of one cluster."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from fleetcost.model.amount import EXACT, NANO, exact_sum
from fleetcost.model.states import WindowState
from fleetcost.model.window import rfc3339
from fleetcost.query.answer import Completeness, LeftOut


class RateMissingJson(msgspec.Struct, frozen=True):
    """
    Costs of a cluster or of an integration that are not in the answer's currency, because no exchange rate is known.

    Attributes:
        currency: theirs
        amount: what they are together, exactly
        days: whose costs they are
    """

    currency: str
    amount: str
    days: list[str]


class CompletenessJson(msgspec.Struct, frozen=True):
    """
    Which windows of one cluster stand behind the answer.

    Attributes:
        bills: days by the state of their bill, empty without
        estimated_minutes: minutes not observed for which there are estimates
        rate_missing: costs in other currencies that no exchange rate converts, empty without
    """

    cluster: str
    state: WindowState
    windows: dict[str, int]
    first: str | None
    last: str | None
    coverage_minutes: float
    expected_minutes: float
    causes: list[str]
    bills: dict[str, int] = {}
    estimated_minutes: float = 0.0
    rate_missing: list[RateMissingJson] = []


def completeness_document(entry: Completeness) -> CompletenessJson:
    """Say what stands behind an answer, for one cluster."""
    causes = sorted({f"{gap.state}: {gap.cause}" for gap in entry.gaps if gap.cause})
    return CompletenessJson(
        cluster=entry.cluster,
        state=entry.state,
        windows={state.value: count for state, count in entry.counts.items()},
        first=rfc3339(entry.first) if entry.first else None,
        last=rfc3339(entry.last) if entry.last else None,
        coverage_minutes=round(entry.coverage_minutes, 3),
        expected_minutes=round(entry.expected_minutes, 3),
        causes=causes[:20],
        bills={state.value: count for state, count in entry.bills.items()},
        estimated_minutes=round(entry.estimated_minutes, 3),
        rate_missing=missing_rates(entry.without_rate),
    )


def missing_rates(without: Iterable[LeftOut]) -> list[RateMissingJson]:
    """Say by currency which costs have no exchange rate."""
    return [
        RateMissingJson(currency, exact_text(exact_sum(one.amount for one in own)), days_of(own))
        for currency, own in by_currency(without).items()
    ]


def by_currency(left: Iterable[LeftOut]) -> dict[str, list[LeftOut]]:
    """Group amounts by currency, oldest first."""
    found: dict[str, list[LeftOut]] = {}
    for one in sorted(left, key=lambda one: (one.currency, one.day, one.owner)):
        found.setdefault(one.currency, []).append(one)
    return found


def days_of(own: Iterable[LeftOut]) -> list[str]:
    """Write the days of amounts, oldest first."""
    return sorted({one.day.date().isoformat() for one in own})


def exact_text(amount: Decimal) -> str:
    """Write an amount with every place of the grid it has, and no more."""
    text = f"{EXACT.quantize(amount, NANO):f}".rstrip("0").rstrip(".")
    return text or "0"
