"""Books: by what, of what and how costs are accounted for; what people write, and what lies in the bucket."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, ClassVar, Literal

import msgspec

from fleetcost.bucket.port import Bucket, BucketReader
from fleetcost.documents.document import BucketDocument, read_document, write_document
from fleetcost.errors import CallerError, ConditionFailedError, ObjectMissingError, StoreError
from fleetcost.model.amount import PLACES
from fleetcost.model.sets import SetKind
from fleetcost.model.statement import CalendarMonth, parse_month
from fleetcost.model.window import Resolution
from fleetcost.ops.reading import ConfigFile
from fleetcost.query.conditions import columns_of
from fleetcost.query.dimensions import parse_dimensions
from fleetcost.query.filters import parse_filter
from fleetcost.query.question import Frame, Idle, Question, Step
from fleetcost.query.sharing import Tenancy, parse_sharing
from fleetcost.statements.plan import Materiality

FOLDER = "fleetcost/statements"

_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
_MOST_MATERIAL = Decimal(10**9)
_Text = Annotated[str, msgspec.Meta(max_length=4096)]
_Days = Annotated[int, msgspec.Meta(ge=0, le=28)]


class StatementBook(BucketDocument, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    What people write of a book.

    Attributes:
        name: its folder in the bucket: small letters, digits and `-`
        key: what lines are by, as in `aggregate` of a question, such as `label:team` or `cluster,namespace`
        first_month: the first month that is closed, such as 2026-10
        filter: which rows count, in the filter language; empty for all
        idle, tenancy: what becomes of them, as in a question
        share_namespaces, share_labels, share_cost, share_split: what else is shared, as in a question
        currency: of the statements, by its ISO 4217 code; empty leaves each row in its own
        rates: the table of exchange rates they are converted with
        materiality: the least difference of an earlier month that is posted, in the currency of the line
        materiality_percent: the least part of what was posted before
        quiet_days: how long nothing of a month's bills may have changed before they count as invoiced
        auto_close_day: the day of the next month from which a month that is ready is closed by itself; 0 for never
    """

    largest_bytes: ClassVar[int] = 32 * 1024

    name: _Text
    key: _Text
    first_month: _Text
    filter: _Text = ""
    idle: Literal["separate", "share", "hide"] = "share"
    tenancy: Literal["separate", "share", "hide"] = "share"
    share_namespaces: _Text = ""
    share_labels: _Text = ""
    share_cost: _Text = "0"
    share_split: Literal["weighted", "even"] = "weighted"
    currency: Annotated[str, msgspec.Meta(pattern="^([A-Z]{3})?$")] = ""
    rates: _Text = ""
    materiality: _Text = "1.00"
    materiality_percent: _Text = "0.1"
    quiet_days: _Days = 5
    auto_close_day: _Days = 0

    @property
    def first(self) -> CalendarMonth:
        """The first month that is closed."""
        return parse_month(self.first_month)

    @property
    def least(self) -> Materiality:
        """Which differences are posted."""
        nanos = _amount("materiality", self.materiality).scaleb(PLACES)
        return Materiality(int(nanos), int(_amount("materiality_percent", self.materiality_percent) * 10_000))

    def question(self, month: CalendarMonth) -> Question:
        """
        Return the question whose rows are the lines of a month.

        Raises:
            QuestionError: a part of the definition cannot be used.
        """
        dimensions = parse_dimensions(self.key, SetKind.ALLOCATIONS, "key")
        by_cluster = bool(dimensions) and dimensions[0].name == "cluster"
        idle = {"separate": Idle.SPLIT if by_cluster else Idle.SEPARATE, "share": Idle.SHARE, "hide": Idle.HIDE}
        filtered = parse_filter(self.filter)
        columns_of(filtered, SetKind.ALLOCATIONS)
        return Question(
            kind=SetKind.ALLOCATIONS,
            frame=Frame(month.window, Resolution.DAY),
            step=Step.ALL,
            dimensions=dimensions,
            idle=idle[self.idle],
            tenancy=Tenancy(self.tenancy),
            sharing=parse_sharing(self.share_namespaces, self.share_labels, self.share_cost, self.share_split),
            filter=filtered,
            joined=True,
            properties=(),
            now=month.window.end,
        )


class BookVersion(BucketDocument, frozen=True, kw_only=True):
    """
    The document in `book.json`.

    Attributes:
        version: 1 for the first, one more with every change
        definition: what people wrote
        written_at: when
        format_version: of this document
    """

    largest_bytes: ClassVar[int] = 64 * 1024

    version: int
    definition: StatementBook
    written_at: datetime
    format_version: int = 1


def book_folder(name: str) -> str:
    """Return where everything of a book lies in the bucket."""
    return f"{FOLDER}/{name}"


def definition_path(name: str) -> str:
    """Return where a book's definition lies."""
    return f"{book_folder(name)}/book.json"


def read_book_file(file: ConfigFile) -> StatementBook:
    """
    Read what people write.

    Raises:
        SettingsError, CallerError: it cannot be used.
    """
    return checked_book(file.convert(StatementBook))


def checked_book(book: StatementBook) -> StatementBook:
    """
    Check all that can be checked of a definition without asking anything.

    Raises:
        CallerError: a part of it cannot be used.
    """
    if not _NAME.fullmatch(book.name):
        raise CallerError(
            f"{book.name!r} is no name of a book: small letters, digits and `-` are accepted, such as team"
        )
    if bool(book.rates) and not book.currency:
        raise CallerError(f"the book {book.name} names rates and no currency: name the currency of its statements too")
    book.question(book.first)
    _ = book.least
    return book


def publish_book(bucket: Bucket, book: StatementBook, now: datetime) -> BookVersion | None:
    """
    Write a definition; it counts for months that are closed from now on.

    Returns:
        The version that was written; None where it says what is there already.

    Raises:
        StoreError, StoreRefusedError: the bucket did not answer, or refused, or somebody else wrote meanwhile.
    """
    place = definition_path(book.name)
    there = bucket.stat(place)
    known = read_document(bucket, place, BookVersion) if there else None
    if known is not None and known.definition == book:
        return None
    made = BookVersion(version=known.version + 1 if known else 1, definition=book, written_at=now)
    try:
        write_document(bucket, place, made, create=there is None, if_etag=there.etag if there else None)
    except ConditionFailedError as error:
        raise StoreError(f"write the book {book.name}: somebody else wrote it meanwhile: do it again") from error
    return made


def read_book(bucket: BucketReader, name: str) -> BookVersion:
    """
    Read a book's definition.

    Raises:
        ObjectMissingError: there is no such book.
        DocumentDamagedError: it cannot be read.
        StoreError, StoreRefusedError: the bucket did not answer, or refused.
    """
    with suppress(ObjectMissingError):
        if _NAME.fullmatch(name):
            return read_document(bucket, definition_path(name), BookVersion)
    there = ", ".join(book_names(bucket)) or "none"
    raise ObjectMissingError(f"there is no book {name!r}; the bucket has: {there}")


def book_names(bucket: BucketReader) -> tuple[str, ...]:
    """Return the names of the books in a bucket; see the port's `folders` for what is raised."""
    return tuple(name for name in bucket.folders(FOLDER) if _NAME.fullmatch(name))


def _amount(what: str, text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise CallerError(f"{what}: {text!r} is no amount: write one such as 1.00") from None
    if not amount.is_finite() or not 0 <= amount <= _MOST_MATERIAL:
        raise CallerError(f"{what}: {text!r} is not between 0 and {_MOST_MATERIAL}: write an amount such as 1.00")
    return amount
