"""What the routes are given: the database, the ingest loop, the clock, what is kept, who may ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from fleetcost.api.access import Tokens
from fleetcost.api.answers import Answers
from fleetcost.api.bills import Bills
from fleetcost.api.elsewhere.book import Book
from fleetcost.api.registry import Registry
from fleetcost.api.repairs import Repairs
from fleetcost.api.state import NoState, StateStore
from fleetcost.bucket.multi import StoreState
from fleetcost.query.known import Known
from fleetcost.tables.view import Tables


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
class Limits:
    """
    How much one server does at once.

    Attributes:
        running: questions that run at the same time; the engine uses every core for one
        waiting: questions that may wait for a place
        seconds: how long a question may take, waiting included
    """

    running: int = 2
    waiting: int = 64
    seconds: float = 60.0


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
        limits: how much is done at once
        tokens: who may ask, None for everybody
        state: what people keep on the server
        home: the cluster this server runs in, for clients that ask for "the" cluster; empty where it is not known
        daily_retention: how long daily rows are kept, None for ever
        repairs: orders to agents, None where there is no bucket to write them to
        registry: what the agents say of themselves, None where there is no bucket to read it from
        hosts: names this server answers to, None for every one
        stores: what is known of each bucket
        contexts: other installations the operator provides, and credentials of all of them
        bills: the integrations, None where there is no bucket to find them in
        known: what is remembered of the ledger
        answers: what was answered of late
    """

    database: Tables
    status: Callable[[], IngestStatus]
    clock: Callable[[], datetime]
    hourly_retention: timedelta | None
    interval_seconds: float
    limits: Limits = Limits()
    tokens: Tokens | None = None
    state: StateStore = field(default_factory=NoState)
    home: str = ""
    daily_retention: timedelta | None = None
    repairs: Repairs | None = None
    hosts: frozenset[str] | None = None
    registry: Registry | None = None
    stores: Callable[[], tuple[StoreState, ...]] = tuple
    contexts: Book = field(default_factory=Book)
    bills: Bills | None = None
    known: Known = field(default_factory=Known)
    answers: Answers = field(default_factory=Answers)

    def hourly_from(self) -> datetime | None:
        """Since when hourly rows are kept."""
        return None if self.hourly_retention is None else self.clock() - self.hourly_retention
