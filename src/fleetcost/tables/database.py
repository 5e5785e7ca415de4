"""
The embedded database: opened once per process, written by one thread at a time, read by many.

A reader works in its own snapshot and never waits for the writer. The file is a cache: when it is damaged, foreign or
of another version it is moved aside and an empty one takes its place, which the next ingest fills from the bucket.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from fleetcost import __version__
from fleetcost.errors import DatabaseDamagedError, QuestionEndedError, TooMuchError, TryAgainError
from fleetcost.model.window import Resolution
from fleetcost.ops import log
from fleetcost.tables.statements import statement

SCHEMA_VERSION = 2
"""Raise it with any change of `sql/schema*.sql`; an older file is moved aside and rebuilt."""

_IN_USE = ("Could not set lock on file", "Unique file handle conflict")
"""What the engine says of a file that another process, or another database of this one, has open."""

Parameters = Mapping[str, Any]
Row = tuple[Any, ...]

_log = log.get("tables")


@dataclass(frozen=True, slots=True)
class Engine:
    """
    How much of the machine the database may use.

    Attributes:
        memory_bytes: hard limit of the engine's buffers; beyond it work spills to `<file>.tmp`
        threads: worker threads
    """

    memory_bytes: int
    threads: int


class Snapshot:
    """One reader's consistent view of the database."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor
        # The engine fixes a view at its first query, not when the transaction begins.
        ((generation,),) = self.rows(statement("generation"))
        self.generation: int = generation
        """How often the ledger had been written: what was made of one generation is true in every view of it."""

    def rows(self, sql: str, parameters: Parameters | None = None) -> list[Row]:
        """
        Run a query and return all its rows.

        Raises:
            QuestionEndedError: `interrupt` was called meanwhile.
            TooMuchError: it needs more memory than the engine may use.
        """
        try:
            return self._cursor.execute(sql, _plain(parameters)).fetchall()
        except duckdb.InterruptException as error:
            raise QuestionEndedError("run a query: it was ended before its answer was there") from error
        except duckdb.OutOfMemoryException as error:
            raise TooMuchError(f"run a query: it needs more memory than the engine may use: {error}") from error

    def interrupt(self) -> None:
        """End the query that is running, from another thread; without one nothing happens."""
        self._cursor.interrupt()


class Writer(Snapshot):
    """One writing transaction."""

    def execute(self, sql: str, parameters: Parameters | None = None) -> None:
        """Run a statement that returns nothing."""
        self._cursor.execute(sql, _plain(parameters))


class Database:
    """The database of one aggregator."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, file: Path) -> None:
        self._connection = connection
        self._write_lock = threading.Lock()
        self.file = file

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Open a consistent view; several statements in it see the same state."""
        cursor = self._cursor()
        try:
            cursor.execute("BEGIN TRANSACTION READ ONLY")
            yield Snapshot(cursor)
        finally:
            cursor.close()

    @contextmanager
    def transaction(self) -> Iterator[Writer]:
        """Open the one writing transaction; it commits as a whole, or not at all if an exception leaves it."""
        with self._write_lock:
            cursor = self._cursor()
            try:
                cursor.execute("BEGIN TRANSACTION")
                yield Writer(cursor)
                cursor.execute("COMMIT")
            finally:
                cursor.close()

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        # A cursor is a connection of its own: it inherits neither the catalog in use nor the session's time zone.
        cursor = self._connection.cursor()
        cursor.execute("USE fleetcost")
        cursor.execute("SET TimeZone = 'UTC'")
        return cursor

    def close(self) -> None:
        """Close the database; every cursor with it."""
        self._connection.close()

    def size_bytes(self) -> int:
        """Return the size of the file and its log."""
        return sum(path.stat().st_size for path in (self.file, _log_of(self.file)) if path.exists())


def open_database(file: Path, engine: Engine, now: datetime) -> Database:
    """
    Open the database, or begin an empty one.

    Args:
        file: where it lives
        engine: limits
        now: for the name of a file that must be moved aside

    Raises:
        TryAgainError: another process holds the file.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _open(file, engine)
    except DatabaseDamagedError as error:
        aside = file.with_name(f"{file.name}.aside-{now:%Y%m%dT%H%M%SZ}")
        file.rename(aside)
        _log_of(file).unlink(missing_ok=True)
        _log.warning("database moved aside; rebuilding from the bucket", reason=str(error), moved_to=str(aside))
        return _open(file, engine)


def _open(file: Path, engine: Engine) -> Database:
    new = not file.exists()
    if new:
        _log_of(file).unlink(missing_ok=True)
    connection = duckdb.connect(":memory:")
    try:
        _configure(connection, file, engine)
        connection.execute(f"ATTACH '{_quoted(file)}' AS fleetcost (STORAGE_VERSION 'latest')")
        connection.execute("USE fleetcost")
        if new:
            _create(connection)
        _check(connection, file)
    except duckdb.Error as error:
        connection.close()
        if any(words in str(error) for words in _IN_USE):
            raise TryAgainError(f"open database {file}: another aggregator holds it: {error}") from error
        raise DatabaseDamagedError(f"open database {file}: {error}") from error
    except DatabaseDamagedError:
        connection.close()
        raise
    return Database(connection, file)


def _configure(connection: duckdb.DuckDBPyConnection, file: Path, engine: Engine) -> None:
    connection.execute(f"SET memory_limit = '{engine.memory_bytes}B'")
    connection.execute(f"SET threads = {engine.threads}")
    connection.execute(f"SET temp_directory = '{_quoted(file)}.tmp'")
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute("SET autoload_known_extensions = false")


def _create(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("BEGIN TRANSACTION")
    connection.execute(statement("schema"))
    for resolution in Resolution:
        connection.execute(statement("schema_resolution", resolution))
    connection.execute("INSERT INTO meta VALUES (?, ?)", [SCHEMA_VERSION, __version__])
    connection.execute("COMMIT")


def _check(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    found = connection.execute("SELECT schema_version FROM meta").fetchall()
    if found != [(SCHEMA_VERSION,)]:
        raise DatabaseDamagedError(f"open database {file}: schema version {found}, this build uses {SCHEMA_VERSION}")


def _log_of(file: Path) -> Path:
    """Return the engine's write-ahead log, which is nothing without its database."""
    return file.with_name(file.name + ".wal")


def _quoted(file: Path) -> str:
    return str(file).replace("'", "''")


def _plain(parameters: Parameters | None) -> dict[str, Any]:
    return dict(parameters or {})
