"""
What a set may hold, so that no table ever holds what a question cannot take.

Sizes and texts are checked before a row is loaded. A file says of itself how large it is, and may lie: what turns out
to be too large while it is loaded is found by loading ever less at once (`ingest/apply.py`). Times and numbers of rows
are checked in the tables, by the transaction that loads them; `check_rows` then says which file it was, which column.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import isfinite
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fleetcost.errors import SetDamagedError, SetRefusedError
from fleetcost.model.bounds import largest
from fleetcost.model.sets import SetHeader
from fleetcost.model.window import Window

MOST_ROWS = 20_000_000
"""Of one set; a cluster with 100,000 containers has half a million a day."""

LONGEST_TEXT_BYTES = 256 * 1024
"""Of one name, label or annotation; Kubernetes allows an object's annotations as much together."""

LONGEST_WORD = 1024
"""Characters of a text in the header."""

EARLIEST, LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""Of the time a set was built."""

_LARGEST_COST = Decimal(10) ** 28
_BATCH_ROWS = 65_536


def check_header(header: SetHeader, path: str) -> None:
    """
    Check what a set says of itself.

    Raises:
        SetDamagedError: a number is none, a time or a text is out of all bounds.
    """
    texts = (header.cluster_uid, header.currency, header.source, header.agent_version, header.digest)
    wrong = {
        "total_cost": not header.total_cost.is_finite() or abs(header.total_cost) >= _LARGEST_COST,
        "rows": not 0 <= header.rows <= MOST_ROWS,
        "coverage_minutes": not isfinite(header.coverage_minutes) or not 0 <= header.coverage_minutes <= 1e6,  # noqa: PLR2004
        "built_at": header.built_at.tzinfo is None or not EARLIEST <= header.built_at <= LATEST,
        "texts": any(len(text) > LONGEST_WORD or not text.isprintable() for text in texts),
    }
    names = ", ".join(name for name, found in wrong.items() if found)
    if names:
        raise SetDamagedError(f"read {path}: the header's {names} cannot be: let its agent build the set again")


def check_sizes(content: bytes, metadata: Any, unpacked_bytes: int, path: str) -> None:  # noqa: ANN401 - Parquet's own
    """
    Check how large a set file's columns and texts are.

    Args:
        content: the file
        metadata: what its footer says, as the library reads it
        unpacked_bytes: that are accepted of all columns together
        path: for messages

    Raises:
        SetRefusedError: it is larger than what is read.
        SetDamagedError: the texts cannot be decoded.
    """
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    leaves = [group.column(number) for group in groups for number in range(metadata.num_columns)]
    unpacked = sum(leaf.total_uncompressed_size for leaf in leaves)
    if unpacked > unpacked_bytes:
        raise _too_large(path, unpacked, unpacked_bytes)
    with _decoding(path):
        _check_texts(content, leaves, unpacked_bytes, path)


def check_values(content: bytes, window: Window, margin: timedelta, path: str) -> None:
    """
    Check the times and numbers of a set file's rows.

    Args:
        content: the file
        window: of the set
        margin: how far outside of the window a row may begin or end
        path: for messages

    Raises:
        SetDamagedError: one is out of all bounds, or the rows cannot be decoded.
    """
    with _decoding(path):
        file = pq.ParquetFile(io.BytesIO(content))
        names = [field.name for field in file.schema_arrow if _is_checked(field.type)]
        for batch in file.iter_batches(_BATCH_ROWS, columns=names, use_threads=False):
            check_rows(batch, window, margin, path)


@contextmanager
def _decoding(path: str) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        raise SetDamagedError(f"read {path}: the rows cannot be decoded: {error}") from error


def only_possible(rows: pa.Table) -> tuple[pa.Table, int]:
    """Return rows without the numbers that cannot be, of columns that need none, and how many these were."""
    gone = 0
    for place, field in enumerate(rows.schema):
        if pa.types.is_floating(field.type):
            column = rows.column(place)
            # A comparison with what is no number is false.
            good = pc.less_equal(pc.abs(column), largest(field.name))
            kept = pc.if_else(good, column, pa.scalar(None, field.type))
            gone += kept.null_count - column.null_count
            rows = rows.set_column(place, field, kept)
    return rows, gone


def check_rows(rows: pa.RecordBatch | pa.Table, window: Window, margin: timedelta, path: str) -> None:
    """
    Check the times and numbers of rows.

    Raises:
        SetDamagedError: one is out of all bounds.
    """
    first, last = ((each.timestamp() * 1e6) for each in (window.start - margin, window.end + margin))
    for name, column in zip(rows.schema.names, rows.columns, strict=True):
        if pa.types.is_timestamp(column.type):
            _check_between(name, column.cast(pa.timestamp("us", column.type.tz)).cast(pa.int64()), first, last, path)
        elif pa.types.is_floating(column.type):
            if pc.all(pc.is_finite(column)).as_py() is False:
                raise SetDamagedError(f"read {path}: {name} holds what is no number: let its agent build the set again")
            _check_between(name, column, -largest(name), largest(name), path)


def _check_between(name: str, column: Any, least: float, most: float, path: str) -> None:  # noqa: ANN401 - Arrow's own
    found = pc.min_max(column).as_py()
    if found["min"] is not None and not (least <= found["min"] and found["max"] <= most):
        raise SetDamagedError(
            f"read {path}: {name} holds values far outside of what is possible: let its agent build the set again"
        )


def _is_checked(kind: pa.DataType) -> bool:
    return bool(pa.types.is_timestamp(kind) or pa.types.is_floating(kind))


def _check_texts(content: bytes, leaves: list[Any], unpacked_bytes: int, path: str) -> None:
    """Measure the texts of columns that are large enough to hold one that is too long; none is written out for it."""
    long = {
        leaf.path_in_schema
        for leaf in leaves
        if leaf.physical_type == "BYTE_ARRAY" and leaf.total_uncompressed_size > LONGEST_TEXT_BYTES
    }
    if not long:
        return
    file = pq.ParquetFile(io.BytesIO(content), read_dictionary=sorted(long))
    written = 0
    for name in sorted(long):
        for batch in file.iter_batches(_BATCH_ROWS, columns=[name], use_threads=False):
            for words in _dictionaries(batch.column(0)):
                lengths = pc.binary_length(words.dictionary)
                if (pc.max(lengths).as_py() or 0) > LONGEST_TEXT_BYTES:
                    raise SetRefusedError(
                        f"read {path}: a text in {name} is longer than {LONGEST_TEXT_BYTES:,} bytes: shorten the label "
                        "or annotation, or let the agent leave it out"
                    )
                written += pc.sum(pc.take(lengths, words.indices)).as_py() or 0
        if written > unpacked_bytes:
            raise _too_large(path, written, unpacked_bytes)


def _dictionaries(column: Any) -> Iterator[Any]:  # noqa: ANN401 - Arrow's own
    """Iterate the texts in a column of lists and structures of one leaf."""
    if pa.types.is_dictionary(column.type):
        yield column
    elif pa.types.is_struct(column.type):
        for inner in column.flatten():
            yield from _dictionaries(inner)
    elif pa.types.is_nested(column.type):
        yield from _dictionaries(column.flatten() if not pa.types.is_map(column.type) else column.items)


def _too_large(path: str, found: int, unpacked_bytes: int) -> SetRefusedError:
    return SetRefusedError(
        f"read {path}: {found:,} bytes unpacked, accepted are up to {unpacked_bytes:,}, half of the memory budget: "
        "raise the setting memory"
    )
