"""
The digest of a set's rows: equal rows have equal digests, whoever wrote them, when, and with which library.

Its bytes are defined in `docs/format/sets.md`; a test writes it again from that page.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fleetcost.model.columns import ColumnTable, SetColumn

_DECIMAL_BYTES = 16


def digest(table: pa.Table, columns: ColumnTable) -> str:
    """
    Return the digest of a table's rows, as hexadecimal digits.

    Args:
        table: the rows
        columns: what its columns are
    """
    hasher = hashlib.sha256()
    for name in table.schema.names:
        if _is_later(columns.by_name[name], table[name]):
            continue
        hasher.update(name.encode() + b"\0")
        _update(hasher, table[name].combine_chunks())
    return hasher.hexdigest()


def _is_later(column: SetColumn, values: pa.ChunkedArray) -> bool:
    """Tell whether a column came later and says nothing that older versions did not."""
    if column.holds.since == 1:
        return False
    if column.default is None:
        return bool(values.null_count == len(values))
    return bool(pc.all(pc.equal(values, pa.scalar(column.default, values.type))).as_py() is not False)


def _update(hasher: Any, array: pa.Array) -> None:  # noqa: ANN401 - hashlib has no public name for it
    """Add one column; what lies behind a null is never looked at."""
    hasher.update(len(array).to_bytes(8, "little"))
    hasher.update(_bytes(array.is_valid().cast(pa.uint8())))
    kind = array.type
    if pa.types.is_struct(kind):
        for number in range(kind.num_fields):
            _update(hasher, pc.struct_field(array, number))
    elif pa.types.is_map(kind):
        _update(hasher, array.cast(pa.list_(pa.struct([("key", kind.key_type), ("value", kind.item_type)]))))
    elif pa.types.is_list(kind):
        hasher.update(_bytes(array.value_lengths().fill_null(0)))
        _update(hasher, pc.list_flatten(array))
    elif pa.types.is_string(kind) or pa.types.is_binary(kind):
        _update_text(hasher, array.fill_null(pa.scalar("", kind)))
    elif pa.types.is_decimal(kind):
        filled = array.fill_null(0)
        start = filled.offset * _DECIMAL_BYTES
        hasher.update(_buffer(filled, 1)[start : start + len(filled) * _DECIMAL_BYTES])
    else:
        hasher.update(_bytes(_number(array)))


def _update_text(hasher: Any, array: pa.Array) -> None:  # noqa: ANN401 - as above
    offsets = np.frombuffer(_buffer(array, 1), np.int32)[array.offset : array.offset + len(array) + 1]
    if len(offsets):
        hasher.update((offsets - offsets[0]).astype("<i4").tobytes())
        hasher.update(_buffer(array, 2)[offsets[0] : offsets[-1]])


def _number(array: pa.Array) -> pa.Array:
    if pa.types.is_timestamp(array.type):
        array = array.cast(pa.int64())
    return array.cast(pa.uint8()).fill_null(0) if pa.types.is_boolean(array.type) else array.fill_null(0)


def _bytes(array: pa.Array) -> bytes:
    return bytes(array.to_numpy(zero_copy_only=False).tobytes())


def _buffer(array: pa.Array, number: int) -> memoryview:
    buffer = array.buffers()[number]
    return memoryview(buffer) if buffer is not None else memoryview(b"")
