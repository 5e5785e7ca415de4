"""Set files: what is written comes back, and what cannot be trusted is refused."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import allocation, allocation_set, asset_set, at, day, disk, hour, money, node, unmounted
from fleetcost.errors import SetDamagedError
from fleetcost.model.allocation import ALLOCATION, LoadBalancerShare, VolumeShare
from fleetcost.model.histogram import Histogram
from fleetcost.model.sets import FORMAT_VERSION
from fleetcost.sets.checksum import with_checksum
from fleetcost.sets.cost_set import CostSet
from fleetcost.sets.files import from_bytes, header_from_bytes, to_bytes
from fleetcost.sets.parquet import FOOTER_KEY

FULL = allocation(
    services=("web", "api"), labels={"team": "blue", "app": "x"}, annotations={"a": ""}, namespace_labels={"n": "ä"},
    cpu_core_hours=1.5, cpu_core_usage_hours=0.25, cpu_core_usage_max=2.5, ram_byte_hours=1 << 40, cpu_cost=0.000000001,
    ram_byte_usage_hours=7, gpu_usage_hours=0, pv_cost=2, external_cost=-1.5,
    volumes=(VolumeShare("pv-1", "vol-1", 5, money(2)),),
    load_balancers=(LoadBalancerShare("shop/web", "10.0.0.1", True, money(1), money("0.25")),),  # noqa: FBT003 - a field
)  # fmt: skip


def rewritten(content: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    """Return the same rows behind a changed footer, as a writer that means it would write them."""
    table = pq.read_table(io.BytesIO(content))
    footer = footer_of(content)
    change(footer)
    return with_footer(table, footer)


def footer_of(content: bytes) -> dict[str, Any]:
    """Return a file's footer as a writer begins it, without a hash."""
    footer = msgspec.json.decode(pq.read_metadata(io.BytesIO(content)).metadata[FOOTER_KEY])
    return dict(footer, file_sha256="0" * 64)


def with_footer(table: pa.Table, footer: dict[str, Any], **options: Any) -> bytes:
    """Write a table with a footer of ours."""
    sink = io.BytesIO()
    with pq.ParquetWriter(sink, table.schema, **options) as writer:
        writer.write_table(table, row_group_size=7)
        writer.add_key_value_metadata({FOOTER_KEY: msgspec.json.encode(footer)})
    return with_checksum(sink.getvalue())


@pytest.mark.parametrize(
    "cost_set",
    [
        allocation_set([FULL, allocation(pod="p2"), unmounted(pv_cost=1)]),
        asset_set([node(cpu_cost=1, preemptible=0.5, labels={"a": "b"}), disk(cost=2, byte_usage_hours=3, local=True)]),
        allocation_set([], day()),
        asset_set([], final=False, coverage_minutes=12.5, source='a "source"', cluster_uid=""),
    ],
    ids=["allocations", "assets", "empty", "partial"],
)
def test_what_is_written_comes_back(cost_set: CostSet) -> None:
    """Header and rows of a set survive the file exactly, nulls and empty lists included."""
    content = to_bytes(cost_set)
    read = from_bytes(content, "x")
    assert read.header == cost_set.header
    assert read.table.equals(cost_set.table)
    assert header_from_bytes(content, "x") == cost_set.header


def test_nulls_stay_unlike_zero() -> None:
    """A use that was measured as zero and one that was not measured are distinguished in the file."""
    rows = from_bytes(to_bytes(allocation_set([FULL])), "x").table.to_pylist()
    assert rows[0]["gpu_usage_hours"] == 0
    assert rows[0]["gpu_usage_max"] is None


def test_the_header_says_what_is_in_the_rows() -> None:
    """Rows and total cost are counted from the rows, over every cost column, exactly."""
    header = allocation_set([allocation(cpu_cost=0.1, pv_cost=0.2), allocation(pod="b", external_cost=-0.05)]).header
    assert (header.rows, header.total_cost) == (2, money("0.25"))
    assert asset_set([node(cpu_cost=1, adjustment=-0.25)]).header.total_cost == money("0.75")
    assert allocation_set([]).header.total_cost == 0


def test_totals_may_be_larger_than_an_amount() -> None:
    """The total of a set in a weak currency may need more digits than one row may have."""
    rows = [allocation(pod=f"p{number}", cpu_cost=900_000_000) for number in range(3)]
    read = from_bytes(to_bytes(allocation_set(rows)), "x")
    assert read.header.total_cost == money(2_700_000_000)


def test_rows_are_sorted_whatever_their_order() -> None:
    """Two builds with the same rows in another order are the same set, byte for byte."""
    rows = [allocation(pod=f"p{number}", cpu_cost=number) for number in range(9)]
    forth, back = allocation_set(rows), allocation_set(reversed(rows))
    assert forth == back
    assert to_bytes(forth) == to_bytes(back)


def test_the_digest_is_of_the_rows_alone() -> None:
    """When, from what and how completely a set was built does not change its digest; any cell of a row does."""
    rows = [FULL, allocation(pod="p2")]
    one = allocation_set(rows).header
    other = allocation_set(rows, built_at=at(5), source="elsewhere", final=False, coverage_minutes=3.0).header
    assert one.digest == other.digest
    for change in ({"labels": {"team": "red", "app": "x"}}, {"cpu_core_usage_hours": None}, {"services": ("web",)},
                   {"ram_byte_hours": 1}, {"namespace": "shop2"}, {"end": at(0.5)}, {"volumes": ()}):  # fmt: skip
        assert allocation_set([replace(FULL, **change), rows[1]]).header.digest != one.digest, change


def test_the_digest_is_known() -> None:
    """The digest of a given set never changes, because it is compared with those in files of older versions."""
    assert allocation_set([FULL]).header.digest == ("2f17778b323e50ac07b751a2300898f89ef1fc38f84bf66cf24e9550acbea49b")


def test_a_later_column_counts_only_where_it_says_something() -> None:
    """Rows an older version could hold keep their digest; a value in any later column changes it."""
    later = [column for column in ALLOCATION.columns if column.holds.since > 1]
    plain = allocation_set([FULL]).header.digest
    for column in later:
        value = {str: "x", int: 1, Decimal: Decimal(1), bytes: Histogram(1)}[column.type]
        assert allocation_set([replace(FULL, **{column.name: value})]).header.digest != plain, column.name
    assert later


@pytest.mark.parametrize("compression", ["none", "snappy", "gzip", "zstd"])
def test_the_digest_does_not_depend_on_how_the_file_was_written(compression: str) -> None:
    """A file written with other settings, such as compression or row groups, holds the same rows and is read."""
    cost_set = allocation_set([FULL, allocation(pod="p2"), allocation(pod="p3")])
    content = with_footer(cost_set.table, footer_of(to_bytes(cost_set)), compression=compression, use_dictionary=False)
    assert content != to_bytes(cost_set)
    assert from_bytes(content, "x").header == cost_set.header


@pytest.mark.parametrize("content", [b"", b"PAR1", b"garbage", b"\x1f\x8b" + b"0" * 100, b"PAR1" * 50])
def test_what_is_no_parquet_is_damaged(content: bytes) -> None:
    """Anything but a Parquet file is refused with its path."""
    with pytest.raises(SetDamagedError, match=r"read federated/x: not a whole Parquet file"):
        from_bytes(content, "federated/x")


def test_a_foreign_parquet_file_is_not_ours() -> None:
    """A Parquet file without our entry in its footer is refused as foreign."""
    sink = io.BytesIO()
    pq.write_table(pa.table({"a": [1]}), sink)
    with pytest.raises(SetDamagedError, match="not one of ours"):
        header_from_bytes(sink.getvalue(), "x")


@pytest.mark.parametrize("version", [0, -1, FORMAT_VERSION + 1, 99])
def test_unknown_versions_are_refused_with_both_numbers(version: int) -> None:
    """A file of a version this build does not know is refused with the version found, those read, and the cure."""
    content = rewritten(to_bytes(allocation_set()), lambda footer: footer.update(format_version=version))
    with pytest.raises(SetDamagedError, match=rf"format version {version}, this build reads 1 to {FORMAT_VERSION}"):
        from_bytes(content, "x")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"format_version": "one"}, "names no format version"),
        ({"kind": "clouds"}, "a set of clouds, not of allocations or assets"),
        ({"resolution": "1w"}, f"not a version {FORMAT_VERSION} header"),
        ({"total_cost": "lots"}, f"not a version {FORMAT_VERSION} header"),
        ({"built_at": "yesterday"}, f"not a version {FORMAT_VERSION} header"),
        ({"start_epoch": 99999999999999999}, f"not a version {FORMAT_VERSION} header"),
        ({"end_epoch": 0}, f"not a version {FORMAT_VERSION} header"),
        ({"rows": 5}, "1 rows found, 5 in the footer"),
        ({"kind": "assets"}, "columns differ"),
    ],
)
def test_footers_that_do_not_fit_are_refused(change: dict[str, Any], reason: str) -> None:
    """A footer with an impossible value, or one of other rows, is refused and says why."""
    content = rewritten(to_bytes(allocation_set()), lambda footer: footer.update(change))
    with pytest.raises(SetDamagedError, match=reason):
        from_bytes(content, "x")


def test_a_footer_without_a_field_is_refused() -> None:
    """Every field of a version is there or the file is damaged."""
    content = rewritten(to_bytes(allocation_set()), lambda footer: footer.pop("coverage_minutes"))
    with pytest.raises(SetDamagedError, match="coverage_minutes"):
        header_from_bytes(content, "x")


def test_a_later_writer_may_add_fields() -> None:
    """A field this build does not know does not stop it: the version tells what must be understood."""
    content = rewritten(to_bytes(allocation_set()), lambda footer: footer.update(note="hello"))
    assert header_from_bytes(content, "x") == allocation_set().header


def test_a_footer_without_a_hash_is_refused() -> None:
    """A writer that does not say what it wrote is not believed."""
    table = allocation_set().table
    footer = footer_of(to_bytes(allocation_set()))
    del footer["file_sha256"]
    sink = io.BytesIO()
    with pq.ParquetWriter(sink, table.schema) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata({FOOTER_KEY: msgspec.json.encode(footer)})
    with pytest.raises(SetDamagedError, match="file_sha256"):
        header_from_bytes(sink.getvalue(), "x")


def test_one_changed_byte_is_noticed_before_anything_is_decoded() -> None:
    """A file of which any byte of the rows was changed is refused even by whoever reads only the header."""
    content = bytearray(to_bytes(allocation_set()))
    content[100] ^= 1
    with pytest.raises(SetDamagedError, match="was changed after it was written"):
        header_from_bytes(bytes(content), "x")


def test_a_label_cannot_be_taken_for_the_hash() -> None:
    """A source or label that looks like the footer's own entry does not confuse the reader."""
    trick = '"file_sha256":"' + "1" * 64
    tricky = allocation_set([allocation(labels={trick: trick})], source=trick)
    assert from_bytes(to_bytes(tricky), "x") == tricky


WHOLE = to_bytes(allocation_set([replace(FULL, pod=f"p{number}") for number in range(50)]))


@given(st.integers(0, len(WHOLE) - 1))
@settings(max_examples=60)
def test_a_truncated_file_is_damaged(length: int) -> None:
    """A file cut anywhere is refused as damaged and nothing else."""
    with pytest.raises(SetDamagedError):
        from_bytes(WHOLE[:length], "x")


@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=4))
@settings(max_examples=150)
def test_flipped_bytes_never_pass_as_other_rows(flips: list[tuple[int, int]]) -> None:
    """A file with changed bytes is refused as damaged; only one whose bytes were not changed is read."""
    content = bytearray(WHOLE)
    for position, value in flips:
        content[position] = value
    try:
        read = from_bytes(bytes(content), "x")
    except SetDamagedError:
        return
    assert bytes(content) == WHOLE
    assert read == from_bytes(WHOLE, "x")


def test_windows_survive_in_every_resolution() -> None:
    """The window in the footer is the key's, for hours and days."""
    for window in (hour(23), day()):
        assert from_bytes(to_bytes(asset_set([], window)), "x").header.key.window == window
