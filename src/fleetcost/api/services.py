"""What the routes are given: the database, the ingest loop, the clock, and how long hours are kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from fleetcost.tables.database import Database


class IngestStatus(Protocol):
    """What the API shows of the ingest loop; `ingest.run.Status` has these and is handed in by the composition root."""

    @property
    def phase(self) -> str: ...  # noqa: D102
    @property
    def done(self) -> int: ...  # noqa: D102
    @property
    def total(self) -> int: ...  # noqa: D102
    @property
    def passes(self) -> int: ...  # noqa: D102
    @property
    def last_pass_at(self) -> datetime | None: ...  # noqa: D102
    @property
    def last_pass_seconds(self) -> float: ...  # noqa: D102
    @property
    def last_error(self) -> str: ...  # noqa: D102
    @property
    def skipped(self) -> tuple[str, ...]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Services:
    """
    The API's surroundings.

    Attributes:
        database: answers questions
        status: what the ingest loop is doing
        clock: gives the time
        hourly_retention: how long hourly rows are kept, None for ever
        interval_seconds: pause between two ingest passes
    """

    database: Database
    status: Callable[[], IngestStatus]
    clock: Callable[[], datetime]
    hourly_retention: timedelta | None
    interval_seconds: float

    def hourly_from(self) -> datetime | None:
        """Since when hourly rows are kept."""
        return None if self.hourly_retention is None else self.clock() - self.hourly_retention
