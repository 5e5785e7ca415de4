"""Any value that the tables allow, of any version, comes back as it was written."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleetcost.errors import SetDamagedError
from fleetcost.sets.bingen.decode import Decoded, decode
from fleetcost.sets.bingen.grammar import Interface, Map, Pointer, Scalar, Shape, Slice, Struct
from fleetcost.sets.bingen.kinds import BingenKind
from fleetcost.sets.bingen.raw import raw_line
from fleetcost.sets.bingen.record import Record, WireTime
from unit.sets.bingen.writer import Writer, layout_of, version_for

SCALARS = {
    Scalar.F64: st.floats() | st.integers(-(10**6), 10**6).map(float),
    Scalar.I32: st.integers(-(2**31), 2**31 - 1),
    Scalar.BOOL: st.booleans(),
    Scalar.TEXT: st.text(max_size=6),
    Scalar.TIME: st.builds(
        WireTime,
        st.just(0) | st.integers(62_135_596_800, 63_900_000_000),
        st.just(0) | st.integers(0, 999_999_999),
        st.sampled_from([0, 0, 0, 19_800, 561]),
    ),
}
EVERY_LAYOUT = [
    pytest.param(kind, layout, version, id=f"{kind}-{version}-{place}")
    for kind in BingenKind
    for place, layout in enumerate(kind.layouts)
    for version in layout.versions.accepted
]


@cache
def values(shape: Shape, version: int) -> st.SearchStrategy[Any]:
    """Return a strategy of the values that a field of this shape can have."""
    match shape:
        case Scalar():
            return SCALARS[shape]
        case Struct():
            return records(shape, version)
        case Pointer(to):
            return st.none() | values(to, version)
        case Slice(of):
            return st.none() | st.lists(values(of, version), max_size=2).map(tuple)
        case Map(key, held):
            return st.none() | st.dictionaries(values(key, version), values(held, version), max_size=2)
        case Interface(choices):
            return st.none() | st.one_of([records(choice, version) for choice in choices])


def records(shape: Struct, version: int) -> st.SearchStrategy[Record]:
    """Return a strategy of instances of a struct."""
    own = version_for(shape, version)
    fields = st.tuples(*(values(field.shape, version) for field in shape.at(own)))
    return fields.map(lambda held: Record(layout_of(shape, own), held))


@pytest.mark.parametrize(("kind", "layout", "version"), EVERY_LAYOUT)
@pytest.mark.parametrize("writer", [Writer, partial(Writer, inline=True)], ids=["table", "inline"])
@settings(max_examples=12, deadline=None, derandomize=True)
@given(data=st.data())
def test_every_version_of_every_set_comes_back(
    kind: BingenKind, layout: Struct, version: int, writer: type[Writer], data: st.DataObject
) -> None:
    """What is written by the tables is read as it was, with and without a string table, and never a byte less."""
    top = data.draw(records(layout, version))
    content = writer().file(layout, top)
    decoded = decode(content, kind, "made")
    assert raw_line(decoded) == raw_line(Decoded("made", kind, top, len(content)))
    with pytest.raises(SetDamagedError):
        decode(content[:-1], kind, "cut")
