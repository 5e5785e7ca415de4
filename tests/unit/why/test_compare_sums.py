"""Whatever a fleet is and whatever is asked, differences are split to the last digit."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import at
from fleetcost.model.window import Window
from fleetcost.query.lines import RowKey, ask_lines, ask_terms
from fleetcost.query.question import Idle
from fleetcost.query.sharing import Sharing, Tenancy
from fleetcost.tables.database import Database
from fleetcost.why.compare import ChangeRow, WindowChange
from fleetcost.why.compare_items import ChangeItem
from fleetcost.why.compare_split import added
from unit.query.fleets import question
from unit.why.worlds import FLEET, Workload, compare, made_rates, sets_of, tables

DAYS = 12
NOW = at(day=DAYS)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Three clusters in two currencies that lack days, over which everything about a workload changes by chance."""
    chance = random.Random(25)
    sets = []
    for name in ("east", "west", "euro"):
        currency = "EUR" if name == "euro" else "USD"
        for number in range(DAYS):
            there = [_changed(chance, one) for one in FLEET if chance.random() < 0.8]
            coverage = chance.choice((1440.0, 1440.0, 1400.0, 700.0))
            if there and chance.random() < 0.85:
                sets += sets_of(number, there, name, currency=currency, coverage_minutes=coverage)
    with tables(tmp_path_factory.mktemp("sums"), sets, NOW) as found:
        yield found


def _changed(chance: random.Random, one: Workload) -> Workload:
    return Workload(
        one.name, chance.randint(1, 4), chance.choice((0.0, 0.5, 1.3)), chance.choice((0.1, 0.9, 2.7)),
        chance.choice((0.0, 0.031, 0.0447)), chance.choice(("m5", "m7")), chance.random() < 0.3,
        chance.choice((1.0, 1.0, 0.83)), chance.choice(("web", "find")), one.namespace,
    )  # fmt: skip


@st.composite
def windows(draw: st.DrawFn) -> Window:
    """Some of the days."""
    first = draw(st.integers(0, DAYS - 1))
    return Window(at(day=first), at(day=draw(st.integers(first + 1, DAYS))))


IN_DOLLARS = made_rates([Decimal("1.1") + Decimal(number) / 100 for number in range(DAYS)])
ASKED = st.fixed_dictionaries(
    {
        "by": st.sampled_from(["cluster", "namespace", "cluster,controller", "label:team", "node", "pod", "all"]),
        "filter": st.sampled_from(["", 'namespace:"jobs"', 'cluster:"east"']),
        "idle": st.sampled_from(Idle),
        "tenancy": st.sampled_from(Tenancy),
        "sharing": st.sampled_from([None, None, Sharing(namespaces=("jobs",))]),
        "adjusted": st.booleans(),
        "shown": st.sampled_from([None, IN_DOLLARS]),
    }
)
QUICK = settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def sums(change: WindowChange) -> dict[tuple[object, ...], tuple[int, dict[ChangeItem, int]]]:
    """Return difference and items by row."""
    return {(row.key, "row"): (row.delta, dict(row.items)) for row in change.rows} | {
        (row.key, "total"): (row.delta, dict(row.items)) for row in change.totals
    }


def every(change: WindowChange) -> list[ChangeRow]:
    """Return rows and totals."""
    return [*change.rows, *change.totals]


@QUICK
@given(ASKED, windows(), windows())
def test_every_split_sums_and_turns_round(
    database: Database, asked: dict[str, Any], one: Window, other: Window
) -> None:
    """
    Each row's items are its difference, totals are the sums of rows, rows are those of the answer.

    The comparison turned round is the same with the sign turned.
    """
    there = compare(database, one, other, NOW, **asked).change
    back = compare(database, other, one, NOW, **asked).change
    for row in every(there):
        assert sum(row.items.values()) == row.delta
    for total in there.totals:
        own = [row for row in there.rows if row.key.currency == total.key.currency]
        assert total.delta == sum(row.delta for row in own)
        assert added([total.items]) == added(row.items for row in own)
    assert {key: _flipped(found) for key, found in sums(back).items()} == sums(there)
    with database.snapshot() as snapshot:
        for side, window in (("before", one), ("after", other)):
            answer = ask_terms(snapshot, question(window=window, joined=True, **asked))
            costs = {key: terms.total_nanos for key, terms in answer.rows.items()}
            assert {row.key: cost for row in there.rows if (cost := getattr(row, side))} == {
                key: cost for key, cost in costs.items() if cost
            }


def _flipped(found: tuple[int, dict[ChangeItem, int]]) -> tuple[int, dict[ChangeItem, int]]:
    """Turn a difference round: the signs, and what is new one way is gone the other."""
    delta, items = found
    names = {ChangeItem.NEW: ChangeItem.GONE, ChangeItem.GONE: ChangeItem.NEW}
    return -delta, {names.get(item, item): -nanos for item, nanos in items.items()}


@QUICK
@given(ASKED, windows())
def test_lines_are_all_of_a_rows_own_cost(database: Database, asked: dict[str, Any], window: Window) -> None:
    """The lines of a row add up to its own cost: nothing is left for the closing of items to hide."""
    wanted = question(window=window, joined=True, **asked)
    with database.snapshot() as snapshot:
        rows = ask_terms(snapshot, wanted).rows
        lines = ask_lines(snapshot, wanted, ())
    own: dict[RowKey, int] = defaultdict(int)
    for line in lines:
        own[line.row] += line.shown_nanos
    # A converted amount is rounded once a row, and once a line.
    slack = len(lines) if wanted.converted else 0
    assert own.keys() <= rows.keys()
    for key, terms in rows.items():
        assert abs(terms.own_nanos - own[key]) <= slack


@QUICK
@given(ASKED, st.integers(1, 5))
def test_windows_that_are_split_add(database: Database, asked: dict[str, Any], first: int) -> None:
    """
    The differences of the two parts of a window are its difference, and so is what was not observed alike.

    A converted amount is rounded once an answer, so that parts may differ from the whole by a billionth.
    """
    plain = {**asked, "sharing": None, "shown": None}
    length = DAYS // 2

    def totals(start: int, end: int) -> dict[str, tuple[int, int]]:
        before, after = Window(at(day=start), at(day=end)), Window(at(day=length + start), at(day=length + end))
        found = compare(database, before, after, NOW, **plain).change.totals
        return {one.key.currency: (one.delta, one.items.get(ChangeItem.COVERAGE, 0)) for one in found}

    whole, parts = totals(0, length), [totals(0, first), totals(first, length)]
    for currency, found in whole.items():
        each = [one.get(currency, (0, 0)) for one in parts]
        assert found == (sum(one[0] for one in each), sum(one[1] for one in each))
