"""Since when rows of days stay in the tables because their month is not closed yet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from fleetcost.bucket.port import BucketReader
from fleetcost.errors import DamagedError, StoreRefusedError
from fleetcost.model.statement import CalendarMonth
from fleetcost.model.window import Resolution
from fleetcost.ops import log
from fleetcost.statements.book import book_names, read_book
from fleetcost.statements.store import read_chain

MOST_HELD = timedelta(days=400)
"""How long a month that nobody closes is waited for: a book that was given up must not fill the disk."""


_log = log.get("statements")


class HeldMonths:
    """
    Looks, before each ingest pass, which months are not closed.

    Args:
        bucket: where statements are
        clock: gives the time
    """

    def __init__(self, bucket: BucketReader, clock: Callable[[], datetime]) -> None:
        self._bucket = bucket
        self._clock = clock
        self._asked: datetime | None = None
        self.since: datetime | None = None
        """What held at the pass before, whose rows are all there by now; None where nothing did."""

    def __call__(self) -> datetime | None:
        """
        Return since when rows of days are kept, whatever is set; None where every month of every book is closed.

        Credentials that may not see statements may not close months either: then nothing is held.

        Raises:
            StoreError: the bucket did not answer.
        """
        now = self._clock()
        try:
            firsts = [self._open(name) for name in book_names(self._bucket)]
        except StoreRefusedError as error:
            _log.info("statements not seen", reason=str(error))
            firsts = []
        least = Resolution.DAY.floor(now - MOST_HELD)
        held = min((max(first.window.start, least) for first in firsts), default=None)
        self.since, self._asked = self._asked, held
        return held

    def _open(self, name: str) -> CalendarMonth:
        """Return the first month of a book that is not closed; of a book that cannot be read its first."""
        try:
            first = read_book(self._bucket, name).definition.first
        except DamagedError:
            return CalendarMonth(2000, 1)
        try:
            closed = {one.header.calendar_month for one in read_chain(self._bucket, name)}
        except DamagedError:
            return first
        while first in closed:
            first = first.after()
        return first
