"""Replacing the rows of cluster-windows: drop, load, derive; all inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from fleetcost.errors import SetDamagedError, TryAgainError
from fleetcost.model.sets import SetKey, SetKind
from fleetcost.model.window import Resolution
from fleetcost.tables.database import Writer
from fleetcost.tables.ledger import forget_expired, naive
from fleetcost.tables.statements import statement

TABLE_OF = {SetKind.ALLOCATIONS: "allocation", SetKind.ASSETS: "asset"}


@dataclass(frozen=True, slots=True)
class SetFile:
    """A set file on the local disk, ready to be loaded."""

    key: SetKey
    currency: str
    file: Path


def drop_rows(writer: Writer, keys: Sequence[SetKey]) -> None:
    """Remove the rows of these sets."""
    for kind, resolution in sorted({(key.kind, key.resolution) for key in keys}):
        chosen = [key for key in keys if (key.kind, key.resolution) == (kind, resolution)]
        _drop(writer, TABLE_OF[kind], resolution, chosen)


def load_files(writer: Writer, files: Sequence[SetFile]) -> None:
    """
    Add the rows of set files.

    Raises:
        SetDamagedError: a file's rows cannot be decoded or do not fit the table; the transaction must be given up.
        TryAgainError: the engine has run out of memory or disk.
    """
    for kind, resolution in sorted({(file.key.kind, file.key.resolution) for file in files}):
        chosen = [file for file in files if (file.key.kind, file.key.resolution) == (kind, resolution)]
        parameters = {"files": [str(file.file) for file in chosen], "keys": [_file_key(file) for file in chosen]}
        try:
            writer.execute(statement(f"load_{TABLE_OF[kind]}", resolution), parameters)
        except (duckdb.OutOfMemoryException, duckdb.FatalException) as error:
            # Not the files' fault: marking them damaged would take good rows out of the tables.
            raise TryAgainError(f"load {len(chosen)} set files: {error}") from error
        except duckdb.Error as error:
            if "No space left" in str(error):
                raise TryAgainError(f"load {len(chosen)} set files: {error}") from error
            names = ", ".join(str(file.key) for file in chosen)
            raise SetDamagedError(f"load the rows of {names}: {error}") from error


def derive(writer: Writer, keys: Sequence[SetKey]) -> None:
    """Recompute what follows from the rows of these cluster-windows."""
    for resolution in Resolution:
        touched = [key for key in keys if key.resolution is resolution]
        if touched:
            _drop(writer, "idle", resolution, touched)
            writer.execute(statement("derive_idle", resolution), {"keys": _window_keys(touched)})


def expire(writer: Writer, resolution: Resolution, before: datetime) -> None:
    """
    Remove the rows of windows of this resolution that ended at or before a time, and what the ledger knows of them.

    The ledger speaks of what is in the tables: were the retention raised later, these sets would be read again.
    """
    for table in (*TABLE_OF.values(), "idle"):
        writer.execute(statement("expire", resolution, table), {"before": naive(before)})
    forget_expired(writer, resolution, before)


def _drop(writer: Writer, table: str, resolution: Resolution, keys: Sequence[SetKey]) -> None:
    writer.execute(statement("drop_window", resolution, table), {"keys": _window_keys(keys)})


def _window_keys(keys: Sequence[SetKey]) -> list[dict[str, Any]]:
    windows = sorted({(key.cluster, key.window.start) for key in keys})
    return [{"cluster": cluster, "window_start": naive(start)} for cluster, start in windows]


def _file_key(file: SetFile) -> dict[str, Any]:
    window = file.key.window
    return {
        "file": str(file.file),
        "cluster": file.key.cluster,
        "window_start": naive(window.start),
        "window_end": naive(window.end),
        "currency": file.currency,
    }
