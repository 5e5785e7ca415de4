"""What people look at: the months of a book and their states, and one month's statement beside what is known now."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fleetcost.bucket.port import BucketReader
from fleetcost.model.statement import CalendarMonth, StatementLine, StatementLineKind, month_of
from fleetcost.statements.amounts import NOTHING, ByKey, KeyAmounts, StatementKey, added, amounts_of, key_of
from fleetcost.statements.book import BookVersion, read_book
from fleetcost.statements.live import StatementSources, inputs_of, live_amounts
from fleetcost.statements.plan import posted_for
from fleetcost.statements.ready import waiting_for
from fleetcost.statements.records import StatementHeader
from fleetcost.statements.store import Statement, read_chain, read_lines

MOST_MONTHS = 120
"""Months of a book that are listed, the newest: ten years."""


class MonthState(enum.StrEnum):
    """How far a month of a book has come."""

    RUNNING = "running"
    WAITING = "waiting"
    READY = "ready"
    CLOSED = "closed"
    NOT_KEPT = "not kept"

    @property
    def meaning(self) -> str:
        """One sentence for people; the documentation's table is made of these."""
        return _MEANINGS[self]


_MEANINGS = {
    MonthState.RUNNING: "the month is not over",
    MonthState.WAITING: "something of it is missing or may still change; it can be closed if that is accepted in words",
    MonthState.READY: "every day of every cluster is complete or declared gone, and every bill is invoiced",
    MonthState.CLOSED: "there is a statement, which never changes",
    MonthState.NOT_KEPT: "its rows have left the tables, and it was never closed",
}


@dataclass(frozen=True, slots=True)
class BookMonth:
    """
    A month of a book.

    Attributes:
        statements: headers of its closings, the oldest first; several where it was closed again
        waiting: what is waited for, in words
    """

    month: CalendarMonth
    state: MonthState
    statements: tuple[StatementHeader, ...] = ()
    waiting: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ComparedKey:
    """
    One key of a month.

    Attributes:
        closed: what its newest statement says
        posted: what was posted for it since
        live: what it costs as known now; what was said and posted where the tables do not keep it any more
    """

    key: StatementKey
    closed: KeyAmounts
    posted: KeyAmounts
    live: KeyAmounts

    @property
    def unposted(self) -> KeyAmounts:
        """What is known and not posted."""
        return self.live - self.closed - self.posted


@dataclass(frozen=True, slots=True)
class ComparedMonth:
    """
    A month's statement beside what is known now.

    Attributes:
        month: its state
        book: the definition it is asked about by
        kept: whether the tables keep it: where they do not, live is what was posted
        keys: the largest first
        lines: of the newest statement; empty where there is none
        chain: every statement of the book
    """

    month: BookMonth
    book: BookVersion
    kept: bool
    keys: tuple[ComparedKey, ...]
    lines: tuple[StatementLine, ...]
    chain: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class StatementReader:
    """
    Reads statements and what is known now.

    Attributes:
        bucket: where they are
        sources: of what is known now
    """

    bucket: BucketReader
    sources: StatementSources

    def months(self, name: str, now: datetime) -> tuple[BookMonth, ...]:
        """
        Return the months of a book up to the one that runs, the newest first.

        Raises:
            ObjectMissingError: there is no such book.
            DamagedError: a statement was removed or changed.
            StoreError, StoreRefusedError: the bucket did not answer, or refused.
        """
        book, by_month = read_book(self.bucket, name), _by_month(read_chain(self.bucket, name))
        running = month_of(now)
        first = min([book.definition.first, *by_month])
        wanted = [running.after(-back) for back in range(MOST_MONTHS)]
        return tuple(self._month(book, one, by_month.get(one, ()), now) for one in wanted if one >= first)

    def month(self, name: str, month: CalendarMonth, now: datetime) -> ComparedMonth:
        """
        Return one month; for what is raised see `months`.

        Raises:
            QuestionError: the book cannot be used.
        """
        newest, chain = read_book(self.bucket, name), read_chain(self.bucket, name)
        own = _by_month(chain).get(month, ())
        book = own[0].book if own else newest
        kept = self.sources.keeps(month, now)
        posted = posted_for(month, (read_lines(self.bucket, one.header) for one in chain)) if own else {}
        lines = read_lines(self.bucket, own[-1]) if own else ()
        closed = added({key_of(one): amounts_of(one)} for one in lines if one.kind is StatementLineKind.COST)
        return ComparedMonth(
            month=self._month(book, month, own, now),
            book=book,
            kept=kept,
            keys=tuple(_compared(closed, posted, self._live(book, month) if kept else posted)),
            lines=lines,
            chain=chain,
        )

    def _live(self, book: BookVersion, month: CalendarMonth) -> ByKey:
        with self.sources.database.snapshot() as snapshot:
            return live_amounts(snapshot, self.sources, book.definition, month)

    def _month(
        self, book: BookVersion, month: CalendarMonth, own: Sequence[StatementHeader], now: datetime
    ) -> BookMonth:
        if own:
            return BookMonth(month, MonthState.CLOSED, tuple(own))
        if month.window.end > now:
            return BookMonth(month, MonthState.RUNNING)
        if not self.sources.keeps(month, now):
            return BookMonth(month, MonthState.NOT_KEPT)
        with self.sources.database.snapshot() as snapshot:
            waiting = waiting_for(inputs_of(snapshot, self.sources, book.definition, month, now))
        return BookMonth(month, MonthState.WAITING if waiting else MonthState.READY, (), waiting)


def _by_month(chain: Sequence[Statement]) -> Mapping[CalendarMonth, Sequence[StatementHeader]]:
    found: dict[CalendarMonth, list[StatementHeader]] = {}
    for one in chain:
        found.setdefault(one.header.calendar_month, []).append(one.header)
    return found


def _compared(closed: ByKey, posted: ByKey, live: ByKey) -> Iterator[ComparedKey]:
    rows = [
        ComparedKey(key, said, posted.get(key, NOTHING) - said, live.get(key, NOTHING))
        for key in {**closed, **posted, **live}
        for said in (closed.get(key, NOTHING),)
    ]
    return iter(sorted(rows, key=lambda one: (-abs(one.live.total_nanos), one.key)))
