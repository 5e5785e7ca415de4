"""The header of a statement: what it says of itself, and which sets, bills and rates it was made of."""

from __future__ import annotations

import hashlib
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

import msgspec

from fleetcost import __version__
from fleetcost.documents.document import BucketDocument, decode
from fleetcost.errors import DocumentDamagedError
from fleetcost.model.statement import STATEMENT_FORMAT_VERSION, CalendarMonth, parse_month
from fleetcost.sets.checksum import NO_CHECKSUM, check_checksum, with_checksum
from fleetcost.statements.book import BookVersion


class StatementTotal(msgspec.Struct, frozen=True):
    """
    What a statement is in one currency.

    Attributes:
        cost: of the month
        prior_period: posted for earlier months
        reversal: taken back of what was posted for the month before
        total: all of it
    """

    currency: str
    cost: Decimal
    prior_period: Decimal
    reversal: Decimal
    total: Decimal


class MonthDifference(msgspec.Struct, frozen=True):
    """
    What was found of an earlier month in one currency.

    Attributes:
        month: which
        posted: with this statement
        coverage, bill, rates: where that comes from
        unposted: what is known besides and was too small
    """

    month: str
    currency: str
    posted: Decimal
    coverage: Decimal
    bill: Decimal
    rates: Decimal
    unposted: Decimal


class ClusterAtClosing(msgspec.Struct, frozen=True):
    """
    What stood behind a cluster's costs.

    Attributes:
        state: of its windows together
        observed_minutes, expected_minutes: of the month
        gaps: what was missing, in words, the first ones
        gap_count: how many windows lacked something
    """

    cluster: str
    state: str
    observed_minutes: float
    expected_minutes: float
    gaps: tuple[str, ...] = ()
    gap_count: int = 0


class BillsAtClosing(msgspec.Struct, frozen=True):
    """
    How far the bills of an integration had come.

    Attributes:
        days: how many days were in each state
        last_change: when a day of the month was last written
    """

    integration: str
    days: dict[str, int]
    last_change: datetime | None = None


class PinnedFile(msgspec.Struct, frozen=True):
    """A file of the lake, and whose rows it holds."""

    table: str
    path: str


class StatementInputs(msgspec.Struct, frozen=True, kw_only=True):
    """
    What a statement was made of.

    Attributes:
        sets, bills: how many days of clusters and of integrations
        sets_digest, bills_digest: over their sorted paths and digests
        rates_table, rates_version: exchange rates, empty and 0 where nothing was converted
        lake_version: of the manifest whose files are pinned, 0 without a lake, or where that was behind the tables
        pinned: files of the lake that are the month's tables as they were
        clusters, integrations: how whole they were
    """

    sets: int = 0
    sets_digest: str = ""
    bills: int = 0
    bills_digest: str = ""
    rates_table: str = ""
    rates_version: int = 0
    lake_version: int = 0
    pinned: tuple[PinnedFile, ...] = ()
    clusters: tuple[ClusterAtClosing, ...] = ()
    integrations: tuple[BillsAtClosing, ...] = ()


class LinesObject(msgspec.Struct, frozen=True):
    """The object with a statement's lines: where it lies, its SHA-256, its length, how many there are."""

    path: str
    sha256: str
    size_bytes: int
    rows: int


class StatementHeader(BucketDocument, frozen=True, kw_only=True):
    """
    The document that makes lines a statement.

    Attributes:
        number: its place in the book's chain, from 1
        month: which was closed
        seq: 0 for the month's first statement, one more each time it was closed again
        book: the definition it was made by
        closed_at, closed_by: when, and by which token or loop
        accepted: what was accepted as missing, in words
        reason: why it was closed again
        lines: the object with the lines
        totals: one a currency
        differences: what was found of earlier months
        inputs: what it was made of
        previous: SHA-256 of the header before it; empty for the first
        writer_version, format_version: who wrote it, and in which form
        file_sha256: SHA-256 of this document while these 64 digits are zeros
    """

    largest_bytes: ClassVar[int] = 8 << 20

    format_version: int = STATEMENT_FORMAT_VERSION
    writer_version: str = __version__
    number: int
    month: str
    seq: int
    book: BookVersion
    closed_at: datetime
    closed_by: str
    accepted: str = ""
    reason: str = ""
    lines: LinesObject
    totals: tuple[StatementTotal, ...]
    differences: tuple[MonthDifference, ...] = ()
    inputs: StatementInputs
    previous: str
    file_sha256: str = NO_CHECKSUM

    @property
    def calendar_month(self) -> CalendarMonth:
        """The month."""
        return parse_month(self.month)

    @property
    def id(self) -> str:
        """What people call it: book, month, and the number of the closing where there are several."""
        return f"{self.book.definition.name}/{self.month}/{self.seq}"


def header_to_bytes(header: StatementHeader) -> bytes:
    """Write a header with its checksum."""
    return with_checksum(msgspec.json.encode(header))


def header_from_bytes(content: bytes, path: str) -> StatementHeader:
    """
    Read a header and check it against its checksum.

    Raises:
        DamagedError: it is not one, of a version this build does not read, or was changed.
    """
    version = decode(content, _Versioned, path).format_version
    if not 1 <= version <= STATEMENT_FORMAT_VERSION:
        raise DocumentDamagedError(
            f"read {path}: format version {version}, this build reads 1 to {STATEMENT_FORMAT_VERSION}; upgrade"
        )
    header = decode(content, StatementHeader, path)
    check_checksum(content, path)
    return header


class _Versioned(BucketDocument, frozen=True, kw_only=True):
    """What every version has."""

    largest_bytes: ClassVar[int] = StatementHeader.largest_bytes

    format_version: int


def sha256(content: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
