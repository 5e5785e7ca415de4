"""Statements in JSON and as files; every amount an exact text. What a token may see of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from fleetcost.api.behind import exact_text
from fleetcost.api.caller import Caller
from fleetcost.api.problem import ForbiddenError
from fleetcost.model.sets import SetKind
from fleetcost.model.statement import STATEMENT_LINE, StatementLine, StatementRow
from fleetcost.model.window import rfc3339
from fleetcost.query.conditions import holds
from fleetcost.query.dimensions import KEYED, Dimension, parse_dimensions
from fleetcost.statements.amounts import KeyAmounts, decimal_of
from fleetcost.statements.overview import BookMonth, ComparedKey, ComparedMonth
from fleetcost.statements.ready import days_of
from fleetcost.statements.records import StatementHeader
from fleetcost.statements.verify import VerifiedBook

_EXACT = frozenset({"cluster", "node", "namespace", "pod", "container", *KEYED[SetKind.ALLOCATIONS]})
"""Dimensions whose values are what a filter of the same name compares."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First characters that a spreadsheet takes for the beginning of a formula."""


class MonthTotalJson(msgspec.Struct, frozen=True):
    """What a statement is in one currency: cost of the month, posted for earlier ones, taken back, all of it."""

    currency: str
    cost: str
    prior_period: str
    reversal: str
    total: str


class MonthDifferenceJson(msgspec.Struct, frozen=True):
    """What a statement posted for an earlier month, by cause, and what was known besides and was too small."""

    month: str
    currency: str
    posted: str
    coverage: str
    bill: str
    rates: str
    unposted: str


class ClosingJson(msgspec.Struct, frozen=True, kw_only=True):
    """
    One statement.

    Attributes:
        id: book, month and number of the closing
        number, seq: its place in the chain of the book, and among the closings of its month
        accepted: what was accepted as missing; as `reason`, hidden from tokens that see a part of the fleet
        reason: why the month was closed again
        lines: how many
        sha256: of the lines
        previous: of the header before; empty for the first
        gaps, bills: what was incomplete when it was closed, in words
        rates: the exchange rates it was made with, such as `booked version 3`; empty where nothing was converted
        totals, differences: hidden from tokens that see a part of the fleet
    """

    id: str
    number: int
    seq: int
    book_version: int
    closed_at: str
    closed_by: str
    accepted: str
    reason: str
    lines: int
    sha256: str
    previous: str
    gaps: list[str]
    bills: list[str]
    rates: str
    totals: list[MonthTotalJson]
    differences: list[MonthDifferenceJson]


class BookMonthJson(msgspec.Struct, frozen=True):
    """
    A month of a book.

    Attributes:
        state: running, waiting, ready, closed, or not kept
        waiting: what is waited for, in words
        statements: of the month, the oldest first
    """

    month: str
    state: str
    waiting: list[str]
    statements: list[ClosingJson]


class BookJson(msgspec.Struct, frozen=True, kw_only=True):
    """
    A book and its months, the newest first.

    Attributes:
        fault: why its statements cannot be read, empty where they can; as `filter`, hidden from tokens that see a part
    """

    name: str
    version: int
    key: list[str]
    filter: str
    currency: str
    rates: str
    materiality: str
    materiality_percent: str
    auto_close_day: int
    months: list[BookMonthJson]
    fault: str = ""


class BooksJson(msgspec.Struct, frozen=True):
    """The books, and whether this server closes months."""

    books: list[BookJson]
    read_only: bool


class ComparedKeyJson(msgspec.Struct, frozen=True, kw_only=True):
    """
    A key of a month.

    Attributes:
        name, key: of a group the values of the book's key; no values for what no group was charged for
        row: group, idle, tenancy or shared
        closed: what the newest statement of the month says
        posted: what was posted for it since
        live: what it costs as known now
        unposted: what is known and not posted: live less closed and posted
    """

    name: str
    key: dict[str, str]
    row: str
    currency: str
    closed: str
    posted: str
    live: str
    unposted: str


class ComparedTotalJson(msgspec.Struct, frozen=True):
    """The sum of the keys in one currency."""

    currency: str
    closed: str
    posted: str
    live: str
    unposted: str


class StatementMonthJson(msgspec.Struct, frozen=True, kw_only=True):
    """
    A month's statement beside what is known now.

    Attributes:
        kept: whether the tables keep the month; where they do not, live is what was said and posted
        keys: the largest first; `key_count` there are
        totals: of all keys, by currency
        lines: of the newest statement, as in its file; `line_count` there are
    """

    book: str
    month: BookMonthJson
    aggregate: list[str]
    kept: bool
    keys: list[ComparedKeyJson]
    key_count: int
    totals: list[ComparedTotalJson]
    lines: list[dict[str, Any]]
    line_count: int


class StatementFaultJson(msgspec.Struct, frozen=True):
    """A statement that is not as it was written: its number in the chain, and what is the case."""

    number: int
    message: str


class VerifiedJson(msgspec.Struct, frozen=True):
    """
    What was found of a book.

    Attributes:
        statements: how many can be read
        faults: what was removed or changed
        leftovers: objects that are part of no statement
    """

    book: str
    statements: int
    faults: list[StatementFaultJson]
    leftovers: list[str]


Seen = Callable[[str, StatementRow, tuple[str, ...]], bool]
"""Tells whether a caller may see a line, by the month it is about, its kind of row and its names."""


def seen_by(caller: Caller, found: ComparedMonth) -> Seen:
    """
    Return which lines a caller may see: those of groups that pass its filter.

    Raises:
        ForbiddenError: the filter compares what the book's key does not say.
    """
    if not caller.narrowed:
        return lambda _month, _row, _names: True
    allowed = caller.filters.get(SetKind.ALLOCATIONS)
    keys = {one.header.month: _key_of(one.header.book.definition.key) for one in found.chain}
    own = _key_of(found.book.definition.key)

    def passes(month: str, row: StatementRow, names: tuple[str, ...]) -> bool:
        dimensions = keys.get(month, own)
        if allowed is None or row is not StatementRow.GROUP:
            return False
        values = {one: name for one, name in zip(dimensions, names, strict=True) if one.name in _EXACT}
        try:
            return holds(allowed, values)
        except KeyError:
            raise ForbiddenError(
                f"the token {caller.name!r} is narrowed by what the book {found.book.definition.name} is not kept by: "
                f"{', '.join(map(str, dimensions)) or 'all'}"
            ) from None

    # Whether the key names what the filter compares does not depend on any line.
    if allowed is None or not own:
        raise ForbiddenError(f"the token {caller.name!r} may not see the book {found.book.definition.name}")
    passes(str(found.month.month), StatementRow.GROUP, tuple("" for _ in own))
    return passes


def month_document(one: BookMonth, *, whole: bool) -> BookMonthJson:
    """Write a month; figures of the whole fleet only for who sees it."""
    return BookMonthJson(
        month=str(one.month),
        state=one.state.value,
        waiting=list(one.waiting) if whole else [],
        statements=[closing_document(header, whole=whole) for header in one.statements],
    )


def closing_document(header: StatementHeader, *, whole: bool) -> ClosingJson:
    """Write a header; figures of the whole fleet only for who sees it."""
    inputs = header.inputs
    gaps = [f"{one.cluster}: {days_of(one.gap_count)}, {one.gaps[0]}" for one in inputs.clusters if one.gap_count]
    bills = [f"{one.integration}: {', '.join(f'{n} {k}' for k, n in one.days.items())}" for one in inputs.integrations]
    return ClosingJson(
        id=header.id, number=header.number, seq=header.seq, book_version=header.book.version,
        closed_at=rfc3339(header.closed_at), closed_by=header.closed_by,
        accepted=header.accepted if whole else "", reason=header.reason if whole else "",
        lines=header.lines.rows if whole else 0, sha256=header.lines.sha256, previous=header.previous,
        gaps=gaps if whole else [], bills=bills if whole else [],
        rates=f"{inputs.rates_table} version {inputs.rates_version}" if inputs.rates_table else "",
        totals=[MonthTotalJson(**_texts(one)) for one in header.totals] if whole else [],
        differences=[MonthDifferenceJson(**_texts(one)) for one in header.differences] if whole else [],
    )  # fmt: skip


def compared_document(found: ComparedMonth, caller: Caller, offset: int, limit: int) -> StatementMonthJson:
    """
    Write a month as a caller may see it.

    Raises:
        ForbiddenError: it may see none of it.
    """
    seen = seen_by(caller, found)
    month, dimensions = str(found.month.month), _key_of(found.book.definition.key)
    keys = [one for one in found.keys if seen(month, one.key.row, one.key.names)]
    lines = [one for one in found.lines if seen(one.origin_month, one.row, one.names)]
    return StatementMonthJson(
        book=found.book.definition.name,
        month=month_document(found.month, whole=not caller.narrowed),
        aggregate=[str(one) for one in dimensions],
        kept=found.kept,
        keys=[_key(one, dimensions) for one in keys[offset : offset + limit]],
        key_count=len(keys),
        totals=list(_totals(keys)),
        lines=[line_document(one) for one in lines[offset : offset + limit]],
        line_count=len(lines),
    )


def verified_document(found: VerifiedBook) -> VerifiedJson:
    """Write what was found of a book."""
    faults = [StatementFaultJson(one.number, one.message) for one in found.faults]
    return VerifiedJson(found.book, len(found.statements), faults, list(found.leftovers))


def line_document(line: StatementLine) -> dict[str, Any]:
    """Write a line by the names of its columns, amounts as texts with every place they have."""
    facts = {column.name: getattr(line, column.name) for column in STATEMENT_LINE.columns}
    return {name: exact_text(value) if isinstance(value, Decimal) else value for name, value in facts.items()}


def csv_of(lines: Sequence[StatementLine], note: str) -> bytes:
    """Write lines as CSV behind a line that says what they are."""
    columns = [column.name for column in STATEMENT_LINE.columns if column.name != "names"]
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(columns)
    for line in lines:
        writer.writerow([_cell(getattr(line, name)) for name in columns])
    return f"# {note}\n{written.getvalue()}".encode()


def _cell(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _key(one: ComparedKey, dimensions: Sequence[Dimension]) -> ComparedKeyJson:
    group = one.key.row is StatementRow.GROUP
    return ComparedKeyJson(
        name=one.key.name,
        key={str(of): name for of, name in zip(dimensions, one.key.names, strict=True)} if group else {},
        row=one.key.row.value,
        currency=one.key.currency,
        closed=_money(one.closed),
        posted=_money(one.posted),
        live=_money(one.live),
        unposted=_money(one.unposted),
    )


def _totals(keys: Sequence[ComparedKey]) -> Iterator[ComparedTotalJson]:
    for currency in sorted({one.key.currency for one in keys}):
        own = [one for one in keys if one.key.currency == currency]
        sums = {
            name: exact_text(decimal_of(sum(getattr(one, name).total_nanos for one in own)))
            for name in ("closed", "posted", "live", "unposted")
        }
        yield ComparedTotalJson(currency, **sums)


def _money(amounts: KeyAmounts) -> str:
    return exact_text(decimal_of(amounts.total_nanos))


def _texts(record: msgspec.Struct) -> Mapping[str, Any]:
    facts = {name: getattr(record, name) for name in record.__struct_fields__}
    return {name: exact_text(value) if isinstance(value, Decimal) else value for name, value in facts.items()}


def _key_of(text: str) -> tuple[Dimension, ...]:
    return parse_dimensions(text, SetKind.ALLOCATIONS, "key")
