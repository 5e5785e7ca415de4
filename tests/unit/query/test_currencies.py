"""Conversion is exact: whatever rows are grouped, cut or ordered by, totals are those of a plain ledger of decimals."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import DAY, allocation, allocation_set, asset_set, at, day, node, pair
from fleetcost.model.amount import EXACT, exact_sum
from fleetcost.model.sets import SetKind
from fleetcost.model.states import WindowState
from fleetcost.model.window import Window
from fleetcost.query.answer import Answer
from fleetcost.query.ask import ask_allocations, ask_assets
from fleetcost.query.currencies import in_currency, usual_currency
from fleetcost.query.dialect import DuckDb
from fleetcost.query.known import Known
from fleetcost.query.question import Idle, Ordering, Page, Question, Step
from fleetcost.query.sharing import Sharing, Tenancy
from fleetcost.rates.table import ExchangeRate, RateKind, RatePolicy, RateTable
from fleetcost.tables.database import Database
from unit.query.fleets import question, tables

DAYS = range(3)
CLUSTERS = {"a": "USD", "b": "EUR", "c": "JPY", "d": "USD"}
NAMESPACES = ("n1", "n2", "n3")
NANO = Decimal("1e-9")
WINDOW = Window(at(0), at(72))


@dataclass(frozen=True, slots=True)
class Charge:
    """What one container or one node's idle costs on one day, at list price and what a bill changed."""

    cluster: str
    number: int
    namespace: str
    listed: Decimal
    adjustment: Decimal


def charges() -> list[Charge]:
    """Return the charges of the fleet: no two alike, some below zero, down to a billionth."""
    chance = random.Random(20)
    return [
        Charge(cluster, number, namespace, *(Decimal(chance.randint(-(10**9), 90 * 10**9)) * NANO for _ in range(2)))
        for cluster in CLUSTERS
        for number in DAYS
        for namespace in (*NAMESPACES, *NAMESPACES, "")
    ]


CHARGES = charges()


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Four clusters in three currencies; a charge without a namespace is what a node costs beyond its containers."""
    sets = []
    for cluster, currency in CLUSTERS.items():
        for number in DAYS:
            own = [one for one in CHARGES if (one.cluster, one.number) == (cluster, number)]
            rows = [
                allocation(
                    day(number), namespace=one.namespace, pod=f"p{place}", pod_uid=f"p{place}",
                    cpu_cost=one.listed, cpu_cost_adjustment=one.adjustment,
                )
                for place, one in enumerate(own)
                if one.namespace
            ]  # fmt: skip
            listed, adjusted = (
                sum((getattr(one, name) for one in own), Decimal()) for name in ("listed", "adjustment")
            )
            machine = node(day(number), cpu_cost=listed, adjustment=adjusted)
            sets += [
                allocation_set(rows, day(number), cluster, currency=currency),
                asset_set([machine], day(number), cluster, currency=currency),
            ]
    with tables(tmp_path_factory.mktemp("currencies"), *sets) as database:
        yield database


Rates = dict[tuple[int, str], Decimal]
QUOTES = st.decimals("0.01", "99", places=6)
RATES = st.dictionaries(st.tuples(st.sampled_from(DAYS), st.sampled_from(["USD", "JPY"])), QUOTES)
"""Quotes against the euro by day; a day and currency that is not there has no rate."""

GROUPS = ("all", "cluster", "namespace", "namespace,cluster", "pod", "controller", "label:none")


def policy(rates: Rates) -> RatePolicy:
    """Return a policy that carries nothing forward."""
    rows = (ExchangeRate(_date(number), "EUR", quote, rate) for (number, quote), rate in rates.items())
    return RatePolicy(RateTable("t", 1, RateKind.DAILY, tuple(sorted(rows))), max_age_days=0)


def _date(number: int) -> date:
    return DAY.date() + timedelta(days=number)


def factor(of: str, into: str, number: int, rates: Rates) -> Decimal | None:
    """Return what one unit is worth, None where nobody says it."""
    if of == into:
        return Decimal(1)
    quoted = {name: rate for (when, name), rate in rates.items() if when == number}
    if not quoted:
        return None
    quoted["EUR"] = Decimal(1)
    if of not in quoted or into not in quoted:
        return None
    return (quoted[into] / quoted[of]).quantize(Decimal("1e-12"), ROUND_HALF_UP)


def ledger(into: str, rates: Rates, *, billed: bool, **wanted: Any) -> Decimal:
    """Return what chosen charges cost in one currency; what has no rate is left out. Rounded once."""
    total = Decimal()
    for one in CHARGES:
        worth = factor(CLUSTERS[one.cluster], into, one.number, rates)
        if worth is not None and all(getattr(one, name) == value for name, value in wanted.items()):
            total += (one.listed + one.adjustment * billed) * worth
    return total.quantize(NANO, ROUND_HALF_UP)


def asked(database: Database, one: Question, into: str, rates: Rates, *, raw: bool, alone: bool) -> Answer[Any]:
    """Ask a question in a currency."""
    with database.snapshot() as snapshot:
        chosen = in_currency(snapshot, one, Known(), into, policy(rates), alone=alone)
        if one.kind is SetKind.ASSETS:
            return ask_assets(snapshot, chosen, at(72))
        return ask_allocations(snapshot, chosen, at(72), dialect=DuckDb(rollups=not raw))


many = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


HOW = st.fixed_dictionaries(
    {
        "by": st.sampled_from(GROUPS),
        "adjusted": st.booleans(),
        "idle": st.sampled_from([Idle.SEPARATE, Idle.SPLIT, Idle.SHARE]),
        "page": st.sampled_from([Page(), Page(Ordering(), 2)]),
        "sharing": st.sampled_from([None, Sharing(namespaces=("n1",))]),
    }
)


@many
@given(
    HOW,
    st.sampled_from(["EUR", "USD", "JPY"]),
    RATES,
    st.fixed_dictionaries({"raw": st.booleans(), "alone": st.booleans()}),
)
def test_totals_are_the_ledgers_at_every_grouping(
    fleet: Database, how: dict[str, Any], into: str, rates: Rates, read: dict[str, bool]
) -> None:
    """At both price bases, from rollups and single rows, with idle shared or not, paged or whole, step by step."""
    billed, alone = how["adjusted"], read["alone"]
    one = question(window=WINDOW, series=Step.DAY, joined=True, tenancy=Tenancy.HIDE, **how)
    answer = asked(fleet, one, into, rates, **read)
    assert answer.currency == into
    assert answer.total is not None
    assert answer.total.row.total_cost == pytest.approx(float(ledger(into, rates, billed=billed)), abs=2e-9)
    for number, step in enumerate(answer.series):
        assert step.total_cost == pytest.approx(float(ledger(into, rates, billed=billed, number=number)), abs=2e-9)
    assert all(row.currency == into for row in answer.rows) or not alone
    worth = EXACT.add(ledger(into, {}, billed=billed), exact_sum(one.converted for one in answer.others.exchanged))
    assert answer.total.row.total_cost == pytest.approx(float(worth), abs=2e-9)
    apart = {(one.owner, one.currency): Decimal() for one in answer.left_out}
    for one_left in answer.left_out:
        apart[one_left.owner, one_left.currency] += one_left.amount
        assert factor(one_left.currency, into, (one_left.day.date() - DAY.date()).days, rates) is None
    for (cluster, currency), amount in apart.items():
        lost = [one for one in CHARGES if one.cluster == cluster and factor(currency, into, one.number, rates) is None]
        assert amount == sum((one.listed + one.adjustment * billed for one in lost), Decimal())


@many
@given(st.sampled_from(["EUR", "USD", "JPY"]), RATES, st.sampled_from([(True, True), (True, False), (False, True)]))
def test_every_row_is_what_the_ledger_says(fleet: Database, into: str, rates: Rates, how: tuple[bool, bool]) -> None:
    """Each namespace and each cluster's assets are exact to the last place; parts add up to their total."""
    billed, raw = how
    one = question(by="namespace", window=WINDOW, adjusted=billed, joined=True, idle=Idle.HIDE)
    for row in asked(fleet, one, into, rates, raw=raw, alone=True).rows:
        assert row.total_cost == float(ledger(into, rates, billed=billed, namespace=row.name))
    assets = question(SetKind.ASSETS, by="cluster", window=WINDOW, adjusted=billed, joined=True)
    for row in asked(fleet, assets, into, rates, raw=raw, alone=True).rows:
        assert row.total_cost == float(ledger(into, rates, billed=billed, cluster=row.name))


def test_idle_never_subtracts_one_currency_from_another(tmp_path: Path) -> None:
    """Where a window's two sets are in two currencies nothing is idle, and the answer says which window and why."""
    one = question(by="cluster", window=Window(at(0), at(48)), idle=Idle.SEPARATE, joined=True)
    whole = allocation_set([allocation(day(), cpu_cost=1)], day(), "a", currency="EUR")
    unlike = allocation_set([allocation(day(1), cpu_cost=1)], day(1), "a", currency="EUR")
    machines = [asset_set([node(day(n), cpu_cost=9)], day(n), "a", currency=("EUR", "USD")[n]) for n in (0, 1)]
    with tables(tmp_path, whole, unlike, *machines) as opened, opened.snapshot() as snapshot:
        for adjusted in (True, False):
            answer = ask_allocations(snapshot, replace(one, adjusted=adjusted), at(72), Known())
            assert {(row.name, row.currency, row.total_cost) for row in answer.rows} == {
                ("a", "EUR", 2.0), ("__idle__", "EUR", 8.0),
            }  # fmt: skip
            (entry,) = answer.completeness
            assert entry.counts == {WindowState.COMPLETE: 1, WindowState.PARTIAL: 1}
            assert "its allocations are in EUR and its assets are in USD" in entry.gaps[0].cause


def test_the_same_currency_is_left_untouched(fleet: Database) -> None:
    """A question about clusters of the answer's own currency has the digits it has without any rate."""
    one = question(by="pod", window=WINDOW, filter='cluster:"b"', joined=True)
    with fleet.snapshot() as snapshot:
        plain = ask_allocations(snapshot, one, at(72))
    converted = asked(fleet, one, "EUR", {(0, "USD"): Decimal("1.1")}, raw=False, alone=True)
    assert [row for row in converted.rows] == [row for row in plain.rows]  # noqa: C416 - tuples and lists alike


def test_a_total_beyond_every_engine_is_an_error_in_words(fleet: Database) -> None:
    """A factor of almost 100,000 is taken; one beyond it is no rate, so that products always have room."""
    one = question(by="all", window=WINDOW, idle=Idle.HIDE)
    large = asked(fleet, one, "JPY", {(n, "JPY"): Decimal(99_999) for n in DAYS}, raw=False, alone=True)
    assert large.total is not None
    assert {left.currency for left in large.left_out} == {"USD"}
    none = asked(fleet, one, "JPY", {(n, "JPY"): Decimal(100_000) for n in DAYS}, raw=False, alone=True)
    assert {left.currency for left in none.left_out} == {"EUR", "USD"}


@pytest.mark.parametrize(
    ("home", "allowed", "currency"),
    [("", None, "USD"), ("b", None, "EUR"), ("c", None, "JPY"), ("", ("b", "c"), "EUR"), ("nobody", None, "USD")],
)
def test_the_usual_currency_is_the_homes_or_that_of_most(
    fleet: Database, home: str, allowed: tuple[str, ...] | None, currency: str
) -> None:
    """The home cluster decides, else most clusters the caller may know; of equally many the first by its code."""
    with fleet.snapshot() as snapshot:
        assert usual_currency(snapshot, Known(), home, allowed) == currency


def test_a_fleet_of_one_currency_is_asked_as_before(tmp_path: Path) -> None:
    """Where all rows are in the answer's currency, or no other is asked for, the question stays as it is."""
    one = question(by="all", window=WINDOW)
    with tables(tmp_path, *pair(day())) as opened, opened.snapshot() as snapshot:
        for currency in ("USD", ""):
            assert in_currency(snapshot, one, Known(), currency, policy({}), alone=True) == one
        assert in_currency(snapshot, one, Known(), "EUR", policy({}), alone=True).shown is not None
