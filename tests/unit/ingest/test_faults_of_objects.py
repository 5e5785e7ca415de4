"""What goes wrong with one object stays with it: transfers, listings that break off, names nobody has too many of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from builders import FOREVER, at, hour, open_tables, pair, put
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.bucket.port import ObjectInfo
from fleetcost.errors import SetRefusedError, StoreError
from fleetcost.ingest.listing import NAMED_UNKNOWN, list_bucket
from fleetcost.ingest.run import Ingestor
from fleetcost.ingest.transfer import checked
from fleetcost.model.states import ObjectState
from fleetcost.tables.database import Database, EngineLimits, Writer
from fleetcost.tables.ledger import EntryState, count_states, ledger_of

NOW = at(5)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty database."""
    opened = open_tables(tmp_path)
    yield opened
    opened.close()


class Noisy(MemoryBucket):
    """A bucket whose transfers end early for a number of times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.left = times

    def get(self, path: str, *, largest_bytes: int | None = None) -> bytes:
        content = super().get(path, largest_bytes=largest_bytes)
        if self.left > 0:
            self.left -= 1
            return content[: len(content) - 1 - self.left]
        return content


class Tripped(MemoryBucket):
    """A bucket whose client cannot read one name, and ends every listing it lies in, as S3's does at `a//b`."""

    bad = "federated/villain//oops"

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        below = f"{prefix.strip('/')}/" if prefix else ""
        for info in super().list(prefix):
            if self.bad.startswith(below) and info.path > self.bad:
                raise StoreError("list: a path has an empty segment")
            yield info
        if self.bad.startswith(below):
            raise StoreError("list: a path has an empty segment")


def test_a_transfer_that_ended_early_is_tried_again_at_once(database: Database) -> None:
    """A single bad transfer leaves no trace."""
    bucket = Noisy(1)
    put(bucket, *pair())
    bucket.left = 1
    Ingestor(bucket, database, FOREVER, lambda: NOW).pass_once()
    assert count_states(database) == {EntryState.INGESTED: 2}


def test_a_transfer_of_another_length_is_not_read_before_the_second() -> None:
    """What arrives shorter than it was listed is fetched again unread; twice the same length is read as it is."""
    read: list[bytes] = []
    arriving = iter([b"cut", b"whole", b"short", b"short"])
    assert checked(lambda: next(arriving), 5, read.append) is None
    assert read == [b"whole"]
    assert checked(lambda: next(arriving), 9, read.append) is None
    assert read == [b"whole", b"short"]


def test_what_a_rule_refuses_is_not_fetched_again() -> None:
    """A refusal follows from what was read, and costs one transfer."""
    arriving = iter([b"once"])

    def refuse(content: bytes) -> None:
        raise SetRefusedError(content.decode())

    with pytest.raises(SetRefusedError, match="once"):
        checked(lambda: next(arriving), 4, refuse)


def test_damage_that_passes_is_healed_later(database: Database) -> None:
    """Objects that were damaged on every transfer are read again after a minute, and then are in the tables."""
    bucket, now = Noisy(0), [NOW]
    put(bucket, *pair())
    ingestor = Ingestor(bucket, database, FOREVER, lambda: now[0])
    bucket.left = 1000
    ingestor.pass_once()
    assert count_states(database) == {EntryState.DAMAGED: 2}
    bucket.left = 0
    assert ingestor.pass_once().unchanged == 2
    now[0] += timedelta(minutes=1)
    assert ingestor.pass_once().loaded == 2


def test_a_name_that_ends_listings_hides_nothing_else(database: Database) -> None:
    """New clusters are found, from an empty database too, and sets of the very cluster; the bad folder has a state."""
    bucket = Tripped()
    for cluster in ("a-first", "villain", "z-last"):
        put(bucket, *pair(hour(0), cluster))
    ingestor = Ingestor(bucket, database, FOREVER, lambda: NOW)
    assert ingestor.pass_once().loaded == 6
    assert {entry.key.cluster for entry in ledger_of(database).values()} == {"a-first", "villain", "z-last"}
    (skip,) = ingestor.skips
    assert (skip.path, skip.state) == ("federated/villain", ObjectState.UNKNOWN)
    assert "empty segment" in skip.reason


def test_names_nobody_understands_are_bounded() -> None:
    """Of a flood of unknown names a thousand are reported one by one and the rest in one line."""
    bucket = MemoryBucket()
    for number in range(NAMED_UNKNOWN + 5):
        bucket.put(f"federated/villain/junk/{number}", b"")
    put(bucket, *pair())
    found = list_bucket(bucket, ()).found
    unknown = [one for one in found if one.location.state is ObjectState.UNKNOWN]
    assert len(unknown) == NAMED_UNKNOWN + 1
    assert unknown[-1].location.reason == "5 more objects that are no sets"
    assert len(found) == len(unknown) + 2


def test_what_is_refused_is_said_with_its_cure(database: Database) -> None:
    """A set with a time far outside of its window is damaged, with the column's name in the reason."""
    bucket = MemoryBucket()
    allocations, assets = pair()
    late = allocations.table.column("end").combine_chunks().cast("int64").to_pylist()[0] + 10**15
    place = allocations.table.schema.get_field_index("end")
    field = allocations.table.schema.field("end")
    import pyarrow as pa  # noqa: PLC0415 - only this test changes rows

    moved = allocations.table.set_column(place, field, pa.array([late], pa.int64()).cast(field.type))
    put(bucket, replace(allocations, table=moved), assets)
    Ingestor(bucket, database, FOREVER, lambda: NOW).pass_once()
    (bad,) = [one for one in ledger_of(database).values() if one.state is EntryState.DAMAGED]
    assert "end holds values far outside" in bad.reason


class Stopping(Database):
    """A database whose engine gives up at a transaction that holds one of some sets, for a number of times."""

    victim, times = "", 0

    @contextmanager
    def transaction(self) -> Iterator[Writer]:
        with super().transaction() as writer:
            yield writer
            held = writer.rows("SELECT count(*) FROM asset_1h WHERE cluster = $victim", {"victim": self.victim})
            if held != [(0,)] and self.times > 0:
                self.times -= 1
                with self.translated():
                    raise duckdb.InternalException("INTERNAL Error: the engine gives up")


@pytest.fixture
def stopping(tmp_path: Path) -> Iterator[Stopping]:
    """An empty database that can be made to stop."""
    opened = Stopping(tmp_path / "tables.duckdb", EngineLimits(1 << 28, 1))
    opened.victim = "villain"
    yield opened
    opened.close()


@pytest.mark.parametrize(("times", "state"), [(2, EntryState.INGESTED), (100, EntryState.REFUSED)])
def test_at_what_the_engine_stops_has_a_state(stopping: Stopping, times: int, state: EntryState) -> None:
    """A set at which the engine gives up alone and again is refused with the reason; the others are in the tables."""
    bucket = MemoryBucket()
    for cluster in ("a-first", "villain", "z-last"):
        put(bucket, *pair(hour(0), cluster))
    stopping.times = times
    ingestor = Ingestor(bucket, stopping, FOREVER, lambda: NOW)
    done = ingestor.pass_once()
    entries = ledger_of(stopping).values()
    assert {one.state for one in entries if one.key.cluster == "villain"} == {state}
    assert {one.state for one in entries if one.key.cluster != "villain"} == {EntryState.INGESTED}
    assert done.bad == (0 if state is EntryState.INGESTED else 2)
    assert all("the engine" in one.reason for one in entries if one.state is EntryState.REFUSED)
    stopping.times = 0
    assert ingestor.pass_once().unchanged == 6
