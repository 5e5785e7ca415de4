"""Months are closed by themselves when they are ready, and stay in the tables until then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from builders import at
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.errors import StoreError, StoreRefusedError
from fleetcost.ingest.plan import Retention
from fleetcost.ingest.run import Ingestor
from fleetcost.statements.held import MOST_HELD, HeldMonths
from fleetcost.statements.live import StatementSources
from fleetcost.statements.schedule import MonthSchedule
from fleetcost.statements.store import read_chain
from unit.statements.closings import FEBRUARY, JANUARY, OF_FEBRUARY, OF_JANUARY, ClosingFleet, closing_fleet


def turn(fleet: ClosingFleet) -> tuple[str, ...]:
    """Let the schedule look."""
    return MonthSchedule(fleet.bucket, fleet.sources, lambda: fleet.now).turn()


def test_a_month_is_closed_when_it_is_ready_on_its_day(tmp_path: Path) -> None:
    """Before the day, and while something is missing, nothing is closed; later months wait for earlier ones."""
    with closing_fleet(tmp_path) as fleet:
        fleet.day(OF_JANUARY, web=30)
        fleet.day(OF_FEBRUARY, web=30)
        fleet.define(auto_close_day=8)
        fleet.now = datetime(2026, 2, 7, 23, tzinfo=UTC)
        fleet.load()
        fleet.retired = {"east": at(day=OF_JANUARY + 1)}
        assert turn(fleet) == ()
        fleet.now = datetime(2026, 2, 8, tzinfo=UTC)
        fleet.retired = {}
        assert turn(fleet) == ()
        fleet.now = datetime(2026, 3, 20, tzinfo=UTC)
        assert turn(fleet) == ()
        fleet.close(JANUARY)
        fleet.retired = {"east": at(day=OF_FEBRUARY + 1)}
        # The set of 2 February is there; the first of the month is missing, as nobody had retired the cluster by then.
        assert turn(fleet) == ()
        fleet.day(OF_FEBRUARY - 1, web=30)
        fleet.load()
        assert turn(fleet) == ("team/2026-02/0",)
        assert read_chain(fleet.bucket, "team")[-1].header.closed_by == "schedule"
        assert turn(fleet) == ()


def test_without_a_day_nothing_is_closed_by_itself(tmp_path: Path) -> None:
    """A book that names no day is closed by hand alone."""
    with closing_fleet(tmp_path) as fleet:
        fleet.day(OF_JANUARY, web=30)
        fleet.define()
        fleet.load()
        fleet.retired = {"east": at(day=OF_JANUARY + 1)}
        assert turn(fleet) == ()


def test_a_month_stays_in_the_tables_until_it_is_closed(tmp_path: Path) -> None:
    """
    Rows of an open month outlive the retention and can be closed; once they are closed they expire.

    A month that expired before somebody defined a book comes back from the bucket.
    """
    with closing_fleet(tmp_path) as fleet:
        fleet.day(OF_JANUARY, web=30)
        fleet.day(OF_FEBRUARY, web=30)
        held = HeldMonths(fleet.bucket, lambda: fleet.now)
        keep = timedelta(days=30)
        ingestor = Ingestor(fleet.bucket, fleet.database, Retention(None, keep), lambda: fleet.now, held=held)
        ingestor.pass_once()
        assert _days(fleet) == 0
        fleet.define()
        for _ in range(2):
            ingestor.pass_once()
        assert _days(fleet) == 2
        sources = StatementSources(fleet.database, fleet.sources.known, daily_retention=keep, held=lambda: held.since)
        assert [sources.keeps(month, fleet.now) for month in (JANUARY.after(-1), JANUARY, FEBRUARY)] == [
            False,
            True,
            True,
        ]
        fleet.close(JANUARY)
        ingestor.pass_once()
        assert _days(fleet) == 1
        fleet.close(FEBRUARY)
        fleet.close(FEBRUARY.after())
        ingestor.pass_once()
        assert _days(fleet) == 0


def _days(fleet: ClosingFleet) -> int:
    with fleet.database.snapshot() as snapshot:
        ((count,),) = snapshot.rows("SELECT count(DISTINCT window_start) FROM asset_1d")
    return int(count)


def test_a_book_that_was_given_up_holds_for_a_while() -> None:
    """Nothing is held for longer than 400 days; without a book nothing is; a damaged book holds what it may."""
    bucket = MemoryBucket()
    now = datetime(2030, 6, 15, 12, tzinfo=UTC)
    held = HeldMonths(bucket, lambda: now)
    assert held() is None
    bucket.put("fleetcost/statements/team/book.json", b"{}")
    assert held() == datetime(2030, 6, 15, tzinfo=UTC) - MOST_HELD


class Away(MemoryBucket):
    """A bucket that does not answer, or refuses."""

    error: type[Exception] = StoreError

    def folders(self, path: str = "") -> tuple[str, ...]:
        raise self.error(f"list {path}: no answer")


def test_who_may_not_see_statements_holds_nothing() -> None:
    """Credentials that are refused the folder of statements end no pass: nothing can be closed with them."""
    bucket = Away()
    bucket.error = StoreRefusedError
    assert HeldMonths(bucket, lambda: datetime(2030, 6, 15, tzinfo=UTC))() is None


def test_nothing_expires_while_nobody_knows_what_is_closed(tmp_path: Path) -> None:
    """Where the bucket does not answer, a pass fails before anything expires."""
    with closing_fleet(tmp_path) as fleet:
        fleet.day(OF_JANUARY, web=30)
        fleet.load()
        held = HeldMonths(Away(), lambda: fleet.now)
        keep = Retention(None, timedelta(days=30))
        with pytest.raises(StoreError):
            Ingestor(fleet.bucket, fleet.database, keep, lambda: fleet.now, held=held).pass_once()
        assert _days(fleet) == 1
