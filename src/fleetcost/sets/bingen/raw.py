"""
The raw form: wire fields under their own names, as one JSON document.

Names begin with a capital letter, absent is null, times are RFC 3339, numbers JSON cannot write are the strings
`NaN`, `+Inf` and `-Inf`. A struct that could have been of another type says its own as `__type`; a mapping with structs
for keys is a list of `key` and `value`.
"""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any

from fleetcost.errors import SetDamagedError
from fleetcost.sets.bingen.decode import Decoded, decode
from fleetcost.sets.bingen.grammar import Interface, Map, Pointer, Scalar, Shape, Slice, Struct
from fleetcost.sets.bingen.kinds import BingenKind, kind_in_path
from fleetcost.sets.bingen.record import Record, Value

Plain = Any
"""What `json` writes: dict, list, str, float, int, bool, None."""

_WHOLE_BELOW = 1e21
"""Whole numbers below are written with all their digits and without `.0`."""


def raw_line(decoded: Decoded) -> str:
    """Return a set as JSON on one line, keys sorted."""
    document = _record(decoded.top)
    return json.dumps(document, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def decode_guessed(content: bytes, path: str) -> Decoded:
    """
    Decode a file of the kind that its path names or, where that does not fit, of the only kind that does.

    Raises:
        SetDamagedError: no kind fits, or more than one does.
    """
    named = kind_in_path(path)
    reasons = {}
    fitting = []
    for kind in sorted(BingenKind, key=lambda kind: kind is not named):
        try:
            decoded = decode(content, kind, path)
        except SetDamagedError as error:
            reasons[kind] = error
            continue
        if kind is named:
            return decoded
        fitting.append(decoded)
    if len(fitting) == 1:
        return fitting[0]
    if named is not None:
        raise reasons[named]
    kinds = " and ".join(decoded.kind for decoded in fitting) or "no kind of set"
    raise SetDamagedError(
        f"read {path}: it fits {kinds}; its kind has to be named: " + "; ".join(map(str, reasons.values()))
    )


def _record(record: Record) -> Plain:
    """Return a struct as a dict."""
    fields = zip(record.layout.fields, record.values, strict=True)
    return {field.name: _plain(field.shape, value) for field, value in fields}


def _plain(shape: Shape, value: Value) -> Plain:
    """Return a value of this shape as what JSON can write."""
    if value is None:
        return None
    match shape:
        case Pointer(to):
            return _plain(to, value)
        case Slice(of):
            return [_plain(of, element) for element in value]
        case Map():
            return _mapping(shape, value)
        case Scalar():
            return _scalar(shape, value)
        case Struct() | Interface():
            named = {"__type": value.layout.struct} if isinstance(shape, Interface) else {}
            return _record(value) | named


def _mapping(shape: Map, value: Value) -> Plain:
    """Return a dict, or a list of pairs in the order of their keys where JSON has no such keys."""
    if not isinstance(shape.key, Struct):
        return {key: _plain(shape.value, held) for key, held in value.items()}
    pairs = sorted(value.items(), key=lambda pair: pair[0].values)
    return [{"key": _record(key), "value": _plain(shape.value, held)} for key, held in pairs]


def _scalar(shape: Scalar, value: Value) -> Plain:
    """Return a value without parts as what JSON can write."""
    if shape is Scalar.TIME:
        return value.rfc3339()
    return _number(value) if shape is Scalar.F64 else value


def _number(value: float) -> float | int | str:
    """Return a number as JSON can write it; negative zero stays what it is."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    if value.is_integer() and abs(value) < _WHOLE_BELOW and (value or math.copysign(1, value) > 0):
        return int(Decimal(repr(value)))
    return value
