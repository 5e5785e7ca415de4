"""Cloud cost sets to Parquet bytes and back; the header travels in the file's footer, sealed as every set's."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from fleetcost.errors import SetDamagedError
from fleetcost.model.cloud_cost import BillState, CloudCostTotal
from fleetcost.model.cloud_sets import (
    CLOUD_FORMAT_VERSION,
    CloudSetHeader,
    CloudSetKey,
    IntegrationId,
    Replaced,
)
from fleetcost.model.window import Window, rfc3339
from fleetcost.sets.cloud.cloud_set import CloudSet
from fleetcost.sets.cloud.schema import CLOUD_COST_SCHEMA
from fleetcost.sets.files import FOOTER_KEY, UNREADABLE, lean_writer
from fleetcost.sets.seal import UNSEALED, check_seal, seal

KIND = "cloudcosts"


class _Footer(msgspec.Struct, frozen=True, kw_only=True):
    """The footer's JSON, version 1; `docs/format/cloudcosts.md` explains each field."""

    format_version: int
    writer_version: str
    kind: str
    integration: str
    start: str
    end: str
    start_epoch: int
    end_epoch: int
    version: int
    replaces: Replaced | None
    state: BillState
    rows: int
    bill_rows: int
    totals: tuple[CloudCostTotal, ...]
    unmapped_rows: int
    unmapped: tuple[CloudCostTotal, ...]
    source: str
    source_digest: str
    built_at: datetime
    digest: str
    file_sha256: str


class _Known(msgspec.Struct, frozen=True):
    """What every version of the footer has."""

    format_version: int
    kind: str


def to_bytes(cloud_set: CloudSet) -> bytes:
    """Write a set as one Parquet file."""
    sink = io.BytesIO()
    with lean_writer(sink, cloud_set.table.schema) as writer:
        writer.write_table(cloud_set.table)
        writer.add_key_value_metadata({FOOTER_KEY: msgspec.json.encode(_footer(cloud_set.header))})
    return seal(sink.getvalue())


def from_bytes(content: bytes, path: str) -> CloudSet:
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
    return CloudSet(header, table)


def header_from_bytes(content: bytes, path: str) -> CloudSetHeader:
    """
    Read only a set file's header, and check all that can be checked without decoding a row.

    Raises:
        SetDamagedError: not Parquet, not ours, of a version this build does not read, changed since it was written, or
            with other columns or rows than its header says.
    """
    try:
        metadata = pq.read_metadata(pa.BufferReader(content))
        entries = metadata.metadata or {}
        columns = metadata.schema.to_arrow_schema()
    except UNREADABLE as error:
        raise SetDamagedError(f"read {path}: not a whole Parquet file: {error}") from error
    if FOOTER_KEY not in entries:
        raise SetDamagedError(f"read {path}: a Parquet file, but not one of ours: no `fleetcost` entry in its footer")
    header = _header(entries[FOOTER_KEY], path)
    check_seal(content, path)
    if columns != CLOUD_COST_SCHEMA:
        raise SetDamagedError(f"read {path}: columns differ from format version {header.format_version}")
    if metadata.num_rows != header.rows:
        raise SetDamagedError(f"read {path}: {metadata.num_rows} rows found, {header.rows} in the footer")
    return header


def _footer(header: CloudSetHeader) -> _Footer:
    window = header.key.window
    same = {name: getattr(header, name) for name in _SAME}
    return _Footer(
        kind=KIND,
        integration=header.key.integration,
        start=rfc3339(window.start),
        end=rfc3339(window.end),
        start_epoch=window.start_epoch,
        end_epoch=window.end_epoch,
        file_sha256=UNSEALED,
        **same,
    )


def _header(document: bytes, path: str) -> CloudSetHeader:
    version = _version(document, path)
    if not 1 <= version <= CLOUD_FORMAT_VERSION:
        raise SetDamagedError(
            f"read {path}: format version {version}, this build reads 1 to {CLOUD_FORMAT_VERSION}; "
            "upgrade the aggregator"
        )
    try:
        footer = msgspec.json.decode(document, type=_Footer)
        window = Window.of_epochs(footer.start_epoch, footer.end_epoch)
    except (msgspec.MsgspecError, ValueError, OverflowError, OSError) as error:
        raise SetDamagedError(f"read {path}: the footer is not a version {version} header: {error}") from error
    same: dict[str, Any] = {name: getattr(footer, name) for name in _SAME}
    return CloudSetHeader(key=CloudSetKey(IntegrationId(footer.integration), window), **same)


def _version(document: bytes, path: str) -> int:
    try:
        known = msgspec.json.decode(document, type=_Known)
    except msgspec.MsgspecError as error:
        raise SetDamagedError(f"read {path}: the footer names no format version and kind: {error}") from error
    if known.kind != KIND:
        raise SetDamagedError(f"read {path}: a set of {known.kind}, not of {KIND}")
    return known.format_version


_SAME = tuple(name for name in CloudSetHeader.__slots__ if name != "key")
"""What header and footer call by the same name."""
