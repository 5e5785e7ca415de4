"""Months are closed over real tables: what is written, what is posted later, and what never changes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from builders import at
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.errors import DamagedError, MonthClosedError, MonthNotReadyError
from fleetcost.model.cloud_cost import BillState
from fleetcost.model.statement import StatementLineKind
from fleetcost.model.window import Resolution
from fleetcost.query.bills import bills_behind
from fleetcost.query.known import Known
from fleetcost.query.question import Frame
from fleetcost.statements.amounts import added
from fleetcost.statements.store import read_chain
from fleetcost.statements.verify import verify_book
from unit.statements.closings import (
    FEBRUARY,
    JANUARY,
    MARCH,
    OF_FEBRUARY,
    OF_JANUARY,
    OF_MARCH,
    ClosingFleet,
    closing_fleet,
)


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[ClosingFleet]:
    """A fleet of one cluster with a day in each of three months, and a book of teams."""
    with closing_fleet(tmp_path) as made:
        for number in (OF_JANUARY, OF_FEBRUARY, OF_MARCH):
            made.day(number, web=30, find=20)
        made.define()
        made.load()
        yield made


def test_a_statement_says_what_each_key_cost(fleet: ClosingFleet) -> None:
    """Each team has its own cost and its part of idle; together they are all that the cluster cost."""
    statement = fleet.close(JANUARY)
    lines = {line.name: line for line in fleet.lines()}
    assert {name: (line.own_cost, line.idle_cost, line.total_cost) for name, line in lines.items()} == {
        "web": (30, 30, 60),
        "find": (20, 20, 40),
    }
    assert lines["web"].cpu_core_hours == 60
    (total,) = statement.header.totals
    assert (total.currency, total.cost, total.total) == ("EUR", 100, 100)
    assert (statement.header.number, statement.header.seq, statement.header.previous) == (1, 0, "")
    assert statement.header.inputs.sets == 2


def test_what_is_learned_later_is_posted_and_nothing_changes(fleet: ClosingFleet) -> None:
    """
    January is closed, then a set comes late, a bill is restated and a rate is corrected.

    At February's close each is posted under its cause; what was written stays as it was, and postings are live.
    """
    fleet.define(currency="USD", rates="booked")
    fleet.rate("1.10")
    fleet.bill(OF_JANUARY, 80)
    fleet.load()
    fleet.close(JANUARY)
    kept = fleet.objects()
    fleet.day(OF_JANUARY + 1, web=10)
    fleet.bill(OF_JANUARY, 60)
    fleet.rate("1.20")
    fleet.load()
    february = fleet.close(FEBRUARY)
    assert {path: content for path, content in fleet.objects().items() if path in kept} == kept
    (found,) = february.header.differences
    assert (found.month, found.currency, found.unposted) == ("2026-01", "USD", 0)
    # The late day is worth 110 dollars at the rate of then, the bill 22 less, the rate makes 0.10 of 160 euros.
    assert (found.coverage, found.bill, found.rates, found.posted) == (110, -22, 16, 104)
    assert fleet.posted(JANUARY) == fleet.live(JANUARY)
    (total,) = february.header.totals
    assert (total.cost, total.prior_period, total.total) == (120, 104, 224)


def test_small_differences_are_kept_and_add_up(fleet: ClosingFleet) -> None:
    """Half a euro waits; with another half it is posted at the next close, and the identity holds all the time."""
    fleet.close(JANUARY)
    fleet.bill(OF_JANUARY, 99.5)
    fleet.load()
    february = fleet.close(FEBRUARY)
    assert [(one.posted, one.unposted) for one in february.header.differences] == [(0, Decimal("-0.5"))]
    assert added([fleet.posted(JANUARY), fleet.unposted(JANUARY)]) == fleet.live(JANUARY)
    fleet.bill(OF_JANUARY, 99)
    fleet.load()
    (found,) = fleet.close(MARCH).header.differences
    assert (found.month, found.posted, found.bill, found.unposted) == ("2026-01", -1, -1, 0)
    assert fleet.posted(JANUARY) == fleet.live(JANUARY)


def test_a_closed_month_is_closed_again_with_a_reason_alone(fleet: ClosingFleet) -> None:
    """Without a reason it is refused; with one a further statement takes all back, and both stay."""
    first = fleet.close(JANUARY)
    with pytest.raises(MonthClosedError, match="2026-01 of team was closed at 2026-04-20"):
        fleet.close(JANUARY)
    fleet.day(OF_JANUARY, web=90)
    fleet.load()
    again = fleet.close(JANUARY, reason="a rule was wrong")
    assert (again.header.number, again.header.seq, again.header.previous) == (2, 1, first.sha256)
    sums = {kind: sum(line.total_cost for line in fleet.lines() if line.kind is kind) for kind in StatementLineKind}
    assert sums == {StatementLineKind.COST: 100, StatementLineKind.PRIOR: 0, StatementLineKind.REVERSAL: -100}
    assert fleet.posted(JANUARY) == fleet.live(JANUARY)
    with pytest.raises(MonthClosedError, match="2026-02 of team was never closed"):
        fleet.close(FEBRUARY, reason="a mistake")


def test_a_book_that_changes_counts_from_the_next_month(fleet: ClosingFleet) -> None:
    """January keeps the key it was closed by when its differences are posted; February has the new one."""
    fleet.close(JANUARY)
    fleet.define(key="namespace")
    fleet.day(OF_JANUARY, web=40, find=20)
    fleet.load()
    fleet.close(FEBRUARY)
    names = {(line.origin_month, line.name) for line in fleet.lines()}
    assert names == {("2026-01", "web"), ("2026-01", "find"), ("2026-02", "shop")}
    assert fleet.posted(JANUARY) == fleet.live(JANUARY)


def test_a_month_waits_for_what_is_missing(fleet: ClosingFleet) -> None:
    """What is waited for is named; it is ready once the cluster is declared gone and the bill is an invoice."""
    fleet.bill(OF_JANUARY, 80)
    fleet.now = at(day=OF_JANUARY + 3)
    fleet.load()
    with pytest.raises(MonthNotReadyError, match=r"east lacks 1 day .*the bill of aws-1: 1 day final"):
        fleet.close(JANUARY, accepted="")
    fleet.now = at(day=OF_JANUARY + 30)
    fleet.retired = {"east": at(day=OF_JANUARY + 1)}
    assert fleet.close(JANUARY, accepted="").header.inputs.integrations[0].days == {"invoiced": 1}


def test_a_bill_that_names_its_invoice_is_invoiced_at_once(fleet: ClosingFleet) -> None:
    """A final day each of whose rows names an invoice is not waited for, however soon it is."""
    fleet.retired = {"east": at(day=OF_JANUARY + 1)}
    fleet.bill(OF_JANUARY, 80, invoice_id="2026-01-77")
    fleet.now = at(day=OF_JANUARY + 4)
    fleet.load()
    assert fleet.close(JANUARY, accepted="").header.inputs.integrations[0].days == {"invoiced": 1}
    with fleet.database.snapshot() as snapshot:
        (behind,) = bills_behind(snapshot, Frame(JANUARY.window, Resolution.DAY), fleet.now, Known())
    assert (behind.state, behind.counts) == (BillState.INVOICED, {BillState.INVOICED: 1})


def test_a_month_that_is_not_over_or_not_kept_is_refused(fleet: ClosingFleet) -> None:
    """It says from when it can be closed, or that its rows are gone; months before the book's first are none of it."""
    with pytest.raises(MonthNotReadyError, match="2026-04 is not over: it can be closed from 2026-05-01 on"):
        fleet.close(MARCH.after())
    with pytest.raises(MonthNotReadyError, match="begins with 2026-01: 2025-12 is before it"):
        fleet.close(JANUARY.after(-1))
    fleet.daily_retention = timedelta(days=91)
    with pytest.raises(MonthNotReadyError, match="do not keep all of 2026-01 any more"):
        fleet.close(JANUARY)


def test_a_month_whose_rows_expired_has_no_difference(fleet: ClosingFleet) -> None:
    """January is closed and then leaves the tables in part: nothing is taken back at March's close."""
    fleet.close(JANUARY)
    fleet.daily_retention = timedelta(days=91)
    assert fleet.close(MARCH).header.differences == ()
    assert sum(amounts.total_nanos for amounts in fleet.posted(JANUARY).values()) == 100 * 10**9


def test_months_may_be_closed_late_and_out_of_order(fleet: ClosingFleet) -> None:
    """A month that is closed after a later one posts nothing for that; the next later one does."""
    fleet.close(FEBRUARY)
    fleet.day(OF_FEBRUARY, web=80)
    fleet.load()
    assert fleet.close(JANUARY).header.differences == ()
    months = {one.month: one.posted for one in fleet.close(MARCH).header.differences}
    assert months == {"2026-02": 0}
    assert fleet.posted(FEBRUARY) == fleet.live(FEBRUARY)
    assert verify_book(fleet.bucket, "team").faults == ()


def test_two_that_close_at_once_make_one_statement(fleet: ClosingFleet) -> None:
    """Of two primaries that close the same month one makes the statement, the other finds it closed."""
    found: list[object] = []

    def run(name: str) -> None:
        try:
            found.append(fleet.close(JANUARY, by=name).header.number)
        except MonthClosedError as error:
            found.append(str(error))

    threads = [threading.Thread(target=run, args=(name,)) for name in ("one", "other")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 in found
    assert len(read_chain(fleet.bucket, "team")) == 1
    assert any("was closed at" in str(one) for one in found)


class Overtaken(MemoryBucket):
    """A bucket in which another primary closes a month just before our header is written."""

    def __init__(self) -> None:
        super().__init__()
        self.before: list[object] = []

    def put(self, path: str, content: bytes, *, create: bool = False, if_etag: str | None = None):  # type: ignore[no-untyped-def]  # noqa: ANN201
        if "/chain/" in path and self.before:
            self.before.pop()()  # type: ignore[operator]
        return super().put(path, content, create=create, if_etag=if_etag)


def test_closings_of_two_months_at_once_post_a_difference_once(tmp_path: Path) -> None:
    """Who is overtaken starts again with what the other has posted, so that nothing is posted twice."""
    bucket = Overtaken()
    with closing_fleet(tmp_path, bucket) as fleet:
        for number in (OF_JANUARY, OF_FEBRUARY, OF_MARCH):
            fleet.day(number, web=30)
        fleet.define()
        fleet.load()
        fleet.close(JANUARY)
        fleet.bill(OF_JANUARY, 80)
        fleet.load()
        bucket.before = [lambda: fleet.close(FEBRUARY)]
        march = fleet.close(MARCH)
        assert march.header.number == 3
        assert march.header.differences == ()
        assert fleet.posted(JANUARY) == fleet.live(JANUARY)
        assert verify_book(bucket, "team").faults == ()


def test_a_database_that_is_made_again_says_the_same(fleet: ClosingFleet, tmp_path: Path) -> None:
    """Another primary with a database of its own finds nothing to post, and goes on in the same chain."""
    fleet.close(JANUARY)
    with closing_fleet(tmp_path / "other", fleet.bucket) as other:
        other.load()
        february = other.close(FEBRUARY)
    assert february.header.number == 2
    assert [one.posted for one in february.header.differences] == []


@pytest.mark.parametrize("removed", ["chain/000001.json", "2026-01/"])
def test_nothing_is_closed_after_a_statement_that_is_missing(fleet: ClosingFleet, removed: str) -> None:
    """A chain with a gap, or a statement without its lines, ends closing until it is put back."""
    fleet.close(JANUARY)
    fleet.close(FEBRUARY)
    for path in [path for path in fleet.objects() if f"team/{removed}" in path]:
        fleet.bucket.delete(path)
    with pytest.raises(DamagedError, match="missing"):
        fleet.close(MARCH)
