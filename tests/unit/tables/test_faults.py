"""What breaks in a real file, and how the database comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from builders import DAY, FOREVER, HOURLY, allocation, allocation_set, asset_set, at, bucket_of, node, open_tables
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.errors import DatabaseDamagedError, DatabaseStoppedError, NoRoomError, TooMuchError
from fleetcost.ingest.run import Ingestor
from fleetcost.tables.database import Database, EngineLimits, open_database
from fleetcost.tables.faults import fault

BLOCK_BYTES = 256 * 1024
HEADER_BYTES = 3 * 4096
"""The file begins with three pages that say what it is; its blocks follow."""


@pytest.fixture
def bucket() -> MemoryBucket:
    """A bucket with an hour of many pods."""
    pods = [allocation(pod=f"pod-{number}", cpu_cost=number) for number in range(3000)]
    return bucket_of(allocation_set(pods, HOURLY.window_of(at(1))), asset_set([node()], HOURLY.window_of(at(1))))


@pytest.fixture
def file(tmp_path: Path, bucket: MemoryBucket) -> Path:
    """A closed database that holds what the bucket has, all of it in blocks."""
    database = open_tables(tmp_path)
    passed(bucket, database)
    with database.transaction() as writer:
        writer.execute("CREATE TABLE filler AS SELECT random() AS x FROM range(200000)")
    database.close()
    return database.file


@pytest.fixture
def database(file: Path) -> Iterator[Database]:
    """The same, opened."""
    opened = open_tables(file.parent)
    yield opened
    opened.close()


def passed(bucket: MemoryBucket, database: Database) -> None:
    """Do one pass."""
    Ingestor(bucket, database, FOREVER, lambda: at(72)).pass_once()


def total(database: Database) -> object:
    """Return what everything costs."""
    with database.snapshot() as snapshot:
        return snapshot.rows("SELECT sum(cpu_cost), count(DISTINCT pod) FROM container_1h")


def damage(file: Path, *blocks: int) -> None:
    """Turn bits in the middle of blocks, of all where none is named; the header stays as it is."""
    content = bytearray(file.read_bytes())
    places = range(HEADER_BYTES + BLOCK_BYTES // 2, len(content), BLOCK_BYTES)
    for number in blocks or range(len(places)):
        content[places[number]] ^= 0xFF
    file.write_bytes(content)


def damaged_unseen(file: Path) -> Database:
    """Return a database that opens well although a block of its rows is damaged."""
    whole = file.read_bytes()
    for number in range((len(whole) - HEADER_BYTES) // BLOCK_BYTES):
        file.write_bytes(whole)
        damage(file, number)
        database = open_tables(file.parent)
        asides = list(file.parent.glob("*.aside-*"))
        if not asides and not readable(database):
            return database
        database.close()
        for aside in asides:
            aside.unlink()
    raise AssertionError("every damage is seen when the file is opened")


def readable(database: Database) -> bool:
    """Tell whether every row of the filler can be read."""
    with database.snapshot() as snapshot:
        try:
            snapshot.rows("SELECT sum(x) FROM filler")
        except DatabaseDamagedError:
            return False
    return True


def test_damage_that_shows_when_a_page_is_read_is_named_and_healed(file: Path, bucket: MemoryBucket) -> None:
    """The reader learns of the damage; the next pass moves it aside and fills an empty one from the bucket."""
    database = damaged_unseen(file)
    with pytest.raises(DatabaseDamagedError, match=r"read database .*test\.duckdb"), database.snapshot() as snapshot:
        snapshot.rows("SELECT sum(x) FROM filler")
    assert "checksum" in database.broken
    passed(bucket, database)
    assert (total(database), database.broken) == ([(sum(range(3000)), 3000)], "")
    assert len(list(file.parent.glob("*.aside-*"))) == 1
    database.close()


@pytest.mark.parametrize("cut", [100, HEADER_BYTES, HEADER_BYTES + 1000])
def test_a_file_that_was_cut_is_rebuilt(file: Path, bucket: MemoryBucket, cut: int) -> None:
    """Whatever is left of the file is moved aside, and the bucket fills a new one."""
    file.write_bytes(file.read_bytes()[:cut])
    database = open_tables(file.parent)
    assert [aside.stat().st_size for aside in file.parent.glob("*.aside-*")] == [cut]
    passed(bucket, database)
    assert total(database) == [(sum(range(3000)), 3000)]
    database.close()


def test_damaged_blocks_everywhere_are_rebuilt(file: Path, bucket: MemoryBucket) -> None:
    """Damage in every block shows on opening or in the first pass; afterwards all is there."""
    damage(file)
    database = open_tables(file.parent)
    passed(bucket, database)
    assert total(database) == [(sum(range(3000)), 3000)]
    assert len(list(file.parent.glob("*.aside-*"))) == 1
    database.close()


def test_an_engine_that_gave_up_is_started_again(database: Database, bucket: MemoryBucket) -> None:
    """What was committed is there afterwards, in the same file; nothing is moved aside."""
    before = total(database)
    database._connection.execute("USE fleetcost")
    database._connection.execute("SET GLOBAL debug_checkpoint_abort = 'before_header'")
    with database.transaction() as writer:
        writer.execute("CREATE TABLE more AS SELECT 1 AS x")
    with pytest.raises(DatabaseStoppedError, match="the engine has stopped"), database.translated():
        database._connection.execute("FORCE CHECKPOINT")
    with pytest.raises(DatabaseStoppedError):
        total(database)
    assert "the engine has stopped" in database.broken
    passed(bucket, database)
    assert (total(database), database.broken) == (before, "")
    assert list(database.file.parent.glob("*.aside-*")) == []


@pytest.mark.parametrize("how", ["reopen", "renew"])
def test_readers_at_work_are_told_to_ask_again(database: Database, how: str) -> None:
    """A reader whose database is opened again gets an error that says so, and the next one an answer."""
    act: Callable[..., None] = getattr(database, how)
    with database.snapshot() as snapshot:
        act(DAY)
        with pytest.raises(DatabaseStoppedError, match="ask again"):
            snapshot.rows("SELECT 1")
    assert database.broken == ""
    assert total(database) is not None


def test_what_a_killed_process_had_put_aside_is_removed(file: Path) -> None:
    """Spilled work of a process that has gone does not stay on the disk."""
    spill = file.with_name(file.name + ".tmp")
    spill.mkdir()
    (spill / "duckdb_temp_storage_DEFAULT-0.tmp").write_bytes(b"left")
    database = open_tables(file.parent)
    assert not spill.exists()
    database.close()


def test_work_beyond_memory_and_spill_is_refused(tmp_path: Path) -> None:
    """A question that needs more than memory and its part of the disk ends with that reason; the database goes on."""
    database = open_database(tmp_path / "small.duckdb", EngineLimits(memory_bytes=24 << 20, threads=1), DAY)
    with database.snapshot() as snapshot, pytest.raises(TooMuchError, match="more memory than the engine may use"):
        snapshot.rows("SELECT count(*) FROM (SELECT random() AS x, range AS y FROM range(8000000) ORDER BY x)")
    assert database.broken == ""
    database.close()


@pytest.mark.parametrize(
    ("error", "ours"),
    [
        (duckdb.IOException("Could not write file: No space left on device"), NoRoomError),
        (duckdb.OutOfMemoryException("failed to offload: max_temp_directory_size"), NoRoomError),
        (duckdb.IOException('Database "x" has been invalidated. Original error: No space left'), DatabaseStoppedError),
        (duckdb.InternalException("INTERNAL Error: assertion"), DatabaseStoppedError),
        (duckdb.IOException("Corrupt database file: computed checksum 1 does not match"), DatabaseDamagedError),
    ],
)
def test_errors_of_the_engine_are_told_apart(error: duckdb.Error, ours: type[Exception]) -> None:
    """No room, a stopped engine and a damaged file need different cures, whatever words stand around them."""
    assert isinstance(fault(error, Path("x")), ours)


def test_errors_of_a_statement_are_none_of_ours() -> None:
    """A statement that cannot be understood says nothing about the file."""
    assert fault(duckdb.ParserException("syntax error"), Path("x")) is None
