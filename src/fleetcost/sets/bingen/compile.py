"""
The compiler: a struct's table in, its decoder out.

Neighbours of fixed width (numbers, bools, and strings, which are table indexes) become one precompiled unpack; what
lies between two of them (maps, pointers, times, structs) is one call each. A struct is compiled once for each version.
"""

from __future__ import annotations

from functools import cache, partial
from itertools import groupby

from fleetcost.sets.bingen import steps
from fleetcost.sets.bingen.damage import Unreadable, ends
from fleetcost.sets.bingen.grammar import (
    BOOL,
    F64,
    I32,
    TEXT,
    TEXT_MAP,
    TIME,
    Field,
    Interface,
    Map,
    Pointer,
    Scalar,
    Shape,
    Slice,
    Struct,
)
from fleetcost.sets.bingen.record import Record, RecordLayout, Value
from fleetcost.sets.bingen.source import WireSource
from fleetcost.sets.bingen.steps import Step

_CODES: dict[Shape, str] = {F64: "d", I32: "i", BOOL: "?", TEXT: "I"}
_HEAD_BYTES = 4
"""In front of a nested struct's version; once a length, now zero and skipped."""


@cache
def decoder(struct: Struct, *, inline: bool, nested: bool = True) -> Step:
    """
    Return the step that reads an instance of a struct as a `Record`.

    Args:
        struct: its table
        inline: whether strings are spelled where they stand, because the file has no string table
        nested: whether it stands inside another struct
    """
    plans = {version: _plan(struct, version, inline=inline) for version in struct.versions.accepted}
    head = _HEAD_BYTES if nested else 0

    def read(source: WireSource, at: int, out: list[Value]) -> int:
        version = source.data[at + head]
        planned = plans.get(version)
        if planned is None:
            accepted = f"{struct.versions}: this build reads no other, a later one may"
            raise Unreadable(at + head, f"version {version} of {struct.name}", accepted)
        layout, plan = planned
        at += head + 1
        values: list[Value] = []
        try:
            for step in plan:
                at = step(source, at, values)
        except steps.PAST_THE_END:
            raise ends(at, source.size).inside(layout.names[len(values)]) from None
        except Unreadable as damage:
            raise damage.inside(layout.names[len(values)]) from None
        out.append(Record(layout, tuple(values)))
        return at

    return steps.often_equal(read, struct.often_bytes) if struct.often_bytes else read


def _plan(struct: Struct, version: int, *, inline: bool) -> tuple[RecordLayout, tuple[Step, ...]]:
    """Return the layout and the steps of a struct in one version."""
    fields = struct.at(version)
    plan: list[Step] = []
    for fixed, group in groupby(fields, key=lambda field: _has_fixed_width(field.shape, inline=inline)):
        if fixed:
            plan.append(_run(tuple(group)))
        else:
            plan.extend(_step(field.shape, inline=inline) for field in group)
    return RecordLayout(struct.name, version, fields), tuple(plan)


def _has_fixed_width(shape: Shape, *, inline: bool) -> bool:
    """Tell whether a value of this shape always takes the same bytes and can be unpacked with its neighbours."""
    return shape in (F64, I32, BOOL) or (shape is TEXT and not inline)


def _run(fields: tuple[Field, ...]) -> Step:
    """Return the step of neighbours of fixed width."""
    codes = "".join(_CODES[field.shape] for field in fields)
    if "I" not in codes:
        return steps.numbers(codes)
    return steps.mixed(codes) if codes.strip("I") else steps.texts(len(codes))


def _step(shape: Shape, *, inline: bool) -> Step:
    """Return the step of one value."""
    match shape:
        case Scalar():
            return _scalar(shape, inline=inline)
        case Struct():
            return decoder(shape, inline=inline)
    return steps.optional(_present(shape, inline=inline))


def _present(shape: Pointer | Slice | Map | Interface, *, inline: bool) -> Step:
    """Return the step of what follows the flag of a value that may be absent."""
    make = partial(_step, inline=inline)
    size = partial(smallest_bytes, inline=inline)
    match shape:
        case Pointer(to):
            return make(to)
        case Slice(of):
            return steps.counted(make(of), size(of))
        case Map(key, value):
            if shape == TEXT_MAP and not inline:
                return steps.counted_text_pairs
            return steps.counted_pairs(make(key), make(value), size(key) + size(value))
        case Interface(choices):
            return steps.named({struct.name.encode(): make(struct) for struct in choices})


def _scalar(shape: Scalar, *, inline: bool) -> Step:
    """Return the step of a value without parts that has no neighbour to run with."""
    if shape is TIME:
        return steps.time
    if shape is TEXT:
        return steps.inline_text if inline else steps.texts(1)
    return steps.numbers(_CODES[shape])


@cache
def smallest_bytes(shape: Shape, *, inline: bool) -> int:
    """Return how few bytes a value of this shape can take; bounds every count before anything is made for it."""
    match shape:
        case Struct():
            ways = (shape.at(version) for version in shape.versions.accepted)
            body = min(sum(smallest_bytes(field.shape, inline=inline) for field in fields) for fields in ways)
            return _HEAD_BYTES + 1 + body
        case Scalar():
            return {F64: 8, I32: 4, BOOL: 1, TIME: 19}.get(shape, 2 if inline else 4)
    return 1
