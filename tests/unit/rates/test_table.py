"""How a rate is found for a day, and what it is worth."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetcost.rates.table import ExchangeRate, RateKind, RatePolicy, RateTable

FRIDAY = date(2026, 10, 16)
POSITIVE = st.decimals("0.000000000001", "99999", places=12)


def table(*rates: tuple[date, str, str, str], kind: RateKind = RateKind.DAILY) -> RateTable:
    """Return a table of these rates."""
    rows = (ExchangeRate(day, base, quote, Decimal(rate)) for day, base, quote, rate in rates)
    return RateTable("t", 1, kind, tuple(sorted(rows)))


ECB = table((FRIDAY, "EUR", "USD", "1.1623"), (FRIDAY, "EUR", "GBP", "0.8701"))


@pytest.mark.parametrize(
    ("of", "into", "worth"),
    [
        ("EUR", "USD", "1.162300000000"),
        ("USD", "EUR", "0.860363073217"),
        ("GBP", "EUR", "1.149293184691"),
        ("USD", "GBP", "0.748601910006"),
        ("USD", "INR", None),
    ],
)
def test_cross_rates_go_through_the_base(of: str, into: str, worth: str | None) -> None:
    """A pair that is not quoted is the quotient of the two that are, rounded once to twelve places."""
    found = RatePolicy(ECB).factor(of, into, FRIDAY)
    assert (str(found.factor) if found else None) == worth


@given(POSITIVE, POSITIVE)
def test_a_cross_rate_is_rounded_half_away_from_zero(first: Decimal, second: Decimal) -> None:
    """The factor is the quotient of the quotes on the grid of twelve places; one of 100,000 or more is none."""
    found = RatePolicy(table((FRIDAY, "EUR", "AAA", str(first)), (FRIDAY, "EUR", "BBB", str(second)))).factor(
        "AAA", "BBB", FRIDAY
    )
    exact = (second / first).quantize(Decimal("1e-12"), ROUND_HALF_UP) if second / first < 10**15 else None
    assert (found.factor if found else None) == (exact if exact is not None and exact < 100_000 else None)


@pytest.mark.parametrize(("days", "counts"), [(0, True), (1, True), (2, True), (7, True), (8, False), (-1, False)])
def test_daily_rates_are_carried_forward_for_a_week(days: int, counts: bool) -> None:  # noqa: FBT001 - a parameter
    """A day without a rate has the newest one before it, at most so many days old; never a later one."""
    found = RatePolicy(ECB).factor("USD", "EUR", FRIDAY + timedelta(days=days))
    assert (found is not None) == counts
    assert found is None or found.rate_day == FRIDAY


def test_a_rate_of_the_pair_itself_counts_first() -> None:
    """Where a table has both directions each counts as it is written; one direction serves both otherwise."""
    both = table((FRIDAY, "USD", "EUR", "0.9"), (FRIDAY, "EUR", "USD", "1.2"), (FRIDAY, "EUR", "GBP", "0.8"))
    worth = {pair: RatePolicy(both).factor(*pair, FRIDAY) for pair in (("USD", "EUR"), ("EUR", "USD"), ("USD", "GBP"))}
    assert {pair: str(found.factor) for pair, found in worth.items() if found} == {
        ("USD", "EUR"): "0.900000000000", ("EUR", "USD"): "1.200000000000", ("USD", "GBP"): "0.666666666667",
    }  # fmt: skip


def test_monthly_rates_count_for_their_month_alone() -> None:
    """A booked rate serves each day of its month, and nothing is carried into the next."""
    booked = RatePolicy(table((date(2026, 10, 1), "USD", "EUR", "0.9"), kind=RateKind.MONTHLY))
    assert booked.name == "monthly"
    assert all(booked.factor("USD", "EUR", date(2026, 10, day)) for day in (1, 31))
    assert booked.factor("USD", "EUR", date(2026, 11, 1)) is None
    assert booked.why_none("USD", "EUR", date(2026, 11, 1)) == "t has no rate of USD to EUR for 2026-11"


def test_one_day_can_count_for_all() -> None:
    """A policy with a fixed day converts every day with the rates of that one."""
    fixed = RatePolicy(ECB, FRIDAY)
    assert fixed.factor("USD", "EUR", date(2020, 1, 1)) == RatePolicy(ECB).factor("USD", "EUR", FRIDAY)
    assert fixed.name == "2026-10-16"
