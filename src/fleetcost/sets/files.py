"""
Sets to Parquet bytes and back; the header travels in the file's footer.

The footer also holds the file's seal, which is checked before anything is decoded.
"""

from __future__ import annotations

import io
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from fleetcost.errors import SetDamagedError
from fleetcost.model.identity import ClusterId
from fleetcost.model.sets import FORMAT_VERSION, SetHeader, SetKey, SetKind
from fleetcost.model.window import Resolution, Window, rfc3339
from fleetcost.sets.cost_set import CostSet
from fleetcost.sets.schema import SCHEMAS
from fleetcost.sets.seal import UNSEALED, check_seal, seal

FOOTER_KEY = b"fleetcost"
"""The key of our JSON in the Parquet footer's key-value metadata."""

_COMPRESSION = "zstd"
_LEAN = {"store_schema": False, "write_statistics": False}
"""Sets are small and read whole: Arrow's own copy of the schema and column statistics would double their size."""

UNREADABLE = (pa.ArrowException, OSError, ValueError)
"""What the library raises on damaged files; names that are not UTF-8 are a `ValueError`."""


class _Footer(msgspec.Struct, frozen=True, kw_only=True):
    """The footer's JSON, version 1; `docs/format/sets.md` explains each field."""

    format_version: int
    agent_version: str
    cluster: str
    cluster_uid: str
    kind: SetKind
    resolution: Resolution
    start: str
    end: str
    start_epoch: int
    end_epoch: int
    currency: str
    rows: int
    total_cost: Decimal
    coverage_minutes: float
    final: bool
    source: str
    built_at: str
    digest: str
    file_sha256: str


def to_bytes(cost_set: CostSet) -> bytes:
    """Write a set as one Parquet file."""
    sink = io.BytesIO()
    with lean_writer(sink, cost_set.table.schema) as writer:
        writer.write_table(cost_set.table)
        writer.add_key_value_metadata({FOOTER_KEY: msgspec.json.encode(_footer(cost_set.header))})
    return seal(sink.getvalue())


def from_bytes(content: bytes, path: str) -> CostSet:
    """
    Read a set file whole and check that it is what it says.

    Args:
        content: the file
        path: for messages

    Raises:
        SetDamagedError: not Parquet, not ours, an unknown version, or rows that do not match the header.
    """
    header = header_from_bytes(content, path)
    try:
        table = pq.ParquetFile(io.BytesIO(content)).read(use_threads=False).replace_schema_metadata(None)
    except UNREADABLE as error:
        raise SetDamagedError(f"read {path}: the rows cannot be decoded: {error}") from error
    return CostSet(header, table)


def header_from_bytes(content: bytes, path: str) -> SetHeader:
    """
    Read only a set file's header, and check all that can be checked without decoding a row.

    Raises:
        SetDamagedError: not Parquet, not ours, of a version this build does not read, changed since it was written, or
            with other columns or rows than its header says.
    """
    try:
        metadata = pq.read_metadata(pa.BufferReader(content))
        entries = metadata.metadata or {}
    except UNREADABLE as error:
        raise SetDamagedError(f"read {path}: not a whole Parquet file: {error}") from error
    if FOOTER_KEY not in entries:
        raise SetDamagedError(f"read {path}: a Parquet file, but not one of ours: no `fleetcost` entry in its footer")
    header = _header(entries[FOOTER_KEY], path)
    check_seal(content, path)
    _check_columns(metadata, header, path)
    return header


def _check_columns(metadata: Any, header: SetHeader, path: str) -> None:  # noqa: ANN401 - Parquet's own
    # What this library wrote has the very same Parquet schema; another writer's is compared in Arrow's terms.
    same = metadata.schema.equals(_parquet_schema(header.key.kind))
    if not same and metadata.schema.to_arrow_schema() != SCHEMAS[header.key.kind]:
        raise SetDamagedError(f"read {path}: columns differ from format version {header.format_version}")
    if metadata.num_rows != header.rows:
        raise SetDamagedError(f"read {path}: {metadata.num_rows} rows found, {header.rows} in the footer")


@cache
def _parquet_schema(kind: SetKind) -> Any:  # noqa: ANN401 - Parquet's own
    """Return the Parquet schema of a kind's files as this library writes it."""
    sink = io.BytesIO()
    with lean_writer(sink, SCHEMAS[kind]) as writer:
        writer.write_table(SCHEMAS[kind].empty_table())
    return pq.read_metadata(io.BytesIO(sink.getvalue())).schema


def lean_writer(sink: io.BytesIO, schema: pa.Schema) -> pq.ParquetWriter:
    """Return a writer of set files: compressed, without what small files that are read whole do not need."""
    return pq.ParquetWriter(sink, schema, compression=_COMPRESSION, store_decimal_as_integer=True, **_LEAN)


def _footer(header: SetHeader) -> _Footer:
    window = header.key.window
    return _Footer(
        format_version=header.format_version,
        agent_version=header.agent_version,
        cluster=header.key.cluster,
        cluster_uid=header.cluster_uid,
        kind=header.key.kind,
        resolution=header.key.resolution,
        start=rfc3339(window.start),
        end=rfc3339(window.end),
        start_epoch=window.start_epoch,
        end_epoch=window.end_epoch,
        currency=header.currency,
        rows=header.rows,
        total_cost=header.total_cost,
        coverage_minutes=header.coverage_minutes,
        final=header.final,
        source=header.source,
        built_at=rfc3339(header.built_at),
        digest=header.digest,
        file_sha256=UNSEALED,
    )


def _header(document: bytes, path: str) -> SetHeader:
    version = _version(document, path)
    if not 1 <= version <= FORMAT_VERSION:
        raise SetDamagedError(
            f"read {path}: format version {version}, this build reads 1 to {FORMAT_VERSION}; upgrade the aggregator"
        )
    try:
        footer = msgspec.json.decode(document, type=_Footer)
        built_at = msgspec.convert(footer.built_at, type=datetime, strict=False)
        window = Window.of_epochs(footer.start_epoch, footer.end_epoch)
    except (msgspec.MsgspecError, ValueError, OverflowError, OSError) as error:
        raise SetDamagedError(f"read {path}: the footer is not a version {version} header: {error}") from error
    return SetHeader(
        key=SetKey(ClusterId(footer.cluster), footer.kind, footer.resolution, window),
        cluster_uid=footer.cluster_uid,
        currency=footer.currency,
        rows=footer.rows,
        total_cost=footer.total_cost,
        coverage_minutes=footer.coverage_minutes,
        final=footer.final,
        source=footer.source,
        built_at=built_at,
        agent_version=footer.agent_version,
        digest=footer.digest,
        format_version=version,
    )


def _version(document: bytes, path: str) -> int:
    try:
        return msgspec.json.decode(document, type=_Version).format_version
    except msgspec.MsgspecError as error:
        raise SetDamagedError(f"read {path}: the footer names no format version: {error}") from error


class _Version(msgspec.Struct, frozen=True):
    format_version: int
