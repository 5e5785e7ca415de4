"""What the engine's errors mean: the file is damaged, the engine has stopped, there is no room; or the input is bad."""

from __future__ import annotations

from pathlib import Path

import duckdb

from fleetcost.errors import DatabaseDamagedError, DatabaseStoppedError, FleetcostError, NoRoomError, WorkTooLargeError

_DAMAGE = ("corrupt database file", "checksum", "not a valid duckdb database file", "failed to load metadata pointer")
_NO_DISK = ("no space left", "disk quota exceeded", "file too large")
_IN_USE = ("could not set lock on file", "unique file handle conflict")
"""What the engine says of a file that another process, or another database of this one, has open."""

_STOPPED = ("has been invalidated", "checkpoint failed for database")
"""What it says once it gave up on a file, whatever the reason was: only opening the file again helps."""

_CLOSED = "already closed"
"""What it says to those who were at work when the database was opened again."""


def fault(error: duckdb.Error, file: Path) -> FleetcostError | None:
    """
    Return our error for one of the engine's, or None where it speaks of a statement or its input.

    Args:
        error: the engine's
        file: the database
    """
    text = str(error)
    lower = text.lower()
    if any(word in lower for word in _STOPPED):
        return DatabaseStoppedError(f"database {file}: the engine has stopped: {_first_line(text)}")
    if no_disk(error):
        return NoRoomError(
            f"write database {file}: the disk is full ({_first_line(text)}): nothing is lost, what was being written "
            "comes with a later pass; give the data directory more room or keep fewer days"
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        return WorkTooLargeError(
            f"database {file}: the memory budget, with what may be put aside on the disk, is too small for this work "
            f"({_first_line(text)}): nothing is lost; raise the setting memory"
        )
    if any(word in lower for word in _DAMAGE):
        return DatabaseDamagedError(f"read database {file}: {_first_line(text)}")
    if isinstance(error, duckdb.FatalException | duckdb.InternalException):
        return DatabaseStoppedError(f"database {file}: the engine has stopped: {_first_line(text)}")
    return None


def no_disk(error: duckdb.Error) -> bool:
    """Tell whether the disk is full."""
    return any(word in str(error).lower() for word in _NO_DISK)


def closed(error: duckdb.Error) -> bool:
    """Tell whether the database was closed while this was at work."""
    return isinstance(error, duckdb.ConnectionException) and _CLOSED in str(error).lower()


def in_use(error: duckdb.Error) -> bool:
    """Tell whether another process, or another database of this one, has the file open."""
    return any(word in str(error).lower() for word in _IN_USE)


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]
