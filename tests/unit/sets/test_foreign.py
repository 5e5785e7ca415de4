"""Foreign agents' sets as sets of ours: header, rows, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from fleetcost.errors import SetDamagedError, SetRefusedError
from fleetcost.model.identity import ClusterId
from fleetcost.model.sets import SetHeader, SetKey, SetKind
from fleetcost.model.window import Resolution, Window
from fleetcost.sets.bingen.decode import decode
from fleetcost.sets.bingen.fields_allocation import ALLOCATION_SET
from fleetcost.sets.bingen.fields_asset import ASSET_SET, NODE
from fleetcost.sets.bingen.record import Record
from fleetcost.sets.bingen.rows import facts
from fleetcost.sets.files import from_bytes, to_bytes
from fleetcost.sets.foreign import KINDS, Converted, Origin, convert
from unit.sets.bingen.builders import END, HOUR, START, asset, properties, row
from unit.sets.bingen.fixtures import file, params
from unit.sets.bingen.writer import Writer, build

LATER = END + timedelta(hours=1)
KEY = SetKey(ClusterId("c1"), SetKind.ALLOCATIONS, Resolution.HOUR, Window(START, END))
ORIGIN = Origin(KEY, "federated/c1/etl/bingen/allocations/1h/1-2", LATER, "EUR")


def allocations(rows: dict[str, Record | None], version: int = 25) -> bytes:
    """Return a file of allocations in the hour."""
    return Writer().file(ALLOCATION_SET, build(ALLOCATION_SET, version, Allocations=rows, Window=HOUR))


def made(content: bytes, origin: Origin = ORIGIN, now: datetime = LATER) -> Converted:
    """Convert."""
    return convert(content, origin, now)


def header(content: bytes, origin: Origin = ORIGIN, now: datetime = LATER) -> SetHeader:
    """Convert and return the header."""
    return made(content, origin, now).cost_set.header


ONE = allocations({"c1/n/ns/p/c": row(CPUCost=1.5)})


def test_a_foreign_set_gets_the_header_it_lacks() -> None:
    """Currency is the setting's, coverage the whole window and said to be assumed, the writer is its version."""
    found = header(ONE)
    assert (found.key, found.rows, found.total_cost) == (KEY, 1, Decimal("1.5"))
    assert (found.currency, found.coverage_minutes, found.final) == ("EUR", 60.0, True)
    assert (found.agent_version, found.built_at, found.cluster_uid) == ("bingen 25", LATER, "")
    assert "coverage assumed" in found.source
    assert found.complete


def test_a_running_window_is_partial() -> None:
    """Before the window is over a set covers it up to the time it was written, and may still grow."""
    half = START + timedelta(minutes=30)
    found = header(ONE, replace(ORIGIN, written_at=half), half)
    assert (found.coverage_minutes, found.final) == (30.0, False)


def test_a_set_that_was_last_written_inside_its_window_stays_partial() -> None:
    """An agent that died half way through leaves half a window, however long ago that was."""
    half = START + timedelta(minutes=30)
    found = header(ONE, replace(ORIGIN, written_at=half), LATER)
    assert (found.coverage_minutes, found.final) == (30.0, False)
    assert header(ONE, replace(ORIGIN, written_at=START - timedelta(days=1))).coverage_minutes == 0.0


def test_an_empty_set_is_a_gap_and_not_a_zero() -> None:
    """Agents write sets without rows when they had no data: nothing was observed."""
    found = header(allocations({}))
    assert (found.rows, found.coverage_minutes, found.complete) == (0, 0.0, False)


def test_a_set_of_dropped_rows_is_a_gap_too() -> None:
    """Where only idle rows were in a set, nothing of it can be used."""
    found = made(allocations({"c1/__idle__": row(CPUCost=1)}))
    assert (found.cost_set.header.rows, found.cost_set.header.coverage_minutes) == (0, 0.0)
    assert found.summary == "1 findings: idle row (1)"


def test_the_smallest_file_there_is_is_a_gap() -> None:
    """The real empty file of 86 bytes is read, and counts as nothing observed."""
    path = file("v25__allocations_empty.bin")
    content = path.read_bytes()
    found = convert(content, ORIGIN, LATER)
    assert found.cost_set.header.rows == 0
    assert found.cost_set.header.coverage_minutes == 0.0


@pytest.mark.parametrize("names", [["c2"], ["c1", "c2"], ["c1", "", "c2"]])
def test_rows_of_another_cluster_are_refused(names: list[str]) -> None:
    """The folder decides whose a set is; one that names another cluster was copied or merged."""
    rows = {f"{name}/{n}": row(Properties=properties(Cluster=name)) for n, name in enumerate(names)}
    with pytest.raises(SetRefusedError, match="its rows name c2, its folder c1"):
        made(allocations(dict(rows)))


def test_rows_without_a_cluster_are_the_folders() -> None:
    """A row that names no cluster belongs to the one whose folder it lies in."""
    assert header(allocations({"p": row(Properties=properties(Cluster=""))})).rows == 1


def test_another_window_is_refused() -> None:
    """A file whose window is not that of its name was renamed."""
    other = replace(KEY, window=Window(START - timedelta(hours=1), START))
    with pytest.raises(SetRefusedError, match="its window is"):
        made(ONE, replace(ORIGIN, key=other))


@pytest.mark.parametrize("content", [b"", b"garbage", ONE[:-1], ONE + b"\0"])
def test_damaged_files_are_damaged(content: bytes) -> None:
    """A file that does not decode to its last byte is damaged."""
    with pytest.raises(SetDamagedError):
        made(content)


def test_size_is_limited_before_anything_is_made() -> None:
    """A file beyond the limit is damaged, whatever is in it."""
    with pytest.raises(SetDamagedError, match="accepted is"):
        convert(ONE, ORIGIN, LATER, largest_bytes=100)


def test_assets_are_converted() -> None:
    """A node of a foreign set is an asset of ours, priced by a foreign set."""
    content = Writer().file(
        ASSET_SET, build(ASSET_SET, 21, Assets={"n": asset(NODE, CPUCost=2.0, RAMCost=1.0)}, Window=HOUR)
    )
    key = replace(KEY, kind=SetKind.ASSETS)
    found = convert(content, replace(ORIGIN, key=key), LATER).cost_set
    assert (found.header.rows, found.header.total_cost) == (1, 3)
    assert found.table["price_source"].to_pylist() == ["foreign set"]


def test_equal_content_has_equal_digests() -> None:
    """The digest is that of the object, so that a copy is recognised."""
    assert header(ONE).digest == header(ONE, replace(ORIGIN, path="other")).digest
    assert header(ONE).digest != header(allocations({})).digest


@pytest.mark.parametrize("path", params("*__allocations_1h.bin", "*__assets_1h.bin", "*__allocations_big5000.bin.gz"))
def test_real_files_become_files_of_ours(path: Path) -> None:
    """A real file, converted and written, reads back as a set of ours with the same rows."""
    kind = SetKind.ASSETS if "assets" in path.name else SetKind.ALLOCATIONS
    content = path.read_bytes()
    window = _window_of(content, path, kind)
    resolution = Resolution.HOUR if window.hours == 1 else Resolution.DAY
    key = SetKey(ClusterId("any"), kind, resolution, window)
    origin = Origin(key, path.name, datetime(2030, 1, 1, tzinfo=UTC), "USD")
    with pytest.raises(SetRefusedError) as refused:
        convert(content, origin, origin.written_at)
    name = str(refused.value).split("its rows name ")[1].split(", ")[0]
    found = convert(content, replace(origin, key=replace(key, cluster=ClusterId(name))), origin.written_at)
    again = from_bytes(to_bytes(found.cost_set), path.name)
    assert again.table == found.cost_set.table
    assert again.header == found.cost_set.header


def _window_of(content: bytes, path: Path, kind: SetKind) -> Window:
    window = facts(decode(content, KINDS[kind], path.name)).window
    assert window is not None
    return window
