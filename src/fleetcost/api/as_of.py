"""Questions as of a closed month: answered from the lines of its statement, or refused as not kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from fleetcost.api.behind import CompletenessJson
from fleetcost.api.compared import window_document
from fleetcost.api.context import Context
from fleetcost.api.currency import CurrencyFiguresJson
from fleetcost.api.native import AnswerJson, PageJson, PriceBasisJson, QuestionJson
from fleetcost.api.operation import Parameter
from fleetcost.api.parameters import whole
from fleetcost.api.problem import ReadOnlyError
from fleetcost.api.questions import asked_window
from fleetcost.api.statement_shelf import StatementShelf
from fleetcost.api.statements import seen_by
from fleetcost.errors import NotKeptError, ObjectMissingError, QuestionError
from fleetcost.model.sets import SetKind
from fleetcost.model.statement import StatementLine, StatementLineKind, StatementRow, month_of, parse_month
from fleetcost.model.states import WindowState
from fleetcost.model.window import rfc3339
from fleetcost.query.dimensions import parse_dimensions
from fleetcost.query.known import Known
from fleetcost.query.windows import parse_window
from fleetcost.rates.book import RateBook
from fleetcost.statements.book import StatementBook, book_names
from fleetcost.statements.pinned import pinned_tables
from fleetcost.statements.records import ClusterAtClosing, StatementHeader
from fleetcost.statements.store import read_chain, read_lines

AS_OF = Parameter(
    "as_of",
    "answer as a statement has it: statement:BOOK/MONTH, with /N for its Nth closing, or a time, for the last closing "
    "before it of the book with this key; window, aggregate, filter, idle, tenancy and currency are the statement's",
)

_STATEMENT = re.compile(r"statement:(?P<book>[a-z0-9-]+)/(?P<month>[0-9-]+)(?:/(?P<seq>[0-9]+))?")
_FIGURES = {
    "total_cost": "total_cost", "direct_cost": "own_cost", "idle_cost": "idle_cost", "external_cost": "external_cost",
    "cpu_core_hours": "cpu_core_hours", "ram_byte_hours": "ram_byte_hours", "gpu_hours": "gpu_hours",
}  # fmt: skip
"""What a row of an answer calls the columns of a line; `shared_cost` is of two."""

KNOWN_FIGURES = (*_FIGURES, "shared_cost")
_SAME = ("idle", "tenancy", "share_namespaces", "share_labels", "share_cost", "share_split", "currency", "rates")
_NEVER = ("step", "compare", "format", "idle_by", "idle_split", "adjusted")


@dataclass(frozen=True, slots=True)
class _Closing:
    """The closing that is meant."""

    book: str
    header: StatementHeader


Answering = Callable[[Context], Any]
"""Answers a question about allocations from the tables of its context."""


def answered_as_of(context: Context, shelf: StatementShelf | None, answering: Answering) -> Any:  # noqa: ANN401 - a document or a file
    """
    Answer a question about allocations as of a closing: from the statement's lines, or from the tables it pins.

    Args:
        context: the request
        shelf: where statements are
        answering: answers from tables

    Raises:
        QuestionError: `as_of` is neither a statement nor a time.
        NotKeptError: it asks for what the statement does not say.
        ObjectMissingError: there is no such statement.
        ForbiddenError: the token may see none of it.
    """
    if shelf is None:
        raise ReadOnlyError("as_of: this server has no bucket with statements")
    closing = _closing(context, shelf)
    header, book = closing.header, closing.header.book.definition
    if (reason := _beyond(context, header)) and not header.inputs.pinned:
        raise NotKeptError(reason)
    if reason:
        return _from_tables(context, shelf, header, answering)
    found = shelf.reader.month(closing.book, header.calendar_month, context.now)
    lines = [one for one in read_lines(shelf.bucket, header) if one.kind is StatementLineKind.COST]
    seen = seen_by(context.caller, found)
    lines = [one for one in lines if seen(one.origin_month, one.row, one.names)]
    return _document(context, header, book, lines)


def _closing(context: Context, shelf: StatementShelf) -> _Closing:
    text = context.parameters["as_of"]
    named = _STATEMENT.fullmatch(text)
    if named is None:
        return _last_before(context, shelf, _time(text))
    book, month, seq = named["book"], parse_month(named["month"]), named["seq"]
    if book not in book_names(shelf.bucket):
        raise ObjectMissingError(f"there is no book {book!r}")
    own = [one.header for one in read_chain(shelf.bucket, book) if one.header.calendar_month == month]
    if not own or (seq is not None and int(seq) >= len(own)):
        raise ObjectMissingError(
            f"there is no statement {text.removeprefix('statement:')}: {month} was closed {len(own)} times"
        )
    return _Closing(book, own[-1] if seq is None else own[int(seq)])


def _last_before(context: Context, shelf: StatementShelf, at: datetime) -> _Closing:
    """Return the last closing before a time, of the month and of the book by whose key is asked."""
    window = asked_window(context)
    dimensions = parse_dimensions(context.parameters.get("aggregate", "cluster"), SetKind.ALLOCATIONS)
    found = [
        _Closing(name, one.header)
        for name in book_names(shelf.bucket)
        for one in read_chain(shelf.bucket, name)
        if one.header.calendar_month.window == window
        and one.header.closed_at <= at
        and parse_dimensions(one.header.book.definition.key, SetKind.ALLOCATIONS) == dimensions
        and one.header.book.definition.filter == context.parameters.get("filter", "")
    ]
    if not found:
        what = f"{month_of(window.start.date())} by {', '.join(map(str, dimensions)) or 'all'}"
        raise NotKeptError(f"what was known at {rfc3339(at)} is not kept: no statement of {what} was closed by then")
    return max(found, key=lambda one: one.header.closed_at)


def _time(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise QuestionError("as_of", text, "statement:BOOK/MONTH, or a time with its zone such as 2026-11-06T08:00:00Z")
    return at


def _from_tables(context: Context, shelf: StatementShelf, header: StatementHeader, answering: Answering) -> Any:  # noqa: ANN401 - as above
    """Answer from the tables as they were, at the time and by the exchange rates of the closing."""
    book, inputs = header.book.definition, header.inputs
    window = header.calendar_month.window
    said = {name: own for name in ("filter", *_SAME) if (own := getattr(book, name)) not in {"", "0"}}
    asked = {"window": f"{rfc3339(window.start)},{rfc3339(window.end)}", "aggregate": book.key}
    asked |= said | context.parameters
    if not window.holds(parse_window(asked["window"], context.now)):
        raise NotKeptError(f"statement {header.id} keeps {header.month}: ask about a window in it")
    table = shelf.sources.rates(inputs.rates_table, inputs.rates_version) if inputs.rates_table else None
    rates = RateBook()
    rates.know({table.name: table} if table is not None else {})
    with pinned_tables(shelf.bucket, header) as database:
        money = replace(context.tables.money, book=rates)
        known = Known(retired=context.tables.known.retired)
        tables = replace(context.tables, database=database, known=known, money=money, hourly_retention=timedelta(0))
        made = answering(replace(context, tables=tables, parameters=asked, now=header.closed_at))
    return msgspec.structs.replace(made, as_of=rfc3339(header.closed_at)) if isinstance(made, AnswerJson) else made


def _beyond(context: Context, header: StatementHeader) -> str:
    """Return why the lines of a statement do not answer a question; empty where they do."""
    asked, book = context.parameters, header.book.definition
    wrong = [name for name in _NEVER if name in asked and asked[name] not in {"auto", "json"}]
    said = {name: getattr(book, name) for name in _SAME}
    wrong += [name for name, own in said.items() if name in asked and asked[name] != own]
    if "window" in asked and asked_window(context) != header.calendar_month.window:
        wrong.append("window")
    if "aggregate" in asked:
        dimensions = [parse_dimensions(text, SetKind.ALLOCATIONS) for text in (asked["aggregate"], book.key)]
        wrong += ["aggregate"] if dimensions[0] != dimensions[1] else []
    wrong += ["filter"] if asked.get("filter", book.filter) != book.filter else []
    wrong += ["basis"] if asked.get("basis", "billed") != "billed" else []
    wrong += ["estimated"] if asked.get("estimated", "include") != "include" else []
    columns = {name.strip() for name in asked.get("columns", "").split(",")} - {"", "name", "key", *KNOWN_FIGURES}
    wrong += ["columns"] if columns else []
    if not wrong:
        return ""
    return (
        f"statement {header.id} does not say this: it has {', '.join(KNOWN_FIGURES)} by {book.key or 'all'} of "
        f"{header.month}; leave out or change {', '.join(wrong)}"
    )


def _document(context: Context, header: StatementHeader, book: StatementBook, lines: list[StatementLine]) -> AnswerJson:
    ordered = sorted(lines, key=lambda one: (-one.total_cost, one.row is not StatementRow.GROUP, one.name))
    limit, offset = whole(context.parameters, "limit"), whole(context.parameters, "offset") or 0
    shown = ordered[offset : None if limit is None else offset + limit]
    currencies = sorted({one.currency for one in lines})
    currency = book.currency or (currencies[0] if len(currencies) == 1 else "")
    totals = {code: _figures([one for one in lines if one.currency == code]) for code in currencies}
    several = [
        CurrencyFiguresJson(code, sum(one.currency == code for one in lines), totals[code]) for code in currencies
    ]
    return AnswerJson(
        question=_question(header, book),
        currency=currency,
        rows=[_row(one, book) for one in shown],
        totals=totals.get(currency, {}),
        series=[],
        completeness=[_completeness(one) for one in header.inputs.clusters] if not context.caller.narrowed else [],
        warnings=[],
        as_of=rfc3339(header.closed_at),
        took_ms=0.0,
        page=PageJson(len(ordered), offset, limit),
        prices=PriceBasisJson("billed"),
        by_currency=several if len(currencies) > 1 else [],
    )


def _question(header: StatementHeader, book: StatementBook) -> QuestionJson:
    return QuestionJson(
        kind=SetKind.ALLOCATIONS.value, window=window_document(header.calendar_month.window),
        aggregate=[str(one) for one in parse_dimensions(book.key, SetKind.ALLOCATIONS)], step="all", idle=book.idle,
        filter=book.filter, resolution="1d", tenancy=book.tenancy, basis="billed", estimated="include",
    )  # fmt: skip


def _row(line: StatementLine, book: StatementBook) -> dict[str, Any]:
    group = line.row is StatementRow.GROUP
    dimensions = parse_dimensions(book.key, SetKind.ALLOCATIONS)
    key = dict(zip(map(str, dimensions), line.names, strict=True)) if group else {}
    return {"name": line.name, "key": key, "currency": line.currency, **_figures([line])}


def _figures(lines: list[StatementLine]) -> dict[str, float | None]:
    sums = {name: sum((getattr(one, column) for one in lines), Decimal()) for name, column in _FIGURES.items()}
    shared = sum((one.shared_cost + one.tenancy_cost for one in lines), Decimal())
    return {name: float(value) for name, value in {**sums, "shared_cost": shared}.items()}


def _completeness(one: ClusterAtClosing) -> CompletenessJson:
    return CompletenessJson(
        cluster=one.cluster, state=WindowState(one.state), windows={}, first=None, last=None,
        coverage_minutes=round(one.observed_minutes, 3), expected_minutes=round(one.expected_minutes, 3),
        causes=list(one.gaps),
    )  # fmt: skip
