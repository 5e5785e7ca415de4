"""A small fleet whose months are closed: days are written again, bills restated, rates corrected."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from bills import cloud_cost, cloud_set
from builders import FOREVER, GIB, allocation, allocation_set, asset_set, at, day, ingest, node, open_tables, put
from fleetcost.api.access import Tokens
from fleetcost.api.app import create_app
from fleetcost.api.services import Services
from fleetcost.api.statement_shelf import StatementShelf
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.bucket.port import Bucket
from fleetcost.ingest.run import Ingestor
from fleetcost.model.cloud_cost import Category
from fleetcost.model.statement import CalendarMonth, StatementLine, parse_month
from fleetcost.query.known import Known
from fleetcost.rates.store import publish_rates, read_table, read_version
from fleetcost.rates.table import ExchangeRate, RateKind, RateTable
from fleetcost.sets.cloud.publish import publish
from fleetcost.statements.amounts import ByKey, less
from fleetcost.statements.book import StatementBook, publish_book
from fleetcost.statements.close import ClosingOrder, close_month
from fleetcost.statements.live import StatementSources, live_amounts
from fleetcost.statements.plan import posted_for
from fleetcost.statements.store import Statement, read_chain, read_lines
from fleetcost.tables.database import Database
from unit.api.apps import WEB, Client

JANUARY, FEBRUARY, MARCH = map(parse_month, ("2026-01", "2026-02", "2026-03"))
OF_JANUARY, OF_FEBRUARY, OF_MARCH = 20, 23, 51
"""A day of each month, counted from the day of the tests: 30 January, 2 February, 2 March."""

NOW = datetime(2026, 4, 20, 12, tzinfo=UTC)
TEAM = StatementBook(name="team", key="label:team", first_month="2026-01")


@dataclass(slots=True)
class ClosingFleet:
    """
    A bucket, tables that follow it, and what closes its months.

    Attributes:
        retired: when clusters were declared gone: nothing of theirs is waited for afterwards
        lake: the bucket has a lake, whose files are pinned
    """

    bucket: Bucket
    database: Database
    now: datetime = NOW
    daily_retention: timedelta | None = None
    retired: dict[Any, datetime] = field(default_factory=dict)
    lake: bool = False

    @property
    def sources(self) -> StatementSources:
        return StatementSources(
            self.database,
            Known(retired=lambda: self.retired),
            self._rates,
            daily_retention=self.daily_retention,
            lake=self.bucket if self.lake else None,
        )

    def _rates(self, name: str, version: int) -> RateTable | None:
        return read_version(self.bucket, name, version) if version else read_table(self.bucket, name).table

    def day(self, number: int, cluster: str = "east", currency: str = "EUR", **costs: float) -> None:
        """Write a day of a cluster again: each keyword is a team and what its pod costs; the node costs 100."""
        window = day(number)
        pods = [
            allocation(
                window, pod=team, pod_uid=f"{cluster}-{team}", labels={"team": team}, provider_id=f"i-{cluster}",
                cpu_cost=cost, cpu_core_hours=cost * 2, ram_byte_hours=GIB,
            )
            for team, cost in costs.items()
        ]  # fmt: skip
        nodes = [node(window, provider_id=f"i-{cluster}", cpu_cost=100, cpu_core_hours=200)]
        facts = {"currency": currency}
        put(self.bucket, allocation_set(pods, window, cluster, **facts), asset_set(nodes, window, cluster, **facts))

    def bill(self, number: int, cost: float, cluster: str = "east", **facts: Any) -> None:
        """Write the bill of a cluster's node of one day."""
        row = cloud_cost(number, cost, provider_id=f"i-{cluster}", category=Category.COMPUTE, currency="EUR", **facts)
        publish(self.bucket, cloud_set([row], number, built_at=at(day=number + 3)), force=True)

    def rate(self, dollars: str) -> None:
        """Take a monthly rate of the euro for January, February and March."""
        rates = [ExchangeRate(date(2026, month, 1), "EUR", "USD", Decimal(dollars)) for month in (1, 2, 3)]
        publish_rates(self.bucket, "booked", RateKind.MONTHLY, rates, "a.csv", self.now)

    def define(self, **facts: Any) -> None:
        """Define the book of teams."""
        publish_book(
            self.bucket,
            StatementBook(**{"name": "team", "key": "label:team", "first_month": "2026-01"} | facts),
            self.now,
        )

    def load(self) -> None:
        """Take in what is in the bucket."""
        ingest(self.bucket, self.database, self.now)

    def close(
        self, month: CalendarMonth, accepted: str = "days of a test", reason: str = "", by: str = "test"
    ) -> Statement:
        """Close a month of the book of teams."""
        order = ClosingOrder(book="team", month=month, by=by, accepted=accepted, reason=reason)
        return close_month(self.bucket, self.sources, order, self.now)

    def lines(self, number: int = -1) -> tuple[StatementLine, ...]:
        """Return the lines of a statement of the chain."""
        return read_lines(self.bucket, read_chain(self.bucket, "team")[number].header)

    def live(self, month: CalendarMonth) -> ByKey:
        """Return what the tables say of a month by the definition it was closed by."""
        (book, *_) = [one.header.book for one in read_chain(self.bucket, "team") if one.header.calendar_month == month]
        with self.database.snapshot() as snapshot:
            return live_amounts(snapshot, self.sources, book.definition, month)

    def posted(self, month: CalendarMonth) -> ByKey:
        """Return what was posted for a month."""
        chain = read_chain(self.bucket, "team")
        return posted_for(month, (read_lines(self.bucket, one.header) for one in chain))

    def unposted(self, month: CalendarMonth) -> ByKey:
        """Return what is known of a month and not posted."""
        return less(self.live(month), self.posted(month))

    def objects(self) -> dict[str, bytes]:
        """Return every object of statements that is never changed."""
        return {
            one.path: self.bucket.get(one.path)
            for one in self.bucket.list("fleetcost/statements")
            if not one.path.endswith("book.json")
        }


@contextmanager
def closing_fleet(folder: Path, bucket: Bucket | None = None) -> Iterator[ClosingFleet]:
    """Give a fleet without any day."""
    database = open_tables(folder)
    try:
        yield ClosingFleet(bucket or MemoryBucket(), database)
    finally:
        database.close()


def served(fleet: ClosingFleet, tokens: Tokens | None = None, *, read_only: bool = False) -> Client:
    """Return what asks an application of the fleet."""
    ingestor = Ingestor(fleet.bucket, fleet.database, FOREVER, lambda: fleet.now)
    ingestor.pass_once()
    shelf = StatementShelf(fleet.bucket, None if read_only else fleet.bucket, fleet.sources)
    services = Services(
        fleet.database, lambda: ingestor.status, lambda: fleet.now, None, 600, tokens=tokens, statements=shelf
    )
    return Client(create_app(services, WEB))
