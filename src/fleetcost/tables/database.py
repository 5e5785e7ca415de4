"""
The embedded database: opened once per process, written by one thread at a time, read by many.

A reader works in its own snapshot and never waits for the writer. The file is a cache: when it is damaged, foreign or
of another version it is moved aside and an empty one takes its place, which the next ingest fills from the bucket.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from fleetcost.errors import (
    DatabaseDamagedError,
    DatabaseStoppedError,
    QuestionEndedError,
    SetDamagedError,
    TooMuchError,
)
from fleetcost.ops import log
from fleetcost.tables.faults import closed, fault, no_disk
from fleetcost.tables.opening import log_of, move_aside, open_file
from fleetcost.tables.parsed import ParsedStatements
from fleetcost.tables.statements import statement

_PATIENCE_SECONDS = 10.0
"""How long closing waits for statements that it has ended."""

_AGAIN_SECONDS = 0.02
"""Pause between two attempts to end what runs; one attempt ends one statement, and a question has several."""

Parameters = Mapping[str, Any]
Row = tuple[Any, ...]

_log = log.get("tables")


@dataclass(frozen=True, slots=True)
class EngineLimits:
    """
    How much of the machine the database may use.

    Attributes:
        memory_bytes: hard limit of the engine's buffers; beyond it work spills to the folder `<file>.tmp`, which
            takes up to `opening.SPILL_FACTOR` times as much
        threads: worker threads
    """

    memory_bytes: int
    threads: int


class Snapshot:
    """One reader's consistent view of the database."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, database: Database) -> None:
        self._cursor = cursor
        self._database = database
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
            NoRoomError: the disk has no room for what does not fit the memory.
            DatabaseDamagedError, DatabaseStoppedError: the file or the engine is broken; the next pass sees to it.
        """
        with self._database.translated():
            try:
                return self._run(sql, parameters).fetchall()
            except duckdb.InterruptException as error:
                raise QuestionEndedError("run a query: it was ended before its answer was there") from error
            except duckdb.OutOfMemoryException as error:
                if isinstance(self, Writer) or no_disk(error):
                    raise
                raise TooMuchError(f"run a query: it needs more memory than the engine may use: {error}") from error

    @property
    def language(self) -> str:
        """The SQL it understands."""
        return "duckdb"

    def keep(self, name: str, query: str, parameters: Parameters | None = None) -> None:
        """Keep a query's rows under a name for the statements that follow; see `rows` for what is raised."""
        self.rows(f"CREATE OR REPLACE TEMP TABLE {name} AS\n{query}", parameters)

    def forget(self) -> None:
        """Begin another question; what it keeps takes the place of what was kept under the same names."""

    def write(self, sql: str, options: str, file: str, parameters: Parameters | None = None) -> None:
        """Write a query's rows into a file; see `rows` for what is raised."""
        quoted = file.replace("'", "''")
        self.rows(f"COPY ({sql}) TO '{quoted}' ({options})", parameters)

    def _run(self, sql: str, parameters: Parameters | None) -> duckdb.DuckDBPyConnection:
        """Run a statement that was parsed at most once, with the parameters that it names."""
        parsed = self._database.parsed.get(sql, self._cursor)
        given = parameters or {}
        return self._cursor.execute(parsed, {name: given[name] for name in parsed.named_parameters})

    def interrupt(self) -> None:
        """End the query that is running, from another thread; without one nothing happens."""
        self._cursor.interrupt()


class Writer(Snapshot):
    """One writing transaction."""

    def execute(self, sql: str, parameters: Parameters | None = None) -> None:
        """
        Run a statement that returns nothing.

        Raises:
            NoRoomError, DatabaseDamagedError, DatabaseStoppedError: as for `rows`; the transaction must be given up.
        """
        with self._database.translated():
            self._cursor.execute(sql, _plain(parameters))

    def add(self, table: str, query: str, parameters: Parameters | None = None) -> None:
        """Add a query's rows to a table; see `execute` for what is raised."""
        self.execute(statement("add", table=table, query=query), parameters)

    @contextmanager
    def reading(self, names: str) -> Iterator[None]:
        """
        Run statements that read set files: what is wrong with their input is the files' fault.

        Args:
            names: of the files, for the message

        Raises:
            SetDamagedError: a file cannot be decoded or does not fit; the transaction must be given up.
        """
        try:
            yield
        except duckdb.Error as error:
            raise SetDamagedError(f"load the rows of {names}: {error}") from error


class Database:
    """
    The database of one aggregator.

    Attributes:
        file: where it lives
        parsed: statements that were used of late
    """

    def __init__(self, file: Path, engine: EngineLimits) -> None:
        self.file = file
        self._engine = engine
        self._write_lock = threading.Lock()
        self.parsed = ParsedStatements()
        self._fault: DatabaseDamagedError | DatabaseStoppedError | None = None
        self._open_cursors: set[duckdb.DuckDBPyConnection] = set()
        self._connection = open_file(file, engine.memory_bytes, engine.threads)

    @property
    def broken(self) -> str:
        """Why the file or the engine cannot go on; empty while all is well. `heal` is the cure."""
        return str(self._fault or "")

    @property
    def place(self) -> str:
        """Where the rows are."""
        return str(self.file)

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Open a consistent view; several statements in it see the same state."""
        with self._cursor() as cursor:
            with self.translated():
                cursor.execute("BEGIN TRANSACTION READ ONLY")
            yield Snapshot(cursor, self)

    @contextmanager
    def transaction(self) -> Iterator[Writer]:
        """Open the one writing transaction; it commits as a whole, or not at all if an exception leaves it."""
        with self._write_lock, self._cursor() as cursor:
            with self.translated():
                cursor.execute("BEGIN TRANSACTION")
            yield Writer(cursor, self)
            with self.translated():
                cursor.execute("COMMIT")

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Translate the engine's errors, and remember those after which nothing works any more."""
        try:
            yield
        except duckdb.Error as error:
            if closed(error):
                reason = self.broken or "it was opened again meanwhile"
                raise DatabaseStoppedError(f"read database {self.file}: {reason}; ask again") from error
            ours = fault(error, self.file)
            if ours is None:
                raise
            if isinstance(ours, DatabaseDamagedError | DatabaseStoppedError):
                self._fault = ours
                _log.error("database broken", reason=str(ours))
            raise ours from error

    def heal(self, now: datetime) -> None:
        """
        Do what the fault needs: a damaged file is replaced, an engine that gave up is started again.

        Raises:
            TryAgainError: the file cannot be opened now; the fault stays and this can be tried again.
        """
        if isinstance(self._fault, DatabaseDamagedError):
            self.renew(now)
        elif self._fault is not None:
            self.reopen(now)

    def renew(self, now: datetime) -> None:
        """
        Begin again after damage: close, and open an empty file in place of the broken one, which is moved aside.

        Readers that are at work are asked to retry.
        """
        with self._write_lock:
            self.close()
            move_aside(self.file, self.broken or "it was asked for", now)
            self._connection = open_file(self.file, self._engine.memory_bytes, self._engine.threads)
            self._fault = None

    def reopen(self, now: datetime) -> None:
        """
        Open the file again after the engine gave up; what was committed is there, and readers are asked to retry.

        Where the file cannot be opened any more, it is moved aside and an empty one takes its place.
        """
        with self._write_lock:
            self.close()
            try:
                self._connection = open_file(self.file, self._engine.memory_bytes, self._engine.threads)
            except DatabaseDamagedError as error:
                move_aside(self.file, str(error), now)
                self._connection = open_file(self.file, self._engine.memory_bytes, self._engine.threads)
            self._fault = None

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        # A cursor is a connection of its own: it inherits neither the catalog in use nor the session's time zone.
        with self.translated():
            cursor = self._connection.cursor()
        self._open_cursors.add(cursor)
        try:
            with self.translated():
                cursor.execute("USE fleetcost")
                cursor.execute("SET TimeZone = 'UTC'")
            yield cursor
        finally:
            self._open_cursors.discard(cursor)
            cursor.close()

    def close(self) -> None:
        """Close the database, every cursor with it; what runs is ended, because the engine does not close under it."""
        patience = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                return self._connection.close()
            except duckdb.ResourceInUseException:
                if time.monotonic() > patience:
                    raise
                for cursor in tuple(self._open_cursors):
                    with suppress(duckdb.Error):  # it was closed meanwhile
                        cursor.interrupt()
                time.sleep(_AGAIN_SECONDS)

    def files(self) -> Mapping[str, int]:
        """Return the sizes of the file and of what lies beside it."""
        found = (one for one in self.file.parent.glob(f"{self.file.name}*") if one.is_file())
        return {one.name: one.stat().st_size for one in found}

    def size_bytes(self) -> int:
        """Return the size of the file and its log."""
        return sum(path.stat().st_size for path in (self.file, log_of(self.file)) if path.exists())


def open_database(file: Path, engine: EngineLimits, now: datetime) -> Database:
    """
    Open the database, or begin an empty one.

    Args:
        file: where it lives
        engine: limits
        now: for the name of a file that must be moved aside

    Raises:
        TryAgainError: another process holds the file, or the disk has no room for an empty one.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        return Database(file, engine)
    except (DatabaseDamagedError, DatabaseStoppedError) as error:
        move_aside(file, str(error), now)
        return Database(file, engine)


def _plain(parameters: Parameters | None) -> dict[str, Any]:
    return dict(parameters or {})
