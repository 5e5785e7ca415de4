"""What is refused, and in which words."""

from __future__ import annotations

import gzip
import struct
import zlib

import pytest

from fleetcost.errors import SetDamagedError
from fleetcost.sets.bingen.decode import decode
from fleetcost.sets.bingen.fields_allocation import ALLOCATION, ALLOCATION_SET, PROPERTIES, PV_ALLOCATION, PV_KEY
from fleetcost.sets.bingen.fields_asset import ASSET_SET, NODE
from fleetcost.sets.bingen.fields_window import WINDOW
from fleetcost.sets.bingen.kinds import BingenKind
from fleetcost.sets.bingen.record import WireTime
from fleetcost.sets.bingen.source import LONGEST_TEXT_BYTES
from unit.sets.bingen.writer import Writer, build, raw_text, time_bytes

PATH = "federated/c1/etl/bingen/allocations/1h/1729400400-1729404000"
ROW = build(ALLOCATION, 25, Name="row", Properties=build(PROPERTIES, 25, Cluster="c1", Labels={"a": "b"}))
SET = build(ALLOCATION_SET, 25, Allocations={"row": ROW}, Warnings=("w1", "w2"))
GOOD = Writer().file(ALLOCATION_SET, SET)


def reason(content: bytes, kind: BingenKind = BingenKind.ALLOCATIONS, **limits: int) -> str:
    """Return why content is refused."""
    with pytest.raises(SetDamagedError) as refusal:
        decode(content, kind, PATH, **limits)
    return str(refusal.value)


def table(*texts: bytes) -> bytes:
    """Return a string table."""
    strings = b"".join(struct.pack("<H", len(text)) + text for text in texts)
    return b"BGST" + struct.pack("<i", len(texts)) + strings


def test_the_good_file_is_good() -> None:
    """The file that the damaged ones below are made of decodes."""
    assert decode(GOOD, BingenKind.ALLOCATIONS, PATH).top.value("Allocations")["row"].value("Name") == "row"


def test_a_reason_names_path_kind_field_offset_and_what_fits() -> None:
    """A refusal says where it was, what it read and what it would have accepted."""
    at = GOOD.index(bytes(4) + b"\x19" + bytes(4) + b"\1")  # flag of Properties, behind version and name
    content = GOOD[: at + 9] + b"\7" + GOOD[at + 10 :]
    assert reason(content) == (
        f"read {PATH} as bingen allocations: Allocations[0].Properties at byte {at + 9}: "
        "read flag 7, accepted is 0 (absent) or 1 (present)"
    )


def test_an_empty_file_is_refused() -> None:
    """A file of no bytes holds nothing."""
    assert "read nothing, accepted is a whole AllocationSet" in reason(b"")


@pytest.mark.parametrize("content", [b"PAR1\x15\x04\x15\x10", b"<html>no such object</html>", b"\x1f\x8c\x08\x00"])
def test_what_is_no_bingen_at_all_is_called_so(content: bytes) -> None:
    """A file that begins with neither a string table nor a version shows its first bytes."""
    assert repr(content[:8]) in reason(content)
    assert "accepted is a string table (BGST) or a version of AllocationSet" in reason(content)


@pytest.mark.parametrize("version", [0, 14, 26, 255])
def test_an_unknown_version_is_named_beside_those_that_are_read(version: int) -> None:
    """A version this build does not know is named, with the ones it reads."""
    body = GOOD.rindex(b"\x19\1\1\0\0\0")  # the set's own version, flag and count
    refused = reason(GOOD[:body] + bytes([version]) + GOOD[body + 1 :])
    assert f"version {version} of AllocationSet, accepted is 15 to 25" in refused


def test_a_later_version_inside_is_refused_too() -> None:
    """A nested struct of an unknown version cannot be read over."""
    window = GOOD.index(bytes(4) + b"\x12\0\0")
    refused = reason(GOOD[: window + 4] + b"\x13" + GOOD[window + 5 :])
    assert "Allocations[0].Window" in refused
    assert "version 19 of Window, accepted is 15 to 18" in refused


@pytest.mark.parametrize("count", [-1, 1_000, 2**31 - 1])
def test_a_count_is_checked_before_anything_is_made_for_it(count: int) -> None:
    """A count that the bytes left cannot hold is refused with the largest that could be."""
    content = table(b"") + b"\x19\1" + struct.pack("<i", count) + bytes(50)
    assert f"Allocations at byte 12: read count {count:,}, accepted is 0 to 10" in reason(content)


@pytest.mark.parametrize("count", [-1, 2**31 - 1])
def test_a_table_count_is_checked_too(count: int) -> None:
    """The string table's count is bounded by the bytes left."""
    assert f"read count {count:,}, accepted is 0 to 5" in reason(b"BGST" + struct.pack("<i", count) + bytes(10))


def test_a_string_beyond_the_end_is_refused() -> None:
    """A string table whose last string is longer than the file is cut."""
    assert "string table at byte 10: read the last 4 bytes" in reason(b"BGST\1\0\0\0\xff\xff1234")


@pytest.mark.parametrize("index", [-1, 4, 2**31 - 1])
def test_a_string_index_beyond_the_table_is_refused(index: int) -> None:
    """An index that the table does not have, a negative one among them, is no string."""
    content = table(b"a", b"b", b"c", b"d") + b"\x19\0\0\0" + struct.pack("<i", index) + bytes(11)
    assert f"FromSource at byte 24: read string {index % 2**32:,}, accepted is an index into the 4 strings" in reason(
        content
    )


def test_a_key_twice_is_refused() -> None:
    """A mapping with the same key twice has been damaged: one of the two would be lost."""
    twice = b"\1" + struct.pack("<i", 2) + 2 * (struct.pack("<i", 0) + b"\1")
    assert "ExternalKeys at byte 14: read 2 keys of which 1 differ" in reason(
        table(b"k") + b"\x19\0" + twice + bytes(20)
    )


@pytest.mark.parametrize(
    ("time", "read"),
    [
        (struct.pack("<i", 15) + struct.pack(">BqIh", 3, 0, 0, -1), "time form 3 of 15 bytes"),
        (struct.pack("<i", 16) + struct.pack(">BqIh", 1, 0, 0, -1) + b"\0", "time form 1 of 16 bytes"),
        (struct.pack("<i", 15) + struct.pack(">BqIh", 2, 0, 0, -1), "time form 2 of 15 bytes"),
        (struct.pack("<i", -5) + struct.pack(">BqIh", 1, 0, 0, -1), "time form 1 of -5 bytes"),
        (time_bytes(WireTime(5, 1_000_000_000, 0)), "time 5 s + 1,000,000,000 ns"),
        (time_bytes(WireTime(-1, 0, 0)), "time -1 s"),
        (time_bytes(WireTime(60, 0, -3600)), "time 60 s"),
        (time_bytes(WireTime(2**62, 0, 0)), "time 4,611,686,018,427,387,904 s"),
    ],
)
def test_a_time_outside_the_calendar_is_refused(time: bytes, read: str) -> None:
    """A time of unknown form, or of a year that no calendar of ours has, is damage."""
    window = bytes(4) + b"\x12\1" + time + b"\0"
    refused = reason(table(b"") + b"\x19\0\0\0" + bytes(4) + window + bytes(2))
    assert f"Window.Start at byte 24: read {read}" in refused


def test_an_unknown_type_of_asset_is_named_beside_those_that_are_read() -> None:
    """An asset of a type that is not in the table is refused by its name."""
    good = Writer().file(ASSET_SET, build(ASSET_SET, 21, Assets={"n": build(NODE, 21)}))
    refused = reason(good.replace(b"opencost.Node", b"opencost.Nude"), BingenKind.ASSETS)
    assert (
        "type '*github.com/opencost/opencost/core/pkg/opencost.Nude', accepted is a type called Any, Cloud" in refused
    )


@pytest.mark.parametrize("prefix", [b"*github.com/kubecost/opencost/pkg/kubecost.Node", b"Node"])
def test_an_asset_type_is_known_by_its_last_part(prefix: bytes) -> None:
    """Older builds wrote other package names; what follows the last dot counts."""
    good = Writer().file(ASSET_SET, build(ASSET_SET, 21, Assets={"n": build(NODE, 21)}))
    written = raw_text("*github.com/opencost/opencost/core/pkg/opencost.Node")
    content = good.replace(written, raw_text(prefix.decode()))
    asset = decode(content, BingenKind.ASSETS, PATH).top.value("Assets")["n"]
    assert asset.layout.struct == "Node"


def test_content_beyond_the_limit_is_refused() -> None:
    """Content larger than the limit is refused, with the limit."""
    assert "accepted is up to 64" in reason(GOOD, largest_bytes=64)


def test_gzip_that_unpacks_beyond_the_limit_is_stopped() -> None:
    """A small file that would unpack to a large one is refused without unpacking it."""
    bomb = gzip.compress(bytes(50_000_000))
    assert len(bomb) < 50_000
    assert "gzip of more than 1,000,000 bytes" in reason(bomb, largest_bytes=1_000_000)


def test_gzip_must_be_whole() -> None:
    """Cut gzip, damaged gzip and gzip with something behind it are distinguished."""
    packed = gzip.compress(GOOD)
    assert "gzip that is cut after" in reason(packed[:-9])
    assert "gzip that does not unpack" in reason(packed[:-8] + bytes(8))
    assert f"{len(packed)} bytes after the gzip member" in reason(packed + packed)


def test_gzip_in_gzip_is_not_unpacked_twice() -> None:
    """An exporter wraps once; what is wrapped twice is no set."""
    assert "accepted is a string table" in reason(gzip.compress(gzip.compress(GOOD)))


def test_zlib_without_gzip_is_no_gzip() -> None:
    """Only the gzip form is unpacked."""
    assert "accepted is a string table" in reason(zlib.compress(GOOD))


def test_bytes_that_are_not_utf8_become_replacement_characters() -> None:
    """Each byte that is not UTF-8 is read as one U+FFFD, and the string is counted."""
    content = (
        table("é".encode()[:1] + b"\xe2\x82" + b"x") + b"\x19\0\0\0" + bytes(4) + bytes(4) + b"\x12\0\0" + bytes(2)
    )
    decoded = decode(content, BingenKind.ALLOCATIONS, PATH)
    assert decoded.top.value("FromSource") == "\ufffd\ufffd\ufffdx"
    assert decoded.replaced_texts == 1


def test_a_string_of_the_greatest_length_is_counted_as_cut() -> None:
    """A string of 65,535 bytes is what writers cut to; one byte less was not cut."""
    for length, cut in ((LONGEST_TEXT_BYTES, 1), (LONGEST_TEXT_BYTES - 1, 0)):
        content = Writer().file(ALLOCATION_SET, build(ALLOCATION_SET, 25, FromSource="x" * length))
        assert decode(content, BingenKind.ALLOCATIONS, PATH).cut_texts == cut


def test_equal_label_maps_are_one() -> None:
    """Rows with equal labels share one mapping, which is what makes large sets fit."""
    properties = build(PROPERTIES, 25, Labels={"a": "b", "c": "d"})
    rows = {name: build(ALLOCATION, 25, Name=name, Properties=properties) for name in ("x", "y")}
    content = Writer().file(ALLOCATION_SET, build(ALLOCATION_SET, 25, Allocations=rows))
    read = decode(content, BingenKind.ALLOCATIONS, PATH).top.value("Allocations")
    assert read["x"].value("Properties").value("Labels") is read["y"].value("Properties").value("Labels")


def test_structs_are_read_by_their_own_version() -> None:
    """A struct of an older version inside a newer set has the fields of its own version."""
    volume = build(PV_ALLOCATION, 19, ByteHours=5.0)
    row = build(ALLOCATION, 25, Name="row", PVs={build(PV_KEY, 25, Name="pv"): volume})
    content = Writer().file(ALLOCATION_SET, build(ALLOCATION_SET, 25, Allocations={"row": row}))
    (read,) = decode(content, BingenKind.ALLOCATIONS, PATH).top.value("Allocations")["row"].value("PVs").values()
    assert read.layout.names == ("ByteHours", "Cost")


def test_a_field_of_a_later_version_is_absent() -> None:
    """A field that the version does not have is not zero: it is not there."""
    row = build(ALLOCATION, 15, Name="row")
    content = Writer().file(ALLOCATION_SET, build(ALLOCATION_SET, 15, Allocations={"row": row}))
    read = decode(content, BingenKind.ALLOCATIONS, PATH).top.value("Allocations")["row"]
    assert read.value("LoadBalancers", "absent") == "absent"
    assert read.value("PVs", "absent") is None


def test_windows_of_unusual_length_are_read_whole() -> None:
    """A window in a zone with seconds is one byte longer than the usual one, and read all the same."""
    start = WireTime(63_000_000_000, 5, 561)
    window = build(WINDOW, 18, Start=start, End=WireTime(63_000_003_600, 0, 0))
    content = Writer().file(ALLOCATION_SET, build(ALLOCATION_SET, 25, Window=window))
    assert decode(content, BingenKind.ALLOCATIONS, PATH).top.value("Window").value("Start") == start
