"""The digest of a set's rows, held against `docs/format/sets.md`: the page alone is enough to write it again."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from builders import allocation, allocation_set, asset_set, disk, money, node, unmounted
from fleetcost.model.allocation import LoadBalancerShare, VolumeShare
from fleetcost.model.columns import ColumnTable
from fleetcost.sets.cost_set import CostSet
from fleetcost.sets.schema import TABLES

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def column(values: Sequence[Any], kind: pa.DataType) -> bytes:
    """Return the bytes of a column, in the words of the page."""
    head = struct.pack("<q", len(values)) + bytes(value is not None for value in values)
    if pa.types.is_struct(kind):
        fields = [[None if one is None else one[field.name] for one in values] for field in kind]
        return head + b"".join(column(one, field.type) for one, field in zip(fields, kind, strict=True))
    if pa.types.is_map(kind):
        entry = pa.struct([("key", kind.key_type), ("value", kind.item_type)])
        pairs = [
            None if one is None else [dict(zip(("key", "value"), pair, strict=True)) for pair in one] for one in values
        ]
        return head + column(pairs, pa.list_(entry))
    if pa.types.is_list(kind):
        lengths = [len(one or ()) for one in values]
        members = [member for one in values for member in one or ()]
        return head + struct.pack(f"<{len(values)}i", *lengths) + column(members, kind.value_type)
    if pa.types.is_string(kind):
        texts = [(one or "").encode() for one in values]
        ends = [sum(map(len, texts[:number])) for number in range(len(texts) + 1)]
        return head + struct.pack(f"<{len(ends)}i", *ends) + b"".join(texts)
    return head + b"".join(_value(one, kind) for one in values)


def _value(value: Any, kind: pa.DataType) -> bytes:
    if pa.types.is_decimal(kind):
        return int((value or Decimal(0)).scaleb(kind.scale)).to_bytes(16, "little", signed=True)
    if pa.types.is_timestamp(kind):
        return struct.pack("<q", 0 if value is None else int((value - EPOCH).total_seconds()) * 1_000_000)
    if pa.types.is_boolean(kind):
        return bytes([bool(value)])
    return struct.pack("<d" if pa.types.is_floating(kind) else "<q", value or 0)


def expected(columns: ColumnTable, rows: pa.Table) -> str:
    """Return the digest of rows, in the words of the page."""
    hasher = hashlib.sha256()
    for field in rows.schema:
        values, known = rows[field.name].to_pylist(), columns.by_name[field.name]
        if known.holds.since == 1 or any(value != known.default for value in values):
            hasher.update(field.name.encode() + b"\0" + column(values, field.type))
    return hasher.hexdigest()


SETS = {
    "no rows": allocation_set([]),
    "one row": allocation_set(),
    "shares, labels, texts beyond ASCII, nothing measured": allocation_set([
        allocation(
            pod="größer", labels={"b": "2", "a": "ü"}, services=("one", "two"), cpu_core_usage_max=0.25,
            cpu_cost=1, cpu_cost_adjustment=-0.3, volumes=(VolumeShare("pv-1", "vol-1", 7, money("0.1")),),
            load_balancers=(LoadBalancerShare("lb", "10.0.0.1", private=False, hours=money(1), cost=money("0.2")),),
        ),
        allocation(pod="b"),
        unmounted(pv_cost=3),
    ]),
    "assets": asset_set([node(cpu_cost=1, ram_cost=0.5), disk(cost=2)]),
}  # fmt: skip


@pytest.mark.parametrize("made", SETS.values(), ids=SETS.keys())
def test_the_digest_is_what_the_page_says(made: CostSet) -> None:
    """Whoever writes the digest from the page alone has the one in the header."""
    assert made.header.digest == expected(TABLES[made.header.key.kind], made.table)
