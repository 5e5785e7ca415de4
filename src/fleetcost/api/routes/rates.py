"""The exchange rates a server knows, and the currencies of its rows, at `/api/v1/rates`."""

from __future__ import annotations

import msgspec

from fleetcost.api.context import Context
from fleetcost.api.operation import Operation
from fleetcost.api.words import Family
from fleetcost.model.window import rfc3339
from fleetcost.query.currencies import bill_currencies, cluster_currencies
from fleetcost.rates.store import KnownTable
from fleetcost.rates.table import RateKind, RateTable


class RateTableJson(msgspec.Struct, frozen=True):
    """
    One table of exchange rates.

    Attributes:
        kind: whether its rates are of days or of months
        version: the one that counts; None where none can be read, as of all that follows
        rates: how many there are
        currencies: ISO 4217 codes that costs can be shown in
        changed_first, changed_last: the days whose rates this version changed, None where nobody says it
        source: the file they came from, empty where nobody says it
        fault: what is wrong with the table in the bucket, empty where nothing is
    """

    table: str
    kind: RateKind | None
    version: int | None
    rates: int
    first_day: str | None
    last_day: str | None
    currencies: list[str]
    changed_first: str | None
    changed_last: str | None
    source: str
    written_at: str | None
    fault: str


class RatesJson(msgspec.Struct, frozen=True):
    """
    What answers can be shown in.

    Attributes:
        display_currency: of answers that name none; empty for each row's own
        default_table: of answers that name none; empty where nothing is converted
        max_age_days: how many days a daily rate is carried forward
        row_currencies: of the clusters and bills the caller may see
        tables: that are in the bucket
        fault: why the bucket could not be looked at, empty where it could
    """

    display_currency: str
    default_table: str
    max_age_days: int
    row_currencies: list[str]
    tables: list[RateTableJson]
    fault: str


def rates(context: Context) -> RatesJson:
    """Return the tables, and the currencies of the rows."""
    money, known = context.tables.money, context.tables.known
    with context.snapshot() as snapshot:
        allowed = context.clusters(snapshot)
        held = cluster_currencies(snapshot, known)
        own = [currencies for cluster, currencies in held.items() if allowed is None or cluster in allowed]
        own += bill_currencies(snapshot, known).values() if allowed is None else []
    book = money.book
    names = sorted({*book.tables, *book.known})
    return RatesJson(
        display_currency=money.display,
        default_table=money.rates,
        max_age_days=money.max_age_days,
        row_currencies=sorted({currency for each in own for currency in each}),
        tables=[_table(name, book.tables.get(name), book.known.get(name)) for name in names],
        fault=book.fault,
    )


def _table(name: str, table: RateTable | None, known: KnownTable | None) -> RateTableJson:
    said = known.current if known else None
    mine = said if said and table and said.version == table.version else None
    return RateTableJson(
        table=name,
        kind=table.kind if table else None,
        version=table.version if table else None,
        rates=len(table.rates) if table else 0,
        first_day=table.rates[0].day.isoformat() if table else None,
        last_day=table.rates[-1].day.isoformat() if table else None,
        currencies=sorted({code for one in table.rates for code in (one.base, one.quote)}) if table else [],
        changed_first=mine.changed_first if mine else None,
        changed_last=mine.changed_last if mine else None,
        source=mine.source if mine else "",
        written_at=rfc3339(mine.written_at) if mine else None,
        fault=known.fault if known else "",
    )


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        path="/api/v1/rates", handler=rates, family=Family.NATIVE, answers=RatesJson,
        summary="The exchange rates, and the currencies of the rows",
    ),
)  # fmt: skip
