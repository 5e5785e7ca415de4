"""Closed months at `/api/v1/statements`: books, a month's statement beside what is known now, closing, verifying."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from fleetcost.api.context import Context
from fleetcost.api.operation import Handed, Operation, Parameter, Reply
from fleetcost.api.parameters import whole
from fleetcost.api.problem import ForbiddenError, ReadOnlyError
from fleetcost.api.services import Services
from fleetcost.api.statement_shelf import StatementShelf
from fleetcost.api.statements import (
    BookJson,
    BooksJson,
    ClosingJson,
    StatementMonthJson,
    VerifiedJson,
    closing_document,
    compared_document,
    csv_of,
    month_document,
    seen_by,
    verified_document,
)
from fleetcost.api.words import Family, Scope
from fleetcost.errors import CallerError, DamagedError, ObjectMissingError, QuestionError
from fleetcost.model.statement import parse_month
from fleetcost.model.window import rfc3339
from fleetcost.sets.statements import lines_to_bytes
from fleetcost.statements.book import book_names, read_book
from fleetcost.statements.close import ClosingOrder, close_month
from fleetcost.statements.overview import BookMonth, ComparedMonth
from fleetcost.statements.records import StatementHeader
from fleetcost.statements.store import header_path, read_lines
from fleetcost.statements.verify import verify_book

DEFAULT_ROWS = 200
MOST_TEXT = 2000
"""Characters of what is accepted, and of a reason."""

_CSV, _PARQUET = "text/csv; charset=utf-8", "application/vnd.apache.parquet"


class ClosingOrderJson(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    How a month is closed.

    Attributes:
        accepted: what is accepted as missing, in words; without it only a month that is ready is closed
        reason: why a month that is closed is closed again; both statements stay
    """

    accepted: str = ""
    reason: str = ""


def books(context: Context, shelf: StatementShelf | None) -> BooksJson:
    """Return the books and their months."""
    if shelf is None:
        return BooksJson([], read_only=True)
    with context.snapshot():
        pass  # nothing of a month can be said before anything was ingested
    names = book_names(shelf.bucket)
    return BooksJson([_book(context, shelf, name) for name in names], shelf.writer is None)


def statement(context: Context, shelf: StatementShelf | None) -> StatementMonthJson | Reply:
    """Return a month: its statement, what is known now, and the lines as a file where that is asked for."""
    found = _found(context, _there(shelf))
    how = context.parameters.get("format", "json")
    if how != "json":
        return _file(context, _there(shelf), found, how)
    limit = whole(context.parameters, "limit")
    offset = whole(context.parameters, "offset") or 0
    return compared_document(found, context.caller, offset, DEFAULT_ROWS if limit is None else limit)


def close(context: Context, shelf: StatementShelf | None) -> Reply:
    """Close a month."""
    there = _there(shelf)
    try:
        wanted = msgspec.json.decode(context.body or b"{}", type=ClosingOrderJson)
    except msgspec.MsgspecError as error:
        raise CallerError(f"POST a closing: {error}; a JSON object with accepted or reason is read") from error
    if max(len(wanted.accepted), len(wanted.reason)) > MOST_TEXT:
        raise CallerError(f"POST a closing: texts have at most {MOST_TEXT} characters")
    order = ClosingOrder(
        book=context.places["book"], month=parse_month(context.places["month"]), by=context.caller.name,
        accepted=wanted.accepted.strip(), reason=wanted.reason.strip(),
    )  # fmt: skip
    made = close_month(there.writing(), there.sources, order, context.now.replace(microsecond=0))
    where = {"location": f"/api/v1/statements/{order.book}/{order.month}"}
    return Reply(msgspec.json.encode(closing_document(made.header, whole=True)), headers=where, status=201)


def verify(context: Context, shelf: StatementShelf | None) -> VerifiedJson:
    """Return whether every statement of a book is there as it was written."""
    there = _there(shelf)
    name = read_book(there.bucket, context.places["book"]).definition.name
    return verified_document(verify_book(there.bucket, name))


def _book(context: Context, shelf: StatementShelf, name: str) -> BookJson:
    version = read_book(shelf.bucket, name)
    book, all_seen = version.definition, not context.caller.narrowed
    months: tuple[BookMonth, ...] = ()
    fault = ""
    try:
        months = shelf.reader.months(name, context.now)
    except (DamagedError, CallerError) as error:
        fault = str(error)
    return BookJson(
        name=name, version=version.version, key=book.key.split(","), filter=book.filter if all_seen else "",
        currency=book.currency, rates=book.rates, materiality=book.materiality,
        materiality_percent=book.materiality_percent, auto_close_day=book.auto_close_day,
        months=[month_document(one, whole=all_seen) for one in months], fault=fault if all_seen else "",
    )  # fmt: skip


def _found(context: Context, shelf: StatementShelf) -> ComparedMonth:
    found = shelf.reader.month(context.places["book"], parse_month(context.places["month"]), context.now)
    seq = whole(context.parameters, "seq")
    if seq is None:
        return found
    headers = found.month.statements
    if seq >= len(headers):
        known = ", ".join(str(one.seq) for one in headers) or "none: the month is not closed"
        raise QuestionError("seq", str(seq), known)
    return replace(found, lines=read_lines(shelf.bucket, headers[seq]))


def _file(context: Context, shelf: StatementShelf, found: ComparedMonth, how: str) -> Reply:
    """Return the lines as a file, or what the statement says of itself; of a month that is closed."""
    if not found.month.statements:
        raise ObjectMissingError(f"{found.month.month} of {found.book.definition.name} is not closed: there is no file")
    seq = whole(context.parameters, "seq")
    header = found.month.statements[-1 if seq is None else seq]
    seen = seen_by(context.caller, found)
    name = f"{found.book.definition.name}-{header.month}-{header.seq}"
    if how == "meta":
        if context.caller.narrowed:
            raise ForbiddenError("what a statement says of itself is of the whole fleet; this token sees a part of it")
        content = shelf.bucket.get(header_path(found.book.definition.name, header.number))
        return Reply(content, headers=_attached(f"{name}.json"))
    lines = [one for one in found.lines if seen(one.origin_month, one.row, one.names)]
    if how == "csv":
        note = _note(header, len(lines), whole=not context.caller.narrowed)
        return Reply(csv_of(lines, note), _CSV, _attached(f"{name}.csv"))
    whole_file = len(lines) == len(found.lines)
    content = (
        shelf.bucket.get(header.lines.path)
        if whole_file
        else lines_to_bytes(found.book.definition.name, header.month, header.seq, lines)
    )
    return Reply(content, _PARQUET, _attached(f"{name}.parquet"))


def _note(header: StatementHeader, lines: int, *, whole: bool) -> str:
    part = "" if lines == header.lines.rows else f" | {lines} of {header.lines.rows} lines, as far as the token sees"
    # People write names of clusters there.
    accepted = f" | accepted: {header.accepted}" if header.accepted and whole else ""
    words = (
        f"fleetcost {header.writer_version} | statement {header.id} | number {header.number} | "
        f"closed at {rfc3339(header.closed_at)} by {header.closed_by} | lines sha256 {header.lines.sha256}"
        f"{accepted}{part}"
    )
    return words.replace("\r", " ").replace("\n", " ")


def _attached(name: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{name}"'}


def _there(shelf: StatementShelf | None) -> StatementShelf:
    if shelf is None:
        raise ReadOnlyError("statements: this server has no bucket to keep them in")
    return shelf


def _shelf(services: Services) -> StatementShelf | None:
    return services.statements


_BOOK, _MONTH = "/api/v1/statements/{book}", "/api/v1/statements/{book}/{month}"
_FORMATS = ("json", "csv", "parquet", "meta")

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        path="/api/v1/statements", handler=Handed(books, _shelf), family=Family.NATIVE, cached=False,
        summary="The books, their months, and what is waited for before they are closed", answers=BooksJson,
    ),
    Operation(
        path=f"{_BOOK}/verify", handler=Handed(verify, _shelf), family=Family.NATIVE, cached=False, whole_fleet=True,
        summary="Whether every statement of a book is there as it was written", answers=VerifiedJson,
    ),
    Operation(
        path=_MONTH, handler=Handed(statement, _shelf), family=Family.NATIVE, cached=False,
        summary="A month's statement beside what is known now; its lines as a file", answers=StatementMonthJson,
        media_types=("application/json", "text/csv", _PARQUET),
        parameters=(
            Parameter("format", "how it is written; meta is what the statement says of itself", "json", _FORMATS),
            Parameter("seq", "which closing of the month, where there are several", "the newest", whole=True),
            Parameter("limit", "most keys and lines to return", default=str(DEFAULT_ROWS), whole=True),
            Parameter("offset", "keys and lines to leave out at the beginning", default="0", whole=True),
        ),
    ),
    Operation(
        path=_MONTH, method="POST", handler=Handed(close, _shelf), family=Family.NATIVE, cached=False,
        scope=Scope.ADMIN, whole_fleet=True, takes=ClosingOrderJson, answers=ClosingJson, status=201,
        summary="Close a month",
    ),
)  # fmt: skip
