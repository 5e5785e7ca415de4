"""
Sets of every kind to Parquet bytes and back: one implementation, for any footer.

A file holds rows in the columns of one version of its format, and the set's header as JSON in its footer, with a
checksum of the whole file that is looked at before anything is decoded. Rows of an older version are given the columns
that came later, with their defaults; a set is written in the version its header says, so that copying changes nothing.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, Protocol, TypeVar

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from fleetcost.errors import SetDamagedError
from fleetcost.model.columns import ColumnTable
from fleetcost.sets.checksum import check_checksum, with_checksum
from fleetcost.sets.limits import check_sizes
from fleetcost.sets.schema import in_version, schema_of

FOOTER_KEY = b"fleetcost"
"""The key of our JSON in the Parquet footer's key-value metadata."""

_COMPRESSION = "zstd"
_LEAN = {"store_schema": False, "write_statistics": False}
"""Sets are small and read whole: Arrow's own copy of the schema and column statistics would double their size."""

_UNREADABLE = (pa.ArrowException, OSError, ValueError)
"""What the library raises on damaged files; names that are not UTF-8 are a `ValueError`."""


class Headed(Protocol):
    """What the header of every set says."""

    @property
    def format_version(self) -> int:
        """Version of the file's format."""

    @property
    def rows(self) -> int:
        """Number of rows."""


Header = TypeVar("Header", bound=Headed)
Footer = TypeVar("Footer", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class FileFormat(Generic[Header, Footer]):
    """
    How sets of some kinds lie in files.

    Attributes:
        kinds: as the footer calls them, each with its columns
        newest: version that this build writes; it reads 1 to this one
        footer: the footer's JSON
        to_footer, to_header: from a header to its footer, and back
    """

    kinds: dict[str, ColumnTable]
    newest: int
    footer: type[Footer]
    to_footer: Callable[[Header], Footer]
    to_header: Callable[[Footer], Header]

    def to_bytes(self, kind: str, header: Header, rows: pa.Table) -> bytes:
        """Write a set as one file, in the version its header says."""
        written = in_version(self.kinds[kind], rows, header.format_version)
        sink = io.BytesIO()
        with _writer(sink, written.schema) as writer:
            writer.write_table(written)
            writer.add_key_value_metadata({FOOTER_KEY: msgspec.json.encode(self.to_footer(header))})
        return with_checksum(sink.getvalue())

    def from_bytes(self, content: bytes, path: str) -> tuple[Header, pa.Table]:
        """
        Read a file whole and check that it is what it says; the rows are in the columns of the newest version.

        Args:
            content: the file
            path: for messages

        Raises:
            SetDamagedError: not Parquet, not ours, an unknown version, or rows that do not match the header.
        """
        kind, header, _ = self._read(content, path)
        try:
            rows = pq.ParquetFile(io.BytesIO(content)).read(use_threads=False).replace_schema_metadata(None)
        except _UNREADABLE as error:
            raise SetDamagedError(f"read {path}: the rows cannot be decoded: {error}") from error
        return header, in_version(self.kinds[kind], rows, self.newest)

    def header(self, content: bytes, path: str) -> Header:
        """
        Read only a file's header, and check all that can be checked without decoding a row.

        Raises:
            SetDamagedError: not Parquet, not ours, of a version this build does not read, changed since it was written,
                or with other columns or rows than its header says.
        """
        return self._read(content, path)[1]

    def checked(self, content: bytes, unpacked_bytes: int, path: str) -> Header:
        """
        Read only a file's header, and check its sizes and texts too, in one reading of the footer.

        Raises:
            SetRefusedError: it is larger than what is read; see `check_sizes`.
            SetDamagedError: see `header`.
        """
        _, header, metadata = self._read(content, path)
        check_sizes(content, metadata, unpacked_bytes, path)
        return header

    def _read(self, content: bytes, path: str) -> tuple[str, Header, Any]:
        try:
            metadata = pq.read_metadata(pa.BufferReader(content))
            entries = metadata.metadata or {}
        except _UNREADABLE as error:
            raise SetDamagedError(f"read {path}: not a whole Parquet file: {error}") from error
        if FOOTER_KEY not in entries:
            raise SetDamagedError(
                f"read {path}: a Parquet file, but not one of ours: no `fleetcost` entry in its footer"
            )
        kind, header = self._header(entries[FOOTER_KEY], path)
        check_checksum(content, path)
        if not _has_columns(metadata, self.kinds[kind], header.format_version, path):
            raise SetDamagedError(f"read {path}: columns differ from format version {header.format_version}")
        if metadata.num_rows != header.rows:
            raise SetDamagedError(f"read {path}: {metadata.num_rows} rows found, {header.rows} in the footer")
        return kind, header, metadata

    def _header(self, document: bytes, path: str) -> tuple[str, Header]:
        try:
            known = msgspec.json.decode(document, type=_Known)
        except msgspec.MsgspecError as error:
            raise SetDamagedError(f"read {path}: the footer names no format version and kind: {error}") from error
        if known.kind not in self.kinds:
            raise SetDamagedError(f"read {path}: a set of {known.kind}, not of {' or '.join(self.kinds)}")
        version = known.format_version
        if not 1 <= version <= self.newest:
            raise SetDamagedError(
                f"read {path}: format version {version}, this build reads 1 to {self.newest}; upgrade the aggregator"
            )
        try:
            return known.kind, self.to_header(msgspec.json.decode(document, type=self.footer))
        except (msgspec.MsgspecError, ValueError, OverflowError, OSError) as error:
            raise SetDamagedError(f"read {path}: the footer is not a version {version} header: {error}") from error


class _Known(msgspec.Struct, frozen=True):
    """What every version of every footer has."""

    format_version: int
    kind: str


def _has_columns(metadata: Any, table: ColumnTable, version: int, path: str) -> bool:  # noqa: ANN401 - Parquet's own
    # What this library wrote has the very same Parquet schema, which is quick to see; another writer's is compared in
    # Arrow's terms.
    if metadata.schema.equals(_parquet_schema(table, version)):
        return True
    try:
        return bool(metadata.schema.to_arrow_schema() == schema_of(table, version))
    except _UNREADABLE as error:
        raise SetDamagedError(f"read {path}: not a whole Parquet file: {error}") from error


@cache
def _parquet_schema(table: ColumnTable, version: int) -> Any:  # noqa: ANN401 - Parquet's own
    """Return the Parquet schema of a version's files as this library writes it."""
    sink = io.BytesIO()
    with _writer(sink, schema_of(table, version)) as writer:
        writer.write_table(schema_of(table, version).empty_table())
    return pq.read_metadata(io.BytesIO(sink.getvalue())).schema


def _writer(sink: io.BytesIO, schema: pa.Schema) -> pq.ParquetWriter:
    """Return a writer of set files: compressed, without what small files that are read whole do not need."""
    return pq.ParquetWriter(sink, schema, compression=_COMPRESSION, store_decimal_as_integer=True, **_LEAN)
