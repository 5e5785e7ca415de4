"""
A scratch database: the engine for one piece of work in bounded memory, on files that are not the aggregator's.

It lives in a folder of its own, spills into it, and leaves nothing behind.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from fleetcost.errors import BillDamagedError
from fleetcost.tables.database import EngineLimits, Parameters, Row
from fleetcost.tables.faults import fault

_SAID_LINES = 3

_THREAD_BYTES = 256 * 1024 * 1024
"""What one thread needs to read CSV: several buffers of 32 MB; more threads than fit end in an engine out of memory."""


class Scratch:
    """
    A database for the length of one piece of work.

    Attributes:
        folder: where it lives; files may be put there and go with it
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self._connection = connection
        self.folder = folder

    def execute(self, sql: str, parameters: Parameters | None = None, *, about: str = "") -> None:
        """
        Run a statement.

        Args:
            sql: the statement
            parameters: by name
            about: what it reads, for messages

        Raises:
            BillDamagedError: what it reads cannot be decoded or converted.
            NoRoomError, DatabaseStoppedError: the disk or the memory is used up; the engine gave up.
        """
        self.rows(sql, parameters, about=about)

    def rows(self, sql: str, parameters: Parameters | None = None, *, about: str = "") -> list[Row]:
        """Run a query and return all its rows; raises as `execute`."""
        try:
            return self._connection.execute(sql, dict(parameters or {})).fetchall()
        except duckdb.Error as error:
            ours = fault(error, self.folder)
            if ours is not None:
                raise ours from error
            raise BillDamagedError(f"read {about or 'bills'}: {_message(error)}") from error


@contextmanager
def scratch(folder: Path, engine: EngineLimits) -> Iterator[Scratch]:
    """
    Open a scratch database for the length of the block.

    Args:
        folder: where a folder for it is made
        engine: limits
    """
    folder.mkdir(parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="scratch-", dir=folder))
    connection = duckdb.connect(":memory:")
    try:
        for setting in _settings(home, engine):
            connection.execute(setting)
        yield Scratch(connection, home)
    finally:
        connection.close()
        shutil.rmtree(home, ignore_errors=True)


def _message(error: duckdb.Error) -> str:
    """Return the first lines of what the engine says, without its options and the statement."""
    said = re.split(r"\n\s*(?:LINE \d+:|Candidate functions)", str(error), maxsplit=1)[0]
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return " ".join(lines[:_SAID_LINES])


def _settings(home: Path, engine: EngineLimits) -> tuple[str, ...]:
    quoted = str(home).replace("'", "''")
    return (
        f"SET memory_limit = '{engine.memory_bytes}B'",
        f"SET threads = {max(1, min(engine.threads, engine.memory_bytes // _THREAD_BYTES))}",
        f"SET temp_directory = '{quoted}/spill'",
        "SET preserve_insertion_order = false",
        "SET autoinstall_known_extensions = false",
        "SET autoload_known_extensions = false",
        "SET TimeZone = 'UTC'",
        f"ATTACH '{quoted}/work.duckdb' AS work (STORAGE_VERSION 'latest')",
        "USE work",
    )
