"""The lines of statements as files: their footer, as `docs/format/statements.md` has it, and reading and writing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import msgspec
import pyarrow as pa

from fleetcost.errors import SetDamagedError
from fleetcost.model.statement import (
    STATEMENT_FORMAT_VERSION,
    STATEMENT_LINE,
    StatementLine,
    StatementLineKind,
    StatementRow,
)
from fleetcost.sets.checksum import NO_CHECKSUM
from fleetcost.sets.digest import digest
from fleetcost.sets.parquet import FileFormat
from fleetcost.sets.schema import schema_of

KIND = "statement"


@dataclass(frozen=True, slots=True)
class LinesHeader:
    """
    What a file of lines says of itself.

    Attributes:
        book, month, seq: whose lines
        rows: how many
        digest: hash of the rows
        format_version: of the file
    """

    book: str
    month: str
    seq: int
    rows: int
    digest: str
    format_version: int = STATEMENT_FORMAT_VERSION


class _LinesFooter(msgspec.Struct, frozen=True, kw_only=True):
    """The footer's JSON."""

    format_version: int
    kind: str
    book: str
    month: str
    seq: int
    rows: int
    digest: str
    file_sha256: str


def lines_to_bytes(book: str, month: str, seq: int, lines: Sequence[StatementLine]) -> bytes:
    """Write lines as one Parquet file, in the order they have; equal lines give equal bytes."""
    schema = schema_of(STATEMENT_LINE, STATEMENT_LINE.newest)
    columns = [pa.array(list(map(attrgetter(field.name), lines)), type=field.type) for field in schema]
    table = pa.Table.from_arrays(columns, schema=schema)
    header = LinesHeader(book, month, seq, table.num_rows, digest(table, STATEMENT_LINE))
    return _FORMAT.to_bytes(KIND, header, table)


def lines_from_bytes(content: bytes, path: str) -> tuple[LinesHeader, tuple[StatementLine, ...]]:
    """
    Read a file of lines whole.

    Raises:
        SetDamagedError: it is not one, or was changed after it was written; see `FileFormat.from_bytes`.
    """
    header, table = _FORMAT.from_bytes(content, path)
    if digest(table, STATEMENT_LINE) != header.digest:
        raise SetDamagedError(f"read {path}: its rows are not those its footer names")
    try:
        return header, tuple(_line(row) for row in table.to_pylist())
    except ValueError as error:
        raise SetDamagedError(f"read {path}: {error}") from error


def _line(row: dict[str, Any]) -> StatementLine:
    words = {"kind": StatementLineKind(row["kind"]), "row": StatementRow(row["row"]), "names": tuple(row["names"])}
    return StatementLine(**row | words)


def _footer(header: LinesHeader) -> _LinesFooter:
    return _LinesFooter(kind=KIND, file_sha256=NO_CHECKSUM, **{name: getattr(header, name) for name in _SAME})


def _header(footer: _LinesFooter) -> LinesHeader:
    return LinesHeader(**{name: getattr(footer, name) for name in _SAME})


_SAME = LinesHeader.__slots__
"""What header and footer have both."""

_FORMAT = FileFormat({KIND: STATEMENT_LINE}, STATEMENT_FORMAT_VERSION, _LinesFooter, _footer, _header)
