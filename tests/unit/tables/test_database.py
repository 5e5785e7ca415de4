"""The embedded database: a cache that heals itself, with snapshots and one writer."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from builders import DAY, allocation, allocation_set, asset_set, bucket_of, ingest, node, open_tables, put
from fleetcost.errors import DatabaseStoppedError, QuestionEndedError, TryAgainError
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Resolution
from fleetcost.sets.cost_set import CostSet
from fleetcost.sets.schema import SCHEMAS
from fleetcost.tables.database import Database, EngineLimits, Writer, open_database
from fleetcost.tables.rows import TABLE_OF
from fleetcost.tables.schema import SCHEMA_VERSION

ENGINE = EngineLimits(memory_bytes=1 << 29, threads=2)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty database."""
    opened = open_tables(tmp_path)
    yield opened
    opened.close()


def count(database: Database, table: str = "ledger") -> int:
    """Return how many rows a table has."""
    with database.snapshot() as snapshot:
        return int(snapshot.rows(f"SELECT count(*) FROM {table}")[0][0])


def reopened(file: Path) -> Database:
    """Open a file that may be anything."""
    return open_database(file, ENGINE, DAY)


def test_a_new_database_has_every_table_empty(database: Database) -> None:
    """Ledger, allocations, assets and idle are there for both resolutions, without a row."""
    tables = ["ledger", *(f"{name}_{res}" for name in ("allocation", "asset", "idle") for res in Resolution)]
    assert [count(database, table) for table in tables] == [0] * len(tables)


@pytest.mark.parametrize("kind", list(SetKind))
@pytest.mark.parametrize("resolution", list(Resolution))
def test_tables_hold_every_column_of_the_format(database: Database, kind: SetKind, resolution: Resolution) -> None:
    """A column of the set files is a column of the table, after the four that tell which set it came from."""
    with database.snapshot() as snapshot:
        rows = snapshot.rows(f"DESCRIBE {TABLE_OF[kind]}_{resolution}")
    names = [row[0] for row in rows]
    assert names[:4] == ["cluster", "window_start", "window_end", "currency"]
    assert sorted(names[4:]) == sorted(SCHEMAS[kind].names)


def test_what_was_committed_is_there_after_a_restart(tmp_path: Path) -> None:
    """Closing and opening again loses nothing."""
    database = open_tables(tmp_path)
    ingest(bucket_of(allocation_set(), asset_set()), database)
    database.close()
    again = open_tables(tmp_path)
    assert (count(again), count(again, "allocation_1h"), count(again, "idle_1h")) == (2, 1, 1)
    again.close()


def test_what_was_not_committed_is_not_there(database: Database) -> None:
    """An exception that leaves a transaction takes everything of it back."""
    with pytest.raises(duckdb.Error), database.transaction() as writer:
        _write_and_fail(writer)
    assert count(database, "meta") == 1
    with database.transaction() as writer:
        writer.execute("INSERT INTO meta VALUES (9, 'x')")
    assert count(database, "meta") == 2


def test_a_killed_process_loses_nothing_it_committed(tmp_path: Path) -> None:
    """A process that ends without closing leaves a database that opens with all its transactions."""
    program = (
        "import os, sys; sys.path.insert(0, sys.argv[2]); from pathlib import Path\n"
        "from builders import *\n"
        "ingest(bucket_of(allocation_set(), asset_set()), open_tables(Path(sys.argv[1]))); os._exit(9)"
    )
    tests = Path(__file__).parents[2]
    environment = {"PYTHONPATH": f"{tests.parent / 'src'}"}
    done = subprocess.run([sys.executable, "-c", program, tmp_path, tests], env=environment, check=False)
    assert done.returncode == 9
    database = open_tables(tmp_path)
    assert (count(database), count(database, "allocation_1h")) == (2, 1)
    database.close()


@pytest.mark.parametrize("content", [b"", b"garbage", b"garbage" * 10_000, b"SQLite format 3\0" * 300])
@pytest.mark.parametrize("folder", ["data", "blocks", "lock"])
def test_a_file_that_is_no_database_is_moved_aside(tmp_path: Path, content: bytes, folder: str) -> None:
    """Garbage is kept under another name, an empty database takes its place, whatever the folder is called."""
    file = tmp_path / folder / "x.duckdb"
    file.parent.mkdir()
    file.write_bytes(content)
    database = reopened(file)
    assert count(database) == 0
    assert (file.parent / "x.duckdb.aside-20260110T000000Z").read_bytes() == content
    database.close()


@pytest.mark.parametrize("version", [SCHEMA_VERSION - 1, SCHEMA_VERSION + 1])
def test_another_schema_version_is_moved_aside(tmp_path: Path, version: int) -> None:
    """A database of an older or newer build is not migrated but rebuilt from the bucket."""
    database = open_tables(tmp_path)
    with database.transaction() as writer:
        writer.execute(f"UPDATE meta SET schema_version = {version}")
    database.close()
    again = open_tables(tmp_path)
    with again.snapshot() as snapshot:
        assert snapshot.rows("SELECT schema_version FROM meta") == [(SCHEMA_VERSION,)]
    assert len(list(tmp_path.glob("*.aside-*"))) == 1
    again.close()


def test_a_database_of_somebody_else_is_moved_aside(tmp_path: Path) -> None:
    """A file of the same engine without our tables is not ours to write into."""
    database = open_tables(tmp_path)
    with database.transaction() as writer:
        writer.execute("DROP TABLE meta")
    database.close()
    again = open_tables(tmp_path)
    assert count(again, "meta") == 1
    again.close()


def test_a_log_without_its_database_is_nothing(tmp_path: Path) -> None:
    """Whoever deletes the database and forgets its write-ahead log gets an empty database."""
    (tmp_path / "test.duckdb.wal").write_bytes(b"left behind")
    database = open_tables(tmp_path)
    assert count(database) == 0
    assert database.size_bytes() > 0
    database.close()


def test_a_database_in_use_is_left_alone(database: Database) -> None:
    """A second aggregator on one file is asked to wait; the file of the first is not moved aside."""
    with pytest.raises(TryAgainError, match="another aggregator holds it"):
        reopened(database.file)
    assert list(database.file.parent.glob("*.aside-*")) == []
    program = (
        "import sys; from pathlib import Path; from datetime import datetime\n"
        "from fleetcost.errors import TryAgainError\n"
        "from fleetcost.tables.database import *\n"
        "try: open_database(Path(sys.argv[1]), EngineLimits(1 << 28, 1), datetime.now())\n"
        "except TryAgainError: sys.exit(7)"
    )
    environment = {"PYTHONPATH": f"{Path(__file__).parents[3] / 'src'}"}
    done = subprocess.run([sys.executable, "-c", program, database.file], env=environment, check=False)
    assert done.returncode == 7
    assert count(database) == 0


def test_a_snapshot_sees_one_state(database: Database) -> None:
    """A reader that began before a write sees nothing of it, however often it looks; a later reader sees all."""
    with database.snapshot() as early:
        assert early.rows("SELECT count(*) FROM ledger") == [(0,)]
        ingest(bucket_of(allocation_set(), asset_set()), database)
        assert early.rows("SELECT count(*) FROM ledger") == [(0,)]
        assert early.rows("SELECT count(*) FROM allocation_1h") == [(0,)]
    with database.snapshot() as late:
        assert late.rows("SELECT (SELECT count(*) FROM ledger), (SELECT count(*) FROM allocation_1h)") == [(2, 1)]


def test_a_snapshot_cannot_write(database: Database) -> None:
    """A reader that tries to write is refused by the engine itself."""
    with database.snapshot() as snapshot, pytest.raises(Exception, match="read-only"):
        snapshot.rows("INSERT INTO meta VALUES (9, 'x') RETURNING 1")


@pytest.mark.parametrize(
    "how",
    [Database.close, lambda database: database.renew(DAY), lambda database: database.reopen(DAY)],
    ids=["closed", "renewed", "opened again"],
)
def test_a_statement_that_runs_does_not_keep_a_database_from_closing(
    database: Database, how: Callable[[Database], None]
) -> None:
    """Closing ends a statement that would run for hours, and its reader gets an error of ours."""
    reads = threading.Event()

    def read() -> None:
        with database.snapshot() as snapshot:
            reads.set()
            snapshot.rows("SELECT sum(a.range * b.range) FROM range(10000000) AS a, range(10000000) AS b")

    with ThreadPoolExecutor() as pool:
        reading = pool.submit(read)
        assert reads.wait(10)
        how(database)
        assert isinstance(reading.exception(10), QuestionEndedError | DatabaseStoppedError)


def test_readers_see_whole_sets_while_a_writer_writes(database: Database) -> None:
    """Whatever the writer does meanwhile, every reader finds allocations, assets and idle that belong together."""
    bucket = bucket_of(allocation_set(), asset_set())
    stop = threading.Event()
    question = (
        "SELECT (SELECT sum(cpu_cost) FROM allocation_1h), (SELECT sum(cpu_cost) FROM idle_1h), "
        "(SELECT sum(cost) FROM asset_1h)"
    )

    def read() -> set[tuple[object, ...]]:
        seen = set()
        while not stop.is_set():
            with database.snapshot() as snapshot:
                allocated, idle, assets = snapshot.rows(question)[0]
                seen.add((allocated, assets))
                assert (allocated or 0) + (idle or 0) == (assets or 0)
        return seen

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read) for _ in range(3)]
        try:
            for cost in range(1, 6):
                rows, nodes = _costing(cost)
                put(bucket, rows, nodes)
                ingest(bucket, database)
        finally:
            stop.set()
        seen = set().union(*(reader.result() for reader in readers))
    assert len(seen) > 1


def _write_and_fail(writer: Writer) -> None:
    writer.execute("INSERT INTO meta VALUES (9, 'x')")
    writer.execute("INSERT INTO nothing VALUES (1)")


def _costing(cost: int) -> tuple[CostSet, CostSet]:
    return allocation_set([allocation(cpu_cost=cost)]), asset_set([node(cpu_cost=3 * cost)])
