"""The tables themselves: what a new version must not forget."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fleetcost.model.allocation import Allocation
from fleetcost.model.asset import Asset
from fleetcost.sets.bingen import allocations, assets
from fleetcost.sets.bingen.compile import smallest_bytes
from fleetcost.sets.bingen.describe import FATES, TABLES, fate_of, main, refreshed
from fleetcost.sets.bingen.findings import SetFindingKind
from fleetcost.sets.bingen.grammar import Interface, Map, Pointer, Shape, Slice, Struct, VersionSet
from fleetcost.sets.bingen.kinds import BingenKind
from fleetcost.sets.bingen.versions import EVERY_SET
from unit.sets.bingen.fixtures import ROOT

DOCUMENT = ROOT / "docs" / "format" / "bingen.md"


def structs_in(shape: Shape) -> Iterator[Struct]:
    """Iterate the structs that a shape holds, itself included."""
    match shape:
        case Struct():
            yield shape
            for field in shape.fields:
                yield from structs_in(field.shape)
        case Pointer(to):
            yield from structs_in(to)
        case Slice(of):
            yield from structs_in(of)
        case Map(key, held):
            yield from structs_in(key)
            yield from structs_in(held)
        case Interface(choices):
            for choice in choices:
                yield from structs_in(choice)


ALL_STRUCTS = list(
    dict.fromkeys(struct for kind in BingenKind for layout in kind.layouts for struct in structs_in(layout))
)
ROW_STRUCTS = [
    struct
    for kind in (BingenKind.ALLOCATIONS, BingenKind.ASSETS)
    for struct in dict.fromkeys(structs_in(kind.layouts[0]))
    if struct.name != "Window"
]


@pytest.mark.parametrize("versions", EVERY_SET, ids=lambda versions: versions.history[-1].seen)
def test_a_history_has_no_gaps(versions: VersionSet) -> None:
    """Every version from the oldest to the newest is in the table, in order."""
    assert [version.number for version in versions.history] == list(versions.accepted)


@pytest.mark.parametrize("struct", ALL_STRUCTS, ids=lambda struct: f"{struct.name}-{struct.versions}")
def test_a_struct_names_each_field_once_in_every_version(struct: Struct) -> None:
    """No version of a struct has two fields of one name, and no field begins at a version without history."""
    for version in struct.versions.accepted:
        names = [field.name for field in struct.at(version)]
        assert len(names) == len(set(names))
    known = {0, *struct.versions.accepted}
    assert {field.since for field in struct.fields} <= known


def test_every_version_brought_something() -> None:
    """At least one field begins at each version that is said to have brought something."""
    gates = {(struct.versions.name, field.since) for struct in ALL_STRUCTS for field in struct.fields}
    for versions in EVERY_SET:
        for version in versions.history[1:]:
            assert (versions.name, version.number) in gates or version.brought == "nothing"


@pytest.mark.parametrize("struct", ROW_STRUCTS, ids=lambda struct: struct.name)
def test_every_field_has_a_fate(struct: Struct) -> None:
    """Each field of what becomes rows has a column of ours or a reason why not."""
    assert all(fate_of(struct, field.name) for field in struct.fields)


def test_no_fate_is_left_over() -> None:
    """A fate whose field is gone, or has a column now, is removed."""
    fields = {(struct, field.name) for struct in TABLES for field in struct.fields}
    read = {(struct, column.wire) for struct, tables in TABLES.items() for table in tables for column in table.columns}
    without = {name for struct, name in fields - read} | {f"{struct.name}.{name}" for struct, name in fields - read}
    assert set(FATES) <= without


@pytest.mark.parametrize(
    ("model", "tables"),
    [
        (Allocation, (allocations.OWNER, allocations.NUMBERS, allocations.MAXIMA, allocations.GPU_AVERAGES)),
        (
            Asset,
            (assets.OWNER, assets.ASSET, assets.NODE_PRICED, *assets.BY_TYPE.values(), *assets.NODE_PARTS.values()),
        ),
    ],
    ids=["allocation", "asset"],
)
def test_columns_are_those_of_the_model(model: type, tables: tuple[allocations.Columns, ...]) -> None:
    """Every column of the tables is one of the model's, and every wire field they read is in the format."""
    wire = {field.name for struct in ROW_STRUCTS for field in struct.fields}
    for table in tables:
        assert {column.ours for column in table.columns} <= set(model.__slots__)  # type: ignore[attr-defined]
        assert {column.wire for column in table.columns} <= wire


def test_every_kind_of_finding_has_a_meaning() -> None:
    """No finding is without a sentence for people."""
    assert all(kind.meaning for kind in SetFindingKind)


def test_every_element_takes_bytes() -> None:
    """No element of any list or mapping can be empty, so every count is bounded by the bytes left."""
    assert all(smallest_bytes(struct, inline=inline) > 0 for struct in ALL_STRUCTS for inline in (True, False))


def test_the_document_is_up_to_date() -> None:
    """The document's tables are the code's own."""
    text = DOCUMENT.read_text(encoding="utf-8")
    assert refreshed(text) == text, "python -m fleetcost.sets.bingen.describe docs/format/bingen.md renews it"


def test_a_stale_document_is_renewed(tmp_path: Path) -> None:
    """Renewing replaces what stands between the markers and nothing else."""
    document = tmp_path / "document.md"
    document.write_text("before\n<!-- generated: findings -->\nlast year's\n<!-- end -->\nafter\n")
    main(document)
    text = document.read_text()
    assert text.startswith("before\n<!-- generated: findings -->\n\n| finding | meaning |\n|---|---|\n| idle row | ")
    assert text.endswith("\n\n<!-- end -->\nafter\n")
    assert "last year's" not in text
