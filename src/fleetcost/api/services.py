"""What a server is made of, and the parts of it that single routes are handed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
from fleetcost.api.statement_shelf import StatementShelf
from fleetcost.bucket.multi import StoreState
from fleetcost.documents.status import AgentStatus
from fleetcost.model.identity import ClusterId
from fleetcost.query.known import Known
from fleetcost.rates.book import RateBook
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
class CurrencyFacts:
    """
    What decides the currency of answers.

    Attributes:
        display: the currency of answers that name none, empty for each row's own
        rates: the rate table of answers that name none, empty for none
        max_age_days: how many days a daily rate is carried forward
        home: the cluster this server runs in, empty where it is not known
        book: the rate tables
    """

    display: str = ""
    rates: str = ""
    max_age_days: int = 7
    home: str = ""
    book: RateBook = field(default_factory=RateBook)


@dataclass(frozen=True, slots=True)
class LiveTables:
    """
    What every answer is read from.

    Attributes:
        database: answers questions
        status: what the ingest loop is doing
        known: what is remembered of the ledger
        hourly_retention: how long hourly rows are kept, None for ever
        money: what decides the currency of answers
    """

    database: Tables
    status: Callable[[], IngestStatus]
    known: Known
    hourly_retention: timedelta | None = None
    money: CurrencyFacts = field(default_factory=CurrencyFacts)


@dataclass(frozen=True, slots=True)
class IngestPace:
    """
    What is set of the ingest loop, beside `LiveTables`.

    Attributes:
        interval_seconds: pause between two passes
        daily_retention: how long daily rows are kept, None for ever
    """

    interval_seconds: float
    daily_retention: timedelta | None


@dataclass(frozen=True, slots=True)
class FleetFacts:
    """
    What is known of clusters beside their rows.

    Attributes:
        home: the cluster this server runs in; empty where it is not known
        registry: what the agents say of themselves, None where there is no bucket to read it from
    """

    home: str
    registry: Registry | None

    def statuses(self) -> Mapping[ClusterId, AgentStatus]:
        """Return what each cluster's agent says of itself; nothing where there is no registry."""
        return self.registry.statuses() if self.registry else {}


@dataclass(frozen=True, slots=True)
class HealthFacts:
    """What the health page shows beside the windows: the ingest loop's pace, and what agents say of themselves."""

    pace: IngestPace
    fleet: FleetFacts


@dataclass(frozen=True, slots=True)
class KeptContexts:
    """
    Other installations.

    Attributes:
        book: those the operator provides, and credentials of all of them
        state: where people's are kept
    """

    book: Book
    state: StateStore


@dataclass(frozen=True, slots=True)
class KeptViews:
    """
    Saved views.

    Attributes:
        state: where they are kept
        owned: a view belongs to the token that put it; without tokens it is everybody's
    """

    state: StateStore
    owned: bool


@dataclass(frozen=True, slots=True)
class Services:
    """
    What the composition root hands to `create_app`. A route sees `LiveTables` and the part that it names, nothing else.

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
        money: what decides the currency of answers
        statements: closed months, None where there is no bucket to keep them in
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
    money: CurrencyFacts = field(default_factory=CurrencyFacts)
    statements: StatementShelf | None = None

    def tables(self) -> LiveTables:
        """Return what every answer is read from."""
        return LiveTables(self.database, self.status, self.known, self.hourly_retention, self.money)

    def ingest_pace(self) -> IngestPace:
        """Return what is set of the ingest loop."""
        return IngestPace(self.interval_seconds, self.daily_retention)

    def fleet_facts(self) -> FleetFacts:
        """Return what is known of clusters beside their rows."""
        return FleetFacts(self.home, self.registry)

    def health_facts(self) -> HealthFacts:
        """Return what the health page shows beside the windows."""
        return HealthFacts(self.ingest_pace(), self.fleet_facts())

    def kept_contexts(self) -> KeptContexts:
        """Return other installations."""
        return KeptContexts(self.contexts, self.state)

    def kept_views(self) -> KeptViews:
        """Return saved views."""
        return KeptViews(self.state, owned=self.tokens is not None)
