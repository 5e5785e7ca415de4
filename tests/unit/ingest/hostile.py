"""Objects that an attacker, or an accident, may put into the folder of one cluster."""

from __future__ import annotations

import gzip
import io
import math
import os
import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from builders import allocation, allocation_set, asset_set, day, hour, node
from fleetcost.model.window import Window
from fleetcost.sets.checksum import with_checksum
from fleetcost.sets.cost_set import CostSet
from fleetcost.sets.files import to_bytes
from fleetcost.sets.layout import set_path
from fleetcost.sets.parquet import FOOTER_KEY

VILLAIN = "villain"
DEEP = b"[" * 2000 + b"]" * 2000


def windows() -> Iterator[Window]:
    """Iterate windows that are there once each, so that each object has a name of its own."""
    for number in range(1, 40):
        yield from (hour(each, -number) for each in range(24))


def footed(one: CostSet, changes: Mapping[str, Any], raw: Mapping[bytes, bytes] | None = None) -> bytes:
    """Return a set whose footer says other things, and whose checksum is right all the same."""
    known = msgspec.json.decode(pq.read_metadata(io.BytesIO(to_bytes(one))).metadata[FOOTER_KEY])
    document = msgspec.json.encode(known | {"file_sha256": "0" * 64} | changes)
    for old, new in (raw or {}).items():
        document = document.replace(old, new)
    sink = io.BytesIO()
    with pq.ParquetWriter(sink, one.table.schema, store_schema=False, write_statistics=False) as writer:
        writer.write_table(one.table)
        writer.add_key_value_metadata({FOOTER_KEY: document})
    return with_checksum(sink.getvalue())


def with_column(one: CostSet, name: str, value: Any) -> bytes:
    """Return a set in which every row has this value."""
    place = one.table.schema.get_field_index(name)
    field = one.table.schema.field(name)
    column = value if isinstance(value, pa.Array) else pa.array([value] * one.table.num_rows, field.type)
    return footed(replace(one, table=one.table.set_column(place, field, column)), {})


def heavy(window: Window) -> bytes:
    """Return a small set that unpacks to two gigabytes: two hundred rows with one long label."""
    rows = [allocation(window, pod=f"p{number}", labels={"long": "x"}) for number in range(200)]
    made = allocation_set(rows, window, VILLAIN)
    long = pa.array([[("long", "x" * 10_000_000)]] * 200, made.table.schema.field("labels").type)
    return with_column(made, "labels", long)


def crafted() -> Iterator[tuple[str, bytes]]:
    """Iterate objects that are each wrong in a way of their own, by path."""
    free = windows()

    def assets() -> CostSet:
        window = next(free)
        return asset_set([node(window, cpu_cost=1, preemptible=0.0)], window, VILLAIN)

    def allocations() -> CostSet:
        return allocation_set(None, next(free), VILLAIN)

    for value in (b'"NaN"', b'"Infinity"', b"1e400", b'"sNaN"', b'"1e999999"', b"-1e300", b'""', b"null", DEEP):
        one = allocations()
        yield set_path(one.header.key), footed(one, {"total_cost": "MARK"}, {b'"MARK"': value})
    for name, value in (
        ("built_at", "0001-01-01T00:00:00+14:00"), ("built_at", "9999-12-31T23:59:59-14:00"), ("built_at", "soon"),
        ("coverage_minutes", 1e308), ("coverage_minutes", -1.0), ("rows", -1), ("rows", 10**18), ("end_epoch", 10**15),
        ("start_epoch", -(10**15)), ("source", "x" * 100_000), ("currency", "\u200b"), ("digest", "\ud7ff\u0000"),
        ("format_version", 99), ("cluster", "good-1"), ("cluster", "../.."), ("kind", "wrong"),
    ):  # fmt: skip
        one = allocations()
        yield set_path(one.header.key), footed(one, {name: value})
    one = allocations()
    yield set_path(one.header.key), footed(one, {"more": "MARK"}, {b'"MARK"': DEEP})
    for number in (math.nan, math.inf, -math.inf, 1e300, -1e300, 1e25):
        one = assets()
        yield set_path(one.header.key), with_column(one, "preemptible", number)
        one = allocations()
        yield set_path(one.header.key), with_column(one, "ram_byte_usage_max", number)
    for microseconds in (253_402_300_800_000_000, -62_135_596_800_000_001, 2**62):
        one = allocations()
        times = pa.array([microseconds], pa.int64()).cast(one.table.schema.field("end").type)
        yield set_path(one.header.key), with_column(one, "end", times)
    window = next(free)
    yield set_path(allocation_set([], window, VILLAIN).header.key), heavy(window)
    year = Window(datetime(2500, 1, 1, tzinfo=UTC), datetime(2500, 1, 2, tzinfo=UTC))
    future = allocation_set(None, year, VILLAIN)
    yield set_path(future.header.key), to_bytes(future)
    folder = f"federated/{VILLAIN}"
    yield f"{folder}/cluster.json", b'{"uid": ' + DEEP + b"}"
    yield f"{folder}/diagnostics.json", b'{"version": "1", "latestRun": "0001-01-01T00:00:00+14:00", "checks": {}}'
    yield f"{folder}/requests/a.json", DEEP
    yield f"{folder}/requests/a.result.json", DEEP
    yield f"{folder}/etl/bingen/allocations/1h/\u200b.1700000000-1700003600", b"rubbish"


def generated(count: int, seed: int = 1) -> Iterator[tuple[str, bytes]]:
    """Iterate objects made up by chance: bytes, names, packing and columns; most in the place of a set."""
    chance = random.Random(seed)
    sets = [allocation_set(None, day(), VILLAIN), asset_set(None, day(), VILLAIN)]
    whole = [to_bytes(one) for one in sets]
    for number in range(count):
        window = day(-2 - number // 2)
        form, ending = (("parquet", ".parquet"), ("bingen", ""))[number // 2 % 2]
        name = f"{window.start_epoch}-{window.end_epoch}{ending}"
        path = f"federated/{VILLAIN}/etl/{form}/{('allocations', 'assets')[number % 2]}/1d/{name}"
        yield path, _damaged(chance, whole[number % 2])
        if number % 10 == 0:
            letters = "".join(chr(chance.choice((32, 46, 97, 0x200B, 0xE4, 0x1F4A9, 7))) for _ in range(12))
            yield f"federated/{VILLAIN}/{letters.strip('. ')}x/{number}", b"?"


def _damaged(chance: random.Random, content: bytes) -> bytes:
    way = chance.randrange(8)
    if way == 0:
        return content[: chance.randrange(len(content))]
    if way == 1:
        return chance.randbytes(chance.choice((0, 1, 8, 1000)))
    if way == 2:
        return gzip.compress(bytes(chance.choice((10, 20_000_000))))
    if way == 3:
        return b"PAR1" + chance.randbytes(200) + (200).to_bytes(4, "little") + b"PAR1"
    if way == 4:
        return b"BGEN" + chance.randbytes(300)
    flipped = bytearray(content)
    for _ in range(chance.choice((1, 5, 50))):
        flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
    return with_checksum(bytes(flipped)) if way == 5 and b"0" * 64 in flipped else bytes(flipped)


def name_oddly(root: Path) -> int:
    """Make names in a directory that no object store has; return how many."""
    folder = root / "federated" / VILLAIN
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "loop").symlink_to("loop")
    (folder / "above").symlink_to(root)
    os.mkfifo(folder / "pipe")
    Path(os.fsdecode(bytes(folder) + b"/\xff\xfe")).write_bytes(b"x")
    (folder / "bell\a").write_bytes(b"x")
    deep = folder
    for _ in range(8):
        deep = deep / ("d" * 200)
        deep.mkdir()
    (deep / "x").write_bytes(b"x")
    with (folder / "cluster.json").open("wb") as file:
        file.truncate(3 << 30)
    return 5
