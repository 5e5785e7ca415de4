"""
A writer of bingen, for tests alone: the inverse of the decoder, by the same tables.

Makes what no file at hand has: single fields, inline strings, mixed versions, damage in a place of one's choice.
"""

from __future__ import annotations

import struct
from functools import cache
from typing import Any

from fleetcost.sets.bingen.grammar import Interface, Map, Pointer, Scalar, Shape, Slice, Struct
from fleetcost.sets.bingen.record import Record, RecordLayout, WireTime

UTC_MINUTES = -1
PREFIX = "*github.com/opencost/opencost/core/pkg/opencost."


@cache
def layout_of(shape: Struct, version: int) -> RecordLayout:
    """Return the layout of a struct in a version; one object for equal arguments, because keys compare by it."""
    return RecordLayout(shape.name, version, shape.at(version))


def version_for(shape: Struct, version: int) -> int:
    """Return the version a struct carries inside a set of this version: its own set's newest if it is another's."""
    return version if version in shape.versions.accepted else shape.versions.newest


def build(shape: Struct, version: int, **fields: Any) -> Record:
    """Return an instance with these fields and the zero of every other."""
    layout = layout_of(shape, version_for(shape, version))
    unknown = set(fields) - set(layout.names)
    assert not unknown, f"{layout} has no {unknown}"
    return Record(layout, tuple(fields.get(field.name, zero(field.shape, version)) for field in layout.fields))


def zero(shape: Shape, version: int) -> Any:
    """Return what a writer leaves in a field that was never set."""
    if isinstance(shape, Struct):
        return build(shape, version)
    zeros = {Scalar.F64: 0.0, Scalar.I32: 0, Scalar.BOOL: False, Scalar.TEXT: "", Scalar.TIME: WireTime(0, 0, 0)}
    return zeros[shape] if isinstance(shape, Scalar) else None


class Writer:
    """
    Writes one file.

    Args:
        inline: spell strings where they stand instead of in a table
    """

    def __init__(self, *, inline: bool = False) -> None:
        self._inline = inline
        self._table: dict[str, int] = {}

    def file(self, shape: Struct, top: Record) -> bytes:
        """Return a whole file that holds this set."""
        body = self._struct(shape, top)[4:]
        if self._inline:
            return body
        strings = b"".join(raw_text(text) for text in self._table)
        return b"BGST" + struct.pack("<i", len(self._table)) + strings + body

    def _value(self, shape: Shape, value: Any) -> bytes:
        """Return a value's bytes."""
        match shape:
            case Scalar():
                return self._scalar(shape, value)
            case Struct():
                return self._struct(shape, value)
        return b"\0" if value is None else b"\1" + self._present(shape, value)

    def _present(self, shape: Pointer | Slice | Map | Interface, value: Any) -> bytes:
        """Return the bytes behind the flag of a value that could have been absent."""
        match shape:
            case Pointer(to):
                return self._value(to, value)
            case Slice(of):
                return struct.pack("<i", len(value)) + b"".join(self._value(of, one) for one in value)
            case Map(key, held):
                pairs = (self._value(key, one) + self._value(held, other) for one, other in value.items())
                return struct.pack("<i", len(value)) + b"".join(pairs)
            case Interface(choices):
                choice = next(choice for choice in choices if choice.name == value.layout.struct)
                return raw_text(PREFIX + choice.name) + self._struct(choice, value)

    def _struct(self, shape: Struct, record: Record) -> bytes:
        """Return the bytes of a nested struct."""
        fields = zip(shape.at(record.layout.version), record.values, strict=True)
        body = b"".join(self._value(field.shape, value) for field, value in fields)
        return bytes(4) + bytes([record.layout.version]) + body

    def _scalar(self, shape: Scalar, value: Any) -> bytes:
        """Return the bytes of a value without parts."""
        if shape is Scalar.TEXT:
            return (
                raw_text(value) if self._inline else struct.pack("<i", self._table.setdefault(value, len(self._table)))
            )
        if shape is Scalar.TIME:
            return time_bytes(value)
        return struct.pack({Scalar.F64: "<d", Scalar.I32: "<i"}.get(shape, "?"), value)


def raw_text(text: str) -> bytes:
    """Return a string that is spelled out."""
    raw = text.encode()
    return struct.pack("<H", len(raw)) + raw


def time_bytes(time: WireTime) -> bytes:
    """Return a time, counted."""
    minutes, seconds = divmod(time.offset_seconds, 60)
    zone = minutes if time.offset_seconds else UTC_MINUTES
    body = struct.pack(">BqIh", 2 if seconds else 1, time.seconds, time.nanoseconds, zone)
    body += bytes([seconds]) if seconds else b""
    return struct.pack("<i", len(body)) + body
