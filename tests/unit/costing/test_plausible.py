"""Prices that can hardly be right are reported, and charged as they stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetcost.costing.build import Built, build
from fleetcost.costing.prices import HOURS_PER_MONTH, PriceBook
from fleetcost.model.finding import Finding, FindingKind
from making.samples import Making

RATES = {"cpu_hourly": 0.031, "ram_gib_hourly": 0.004, "gpu_hourly": 1.2}


def cluster(prices: list[float], ram_price: float = 0.004) -> Making:
    """Return nodes with these prices of a core-hour."""
    making = Making()
    for number, price in enumerate(prices):
        making.node(f"n{number}", cores=4, gib=16, cpu_price=price, ram_price=ram_price)
    return making


def doubts(built: Built) -> dict[FindingKind, Finding]:
    return {finding.kind: finding for finding in built.findings if finding.kind.of_prices}


@given(st.floats(0.01, 0.1), st.sampled_from(["USD", "EUR", "CHF"]))
def test_a_months_price_taken_for_an_hours_is_reported(hourly: float, currency: str) -> None:
    """Any usual price of a core, written for a month where an hour is meant, is reported; the hour's is not."""
    book = PriceBook(currency=currency)
    wrong = build(cluster([hourly * HOURS_PER_MONTH]).samples(), book)
    assert doubts(wrong)[FindingKind.PRICE_MONTHLY].count == 1
    assert not doubts(build(cluster([hourly]).samples(), book))


@pytest.mark.parametrize("rate", RATES)
def test_a_sheet_of_months_is_reported_too(rate: str) -> None:
    """It does not matter where the price comes from: rates of a sheet are looked at like those of metrics."""
    making = Making()
    making.node("n", cores=4, gib=16, gpu_count=1)
    book = PriceBook(custom=True, **{rate: RATES[rate] * HOURS_PER_MONTH})
    assert FindingKind.PRICE_MONTHLY in doubts(build(making.samples(), book))
    assert not doubts(build(making.samples(), PriceBook(custom=True, **RATES)))


def test_currencies_far_from_the_dollar_say_nothing_of_months() -> None:
    """Twenty yen for a core-hour are no month's price."""
    built = build(cluster([20.0], ram_price=2.0).samples(), PriceBook(currency="JPY"))
    assert not doubts(built)


@given(st.lists(st.floats(0.01, 0.09), min_size=2, max_size=6))
def test_one_price_far_above_the_others_is_reported(usual: list[float]) -> None:
    """One node at a hundred times the others' dearest price is named, and none of the others."""
    built = build(cluster([max(usual) * 101, *usual]).samples(), PriceBook(currency="JPY"))
    assert doubts(built)[FindingKind.PRICE_OUTLYING].count == 1
    assert doubts(built)[FindingKind.PRICE_OUTLYING].subjects[0].startswith("Node n0: core")
    assert not doubts(build(cluster(usual).samples(), PriceBook(currency="JPY")))


@pytest.mark.parametrize(("times", "reported"), [(9.5, False), (10.5, True)])
def test_a_jump_since_the_day_before_is_reported(*, times: float, reported: bool) -> None:
    """Ten times yesterday's cost for the same amount is reported, whatever the nodes are called; less is not."""
    before = build(cluster([0.002, 0.002]).samples(), PriceBook()).assets
    built = build(cluster([0.002 * times]).samples(), PriceBook(), before)
    assert (FindingKind.COST_JUMPED in doubts(built)) is reported


def test_more_of_the_same_is_no_jump() -> None:
    """Twenty times the nodes cost twenty times as much, which is nothing to report."""
    before = build(cluster([0.03]).samples(), PriceBook()).assets
    assert not doubts(build(cluster([0.03] * 20).samples(), PriceBook(), before))


@given(st.lists(st.floats(0.001, 100), min_size=1, max_size=5))
def test_nothing_is_changed_by_a_doubt(prices: list[float]) -> None:
    """Whatever is noticed of prices, every node is charged its own."""
    built = build(cluster(prices, ram_price=0.0).samples(), PriceBook(ram_gib_hourly=0.0))
    paid = sorted(float(asset.cost) for asset in built.assets)
    assert paid == pytest.approx(sorted(price * 4 * 24 for price in prices))
