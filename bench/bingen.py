"""
How fast bingen is decoded and converted, beside a decoder that makes one call for each field.

    python bench/bingen.py [--rounds 9] [FILE]

Both decoders read the same bytes by the same tables in the same run and must agree; the ratio is what counts, the
numbers per second are this machine's. Times are the best of the rounds.
"""

from __future__ import annotations

import argparse
import gzip
import os
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path

from fleetcost.sets.bingen.allocations import to_allocations
from fleetcost.sets.bingen.decode import Decoded, decode
from fleetcost.sets.bingen.fields_allocation import ALLOCATION_SET
from fleetcost.sets.bingen.findings import Findings
from fleetcost.sets.bingen.grammar import Interface, Map, Pointer, Scalar, Shape, Slice, Struct
from fleetcost.sets.bingen.kinds import BingenKind
from fleetcost.sets.bingen.record import Record, Value, WireTime

ROOT = Path(__file__).parents[1]


class Naive:
    """Reads one field after the other: what the tables would be without a compiler."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 4
        self._texts = [self._raw_text() for _ in range(self._number("<i"))]

    def top(self) -> dict[str, Value]:
        """Return the set."""
        return self._fields(ALLOCATION_SET)

    def _number(self, code: str) -> Value:
        """Read one number."""
        (value,) = struct.unpack_from(code, self._data, self._at)
        self._at += struct.calcsize(code)
        return value

    def _raw_text(self) -> str:
        """Read a string that is spelled out."""
        length = self._number("<H")
        self._at += length
        return self._data[self._at - length : self._at].decode(errors="replace")

    def _fields(self, shape: Struct) -> dict[str, Value]:
        """Read a version and the fields it has."""
        version = self._number("<B")
        return {field.name: self._value(field.shape) for field in shape.at(version)}

    def _value(self, shape: Shape) -> Value:
        """Read one value."""
        if isinstance(shape, Scalar):
            return self._scalar(shape)
        if isinstance(shape, Struct):
            self._number("<i")
            return self._fields(shape)
        return self._present(shape) if self._number("<B") else None

    def _present(self, shape: Pointer | Slice | Map | Interface) -> Value:
        """Read what follows a flag."""
        match shape:
            case Pointer(to):
                return self._value(to)
            case Slice(of):
                return [self._value(of) for _ in range(self._number("<i"))]
            case Map(key, held):
                return [(self._value(key), self._value(held)) for _ in range(self._number("<i"))]
            case Interface(choices):
                name = self._raw_text().rpartition(".")[2]
                return self._value(next(choice for choice in choices if choice.name == name))

    def _scalar(self, shape: Scalar) -> Value:
        """Read one value without parts."""
        match shape:
            case Scalar.F64:
                return self._number("<d")
            case Scalar.BOOL:
                return self._number("<?")
            case Scalar.TEXT:
                return self._texts[self._number("<i")]
            case Scalar.TIME:
                self._number("<i")
                form, *parts = (self._number(code) for code in (">B", ">q", ">i", ">h"))
                return (*parts, self._number(">B") if form == 2 else 0)


def best(rounds: int, action: Callable[[], Value]) -> tuple[float, Value]:
    """Return the seconds of the fastest round, and what the last one gave."""
    fastest = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        result = action()
        fastest = min(fastest, time.perf_counter() - start)
    return fastest, result


def plain(value: Value) -> Value:
    """Return a decoded value in the naive decoder's form, to compare the two."""
    match value:
        case Record():
            return {name: plain(held) for name, held in zip(value.layout.names, value.values, strict=True)}
        case WireTime():
            minutes, seconds = divmod(value.offset_seconds, 60)
            return (value.seconds, value.nanoseconds, minutes if value.offset_seconds else -1, seconds)
        case dict():
            return [(plain(key), plain(held)) for key, held in value.items()]
        case tuple():
            return [plain(one) for one in value]
    return value


def main() -> int:
    """Parse arguments, measure, print."""
    shared = Path(os.environ.get("TEST_SHARED", ROOT.parent / "shared"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    big = shared / "data" / "bingen" / "v25__allocations_big5000.bin.gz"
    parser.add_argument("file", type=Path, nargs="?", default=big, help="an allocation set")
    asked = parser.parse_args()
    content = asked.file.read_bytes()
    content = gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content

    def ours() -> Decoded:
        return decode(content, BingenKind.ALLOCATIONS, str(asked.file))

    fast, decoded = best(asked.rounds, ours)
    slow, naive = best(asked.rounds, lambda: Naive(content).top())
    agree = repr(plain(decoded.top)) == repr(naive)
    rows, _ = best(asked.rounds, lambda: sum(1 for _ in to_allocations(decoded, Findings())))
    count = len(decoded.top.value("Allocations"))
    size = len(content) / 1e6
    print(f"{asked.file.name}: {count:,} allocations, {size:.1f} MB, Python {sys.version.split()[0]}")
    print(f"decoded, one call a field   {count / slow:>9,.0f} objects/s  {size / slow:5.1f} MB/s")
    print(f"decoded, by compiled tables {count / fast:>9,.0f} objects/s  {size / fast:5.1f} MB/s  {slow / fast:.1f}x")
    print(f"converted to our rows       {count / rows:>9,.0f} objects/s")
    print(f"file to our rows            {count / (fast + rows):>9,.0f} objects/s")
    print("both decoders agree" if agree else "THE DECODERS DO NOT AGREE")
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
