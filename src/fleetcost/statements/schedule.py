"""Months that are closed by themselves once they are ready, on the day their book names."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from fleetcost.bucket.port import Bucket
from fleetcost.errors import FleetcostError, MonthClosedError, MonthNotReadyError
from fleetcost.model.statement import CalendarMonth, month_of
from fleetcost.ops import log, metrics
from fleetcost.statements.book import StatementBook, book_names, read_book
from fleetcost.statements.close import ClosingOrder, close_month
from fleetcost.statements.live import StatementSources
from fleetcost.statements.store import read_chain

SCHEDULE = "schedule"
"""Who closed a month that was closed by itself."""

PAUSE_SECONDS = 300.0

_log = log.get("statements")


class MonthSchedule:
    """
    Closes what is ready, the oldest month first; a month that waits is waited for by those after it.

    Args:
        bucket: where statements are written
        sources: what they are made of
        clock: gives the time
    """

    def __init__(self, bucket: Bucket, sources: StatementSources, clock: Callable[[], datetime]) -> None:
        self._bucket, self._sources, self._clock = bucket, sources, clock

    def turn(self) -> tuple[str, ...]:
        """
        Close what is ready; return the ids of what was closed.

        Raises:
            StoreError, StoreRefusedError: the bucket did not answer, or refused.
        """
        made: list[str] = []
        for name in book_names(self._bucket):
            try:
                made += self._book(read_book(self._bucket, name).definition)
            except FleetcostError as error:
                metrics.CLOSINGS.labels("failed").inc()
                _log.error("month not closed", book=name, error=str(error))
        return tuple(made)

    def run(self, stop: threading.Event) -> None:
        """Look every few minutes until asked to stop; what fails is logged, counted and tried again."""
        while not stop.wait(PAUSE_SECONDS):
            if self._sources.whole():
                try:
                    self.turn()
                except FleetcostError as error:
                    metrics.CLOSINGS.labels("failed").inc()
                    _log.error("no month closed", error=str(error))

    def _book(self, book: StatementBook) -> Iterator[str]:
        for month in self._due(book):
            try:
                order = ClosingOrder(book=book.name, month=month, by=SCHEDULE)
                made = close_month(self._bucket, self._sources, order, self._clock()).header
            except MonthClosedError:
                continue
            except MonthNotReadyError as error:
                metrics.CLOSINGS.labels("waiting").inc()
                _log.info("month waits", book=book.name, month=str(month), reason=str(error))
                return
            metrics.CLOSINGS.labels("done").inc()
            _log.info("month closed", statement=made.id, lines=made.lines.rows)
            yield made.id

    def _due(self, book: StatementBook) -> Iterator[CalendarMonth]:
        """Yield the months that may be closed by now and are not."""
        if not book.auto_close_day:
            return
        now = self._clock()
        closed = {one.header.calendar_month for one in read_chain(self._bucket, book.name)}
        month = book.first
        while month < month_of(now):
            begins = month.window.end + timedelta(days=book.auto_close_day - 1)
            if month not in closed and begins <= now and self._sources.keeps(month, now):
                yield month
            month = month.after()
