"""
Steps: the parts a decoder is made of.

A step reads one value, or one run of values of fixed width, at an offset, appends what it read, and returns the
offset behind it. It never looks beyond the content: `struct` checks its own bounds, slices are checked here.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence

from fleetcost.sets.bingen.damage import Unreadable, ends
from fleetcost.sets.bingen.record import Value, WireTime
from fleetcost.sets.bingen.source import WireSource, check_count

Step = Callable[[WireSource, int, list[Value]], int]

_COUNT = struct.Struct("<i")
_LENGTH = struct.Struct("<H")
_TIME = struct.Struct(">BqIh")
_USUAL_TIME_BYTES = 4 + _TIME.size
_SECOND_FORM_BYTES = _TIME.size + 1
_UTC_SECONDS = -60
"""This offset means UTC, not a minute west of it."""

_SECOND = 1_000_000_000

PAST_THE_END = (struct.error, IndexError)
"""What reading beyond the content raises."""


def numbers(codes: str) -> Step:
    """Return the step of a run without strings; `codes` as `struct` has them."""
    run = struct.Struct("<" + codes)
    unpack, width = run.unpack_from, run.size

    def read(source: WireSource, at: int, out: list[Value]) -> int:
        out += unpack(source.data, at)
        return at + width

    return read


def mixed(codes: str) -> Step:
    """Return the step of a run with strings, which are indexes into the string table (`I`)."""
    run = struct.Struct("<" + codes)
    unpack, width = run.unpack_from, run.size
    strings = [place for place, code in enumerate(codes) if code == "I"]

    def read(source: WireSource, at: int, out: list[Value]) -> int:
        values = list(unpack(source.data, at))
        texts = source.texts
        try:
            for place in strings:
                values[place] = texts[values[place]]
        except IndexError:
            raise _no_such_text(source, at, values[place]) from None
        out += values
        return at + width

    return read


def texts(count: int) -> Step:
    """Return the step of a run of nothing but strings."""
    run = struct.Struct(f"<{count}I")
    unpack, width = run.unpack_from, run.size

    def read(source: WireSource, at: int, out: list[Value]) -> int:
        indexes = unpack(source.data, at)
        try:
            out += map(source.texts.__getitem__, indexes)
        except IndexError:
            raise _no_such_text(source, at, max(indexes)) from None
        return at + width

    return read


def inline_text(source: WireSource, at: int, out: list[Value]) -> int:
    """Read a string that is spelled out where it stands."""
    raw, end = _raw_text(source, at)
    out.append(source.text(raw))
    return end


def _raw_text(source: WireSource, at: int) -> tuple[bytes, int]:
    """Return the bytes of a string and the offset behind it."""
    start = at + 2
    end = start + _LENGTH.unpack_from(source.data, at)[0]
    if end > source.size:
        raise ends(at, source.size)
    return source.data[start:end], end


def _no_such_text(source: WireSource, at: int, index: int) -> Unreadable:
    """Return the damage of an index that the string table does not have."""
    return Unreadable(at, f"string {index:,}", f"an index into the {len(source.texts):,} strings of the table")


def time(source: WireSource, at: int, out: list[Value]) -> int:
    """Read a time: its length, then the source language's own form, which is big-endian."""
    end = at + _USUAL_TIME_BYTES
    key = source.data[at:end]
    known = source.times.get(key)
    if known is None:
        known, end = _new_time(source, at)
        if end == at + _USUAL_TIME_BYTES:
            source.times[key] = known
    out.append(known)
    return end


def _new_time(source: WireSource, at: int) -> tuple[WireTime, int]:
    """Return a time that was not met before, and the offset behind it."""
    (length,) = _COUNT.unpack_from(source.data, at)
    form, seconds, nanoseconds, minutes = _TIME.unpack_from(source.data, at + 4)
    if (length, form) not in ((_TIME.size, 1), (_SECOND_FORM_BYTES, 2)):
        raise Unreadable(at, f"time form {form} of {length:,} bytes", "form 1 of 15 bytes or form 2 of 16")
    offset = minutes * 60
    if length == _SECOND_FORM_BYTES:
        offset += source.data[at + 4 + _TIME.size]
    found = WireTime(seconds, nanoseconds, 0 if offset == _UTC_SECONDS else offset)
    if nanoseconds >= _SECOND or not found.in_calendar:
        raise Unreadable(
            at, f"time {seconds:,} s + {nanoseconds:,} ns since year 1", "years 1 to 9999, below 1 s of ns"
        )
    return found, at + 4 + length


def optional(step: Step) -> Step:
    """Return the step of a value behind a flag: 0 for none, 1 for one."""

    def read(source: WireSource, at: int, out: list[Value]) -> int:
        flag = source.data[at]
        if flag == 1:
            return step(source, at + 1, out)
        if flag:
            raise Unreadable(at, f"flag {flag}", "0 (absent) or 1 (present)")
        out.append(None)
        return at + 1

    return read


def counted(element: Step, smallest: int) -> Step:
    """Return the step of a count and so many elements; one takes at least `smallest` bytes."""

    def read(source: WireSource, at: int, out: list[Value]) -> int:
        count, here = _count(source, at, smallest)
        values, end = _elements(source, here, count, (element,))
        out.append(tuple(values))
        return end

    return read


def counted_pairs(key: Step, value: Step, smallest: int) -> Step:
    """Return the step of a count and so many pairs; one takes at least `smallest` bytes."""

    def read(source: WireSource, at: int, out: list[Value]) -> int:
        count, here = _count(source, at, smallest)
        values, end = _elements(source, here, count, (key, value))
        out.append(_distinct(values, at))
        return end

    return read


def counted_text_pairs(source: WireSource, at: int, out: list[Value]) -> int:
    """Read a mapping from string to string, both indexes; equal ones become one dict."""
    count, here = _count(source, at, 8)
    end = here + 8 * count
    key = source.data[here:end]
    found = source.text_maps.get(key)
    if found is None:
        pairs: list[Value] = []
        texts(2 * count)(source, here, pairs)
        found = source.text_maps[key] = _distinct(pairs, at)
    out.append(found)
    return end


def _elements(source: WireSource, at: int, count: int, steps: Sequence[Step]) -> tuple[list[Value], int]:
    """Run the steps `count` times; return what they read and the offset behind it."""
    values: list[Value] = []
    try:
        for _ in range(count):
            for step in steps:
                at = step(source, at, values)
    except PAST_THE_END:
        raise ends(at, source.size).inside(f"[{len(values) // len(steps)}]") from None
    except Unreadable as damage:
        raise damage.inside(f"[{len(values) // len(steps)}]") from None
    return values, at


def _count(source: WireSource, at: int, smallest: int) -> tuple[int, int]:
    """Return a count, checked against the bytes left, and the offset behind it."""
    (count,) = _COUNT.unpack_from(source.data, at)
    check_count(count, at + 4, (source.size - at - 4) // smallest)
    return count, at + 4


def _distinct(pairs: list[Value], at: int) -> dict[Value, Value]:
    """Return pairs as a dict; the writer's own maps cannot have held a key twice."""
    found = dict(zip(pairs[::2], pairs[1::2], strict=True))
    if 2 * len(found) != len(pairs):
        raise Unreadable(at, f"{len(pairs) // 2:,} keys of which {len(found):,} differ", "keys that all differ")
    return found


def often_equal(step: Step, often_bytes: int) -> Step:
    """Return a step that decodes equal instances of `often_bytes` once; others it decodes as ever."""

    def read(source: WireSource, at: int, out: list[Value]) -> int:
        key = step, source.data[at : at + often_bytes]
        known = source.often.get(key)
        if known is not None:
            out.append(known)
            return at + often_bytes
        end = step(source, at, out)
        if end - at == often_bytes:
            source.often[key] = out[-1]
        return end

    return read


def named(choices: Mapping[bytes, Step]) -> Step:
    """Return the step of a struct behind its type's name, of which the last part counts."""
    accepted = "a type called " + ", ".join(sorted(name.decode() for name in choices))

    def read(source: WireSource, at: int, out: list[Value]) -> int:
        raw, end = _raw_text(source, at)
        step = choices.get(raw.rpartition(b".")[2])
        if step is None:
            raise Unreadable(at, f"type {raw[:80].decode(errors='replace')!r}", accepted)
        return step(source, end, out)

    return read
