"""Asking many queries at once and keeping what was noticed on the way."""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import Executor, Future
from threading import Lock
from typing import Generic

from fleetcost.model.finding import FindingKind
from fleetcost.model.window import Window
from fleetcost.samples.query import Query
from fleetcost.samples.reader import Convert, Record, RowReader, UnnamedError
from fleetcost.samples.source import PartialRows, Source


class PendingAnswer(Generic[Record]):
    """An answer on its way; `rows()` waits for it."""

    def __init__(self, future: Future[tuple[Record, ...]]) -> None:
        self._future = future

    def rows(self) -> tuple[Record, ...]:
        """Return the records, sorted by nothing; raises what the query raised."""
        return self._future.result()


class QueryRunner:
    """
    Asks queries for one window on an executor's threads.

    Rows become records on the thread that asked, so that raw answers do not pile up.
    """

    def __init__(self, source: Source, window: Window, resolution_seconds: int, executor: Executor) -> None:
        self._source = source
        self._window = window
        self._resolution_seconds = resolution_seconds
        self._executor = executor
        self._noticed: set[tuple[FindingKind, str]] = set()
        self._lock = Lock()

    def ask(self, query: Query, convert: Convert[Record]) -> PendingAnswer[Record]:
        """Ask a query; `convert` makes a record of each row."""
        return PendingAnswer(self._executor.submit(self._ask, query, convert))

    def noticed(self) -> Sequence[tuple[FindingKind, str]]:
        """Return what was noticed, once every answer is there."""
        with self._lock:
            return sorted(self._noticed)

    @property
    def partial(self) -> bool:
        """Whether an answer lacked some of the data, once every answer is there."""
        return any(kind is FindingKind.SOURCE_PARTIAL for kind, _ in self.noticed())

    def notice(self, kind: FindingKind, subject: str) -> None:
        """Keep one observation."""
        with self._lock:
            self._noticed.add((kind, subject))

    def _ask(self, query: Query, convert: Convert[Record]) -> tuple[Record, ...]:
        records = []
        rows = self._source.query(query, self._window, self._resolution_seconds)
        if isinstance(rows, PartialRows):
            for reason in rows.missing:
                self.notice(FindingKind.SOURCE_PARTIAL, reason)
        for row in rows:
            if not math.isfinite(row.value):
                self.notice(FindingKind.SAMPLES_DROPPED, query.name)
                continue
            try:
                records.append(convert(RowReader(row.labels, row.value, row.points)))
            except UnnamedError as error:
                self.notice(FindingKind.ROWS_UNNAMED, f"{query.name}: {error}")
        return tuple(records)
