"""Opening the embedded database's file: settings of the engine, the tables of an empty file, what cannot be used."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import duckdb

from fleetcost import __version__
from fleetcost.errors import DatabaseDamagedError, TryAgainError
from fleetcost.ops import log
from fleetcost.tables.faults import fault, in_use
from fleetcost.tables.schema import SCHEMA, SCHEMA_VERSION

ROW_GROUP_ROWS = 61_440
"""
Half of the engine's default. A load leaves one row group a thread unfilled, which the next checkpoint writes again:
with smaller ones less is written twice. Still smaller ones cost space.
"""

SPILL_FACTOR = 4
"""How much may lie on the disk for each byte of memory; work that needs more is given up."""

_log = log.get("tables")


def move_aside(file: Path, reason: str, now: datetime) -> None:
    """Rename a database that cannot be used; the last one is kept for who wants to look, older ones are removed."""
    for older in file.parent.glob(f"{file.name}.aside-*"):
        older.unlink(missing_ok=True)
    aside = file.with_name(f"{file.name}.aside-{now:%Y%m%dT%H%M%SZ}")
    if file.exists():
        file.rename(aside)
    log_of(file).unlink(missing_ok=True)
    _log.warning("database moved aside; rebuilding from the bucket", reason=reason, moved_to=str(aside))


def open_file(file: Path, memory_bytes: int, threads: int) -> duckdb.DuckDBPyConnection:
    """
    Open the database's file, or begin an empty one.

    Args:
        file: where it lives
        memory_bytes: hard limit of the engine's buffers
        threads: worker threads

    Raises:
        TryAgainError: another process holds it, or there is no room.
        DatabaseDamagedError: it is no database of this version.
    """
    new = not file.exists()
    if new:
        log_of(file).unlink(missing_ok=True)
    connection = duckdb.connect(":memory:")
    try:
        _configure(connection, file, memory_bytes, threads)
        connection.execute(
            f"ATTACH '{_quoted(file)}' AS fleetcost (STORAGE_VERSION 'latest', ROW_GROUP_SIZE {ROW_GROUP_ROWS})"
        )
        connection.execute("USE fleetcost")
        # The file is ours now, so what lies there was left by a process that was killed.
        shutil.rmtree(_spill_of(file), ignore_errors=True)
        if new:
            _create(connection)
        _check(connection, file)
    except duckdb.Error as error:
        connection.close()
        if in_use(error):
            raise TryAgainError(f"open database {file}: another aggregator holds it: {error}") from error
        raise fault(error, file) or DatabaseDamagedError(f"open database {file}: {error}") from error
    except DatabaseDamagedError:
        connection.close()
        raise
    return connection


def _configure(connection: duckdb.DuckDBPyConnection, file: Path, memory_bytes: int, threads: int) -> None:
    settings = {
        "memory_limit": f"'{memory_bytes}B'",
        "threads": threads,
        "temp_directory": f"'{_quoted(_spill_of(file))}'",
        "max_temp_directory_size": f"'{memory_bytes * SPILL_FACTOR}B'",
        # Every statement whose order matters says so; keeping the order of what is loaded costs a fifth of the time.
        "preserve_insertion_order": "false",
        # Buffered row groups of a load are not counted against the limit before they are written.
        "write_buffer_row_group_count": 1,
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    for name, value in settings.items():
        connection.execute(f"SET {name} = {value}")


def _create(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("BEGIN TRANSACTION")
    for each in SCHEMA:
        connection.execute(each)
    connection.execute("INSERT INTO meta VALUES (?, ?)", [SCHEMA_VERSION, __version__])
    connection.execute("COMMIT")


def _check(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    found = connection.execute("SELECT schema_version FROM meta").fetchall()
    if found != [(SCHEMA_VERSION,)]:
        raise DatabaseDamagedError(f"open database {file}: schema version {found}, this build uses {SCHEMA_VERSION}")


def log_of(file: Path) -> Path:
    """Return where the engine logs what the file does not hold yet."""
    return file.with_name(file.name + ".wal")


def _spill_of(file: Path) -> Path:
    return file.with_name(file.name + ".tmp")


def _quoted(file: Path) -> str:
    return str(file).replace("'", "''")
