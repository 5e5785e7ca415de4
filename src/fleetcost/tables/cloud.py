"""Cloud costs in the tables: the ledger of bills, replacing the rows of days; all in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

from fleetcost.errors import SetDamagedError
from fleetcost.model.cloud_cost import CLOUD_COSTS, BillState, CloudCostTotal
from fleetcost.model.cloud_sets import CLOUD_FORMAT_VERSION, CloudSetKey, IntegrationId
from fleetcost.model.window import Window
from fleetcost.tables.database import Writer
from fleetcost.tables.derivation import SetReader, set_query
from fleetcost.tables.ledger import EntryState, aware, naive
from fleetcost.tables.statements import query, statement
from fleetcost.tables.view import View

_TOTALS = statement("totals_cloud_cost", sums=", ".join(f"sum({name}) AS {name}" for name in CLOUD_COSTS))
_READER = SetReader("read_parquet($files)", query("placed_cloud"), "to_json(labels)::VARIANT")


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudEntry:
    """
    One row of the ledger of bills; the columns are those of `sql/schema_cloud.sql`.

    Attributes:
        key: which day of which integration
        path, etag, size_bytes, written_at: the object, as listed when it was read
        ingested_at: when this row was written
        state, reason: what became of it and, unless ingested, why
        version, bill_state, rows, …: from the set's header; zero or empty where it could not be read
    """

    key: CloudSetKey
    path: str
    etag: str
    size_bytes: int
    written_at: datetime
    ingested_at: datetime
    state: EntryState
    reason: str = ""
    version: int = 0
    bill_state: BillState = BillState.ESTIMATED
    rows: int = 0
    bill_rows: int = 0
    unmapped_rows: int = 0
    source: str = ""
    built_at: datetime | None = None
    digest: str = ""
    format_version: int = 0


@dataclass(frozen=True, slots=True)
class CloudFile:
    """
    A cloud cost set on the local disk, ready to be loaded.

    Attributes:
        key: which day of which integration
        rows, totals: what its header says, to be held against what was loaded
        version: of its format
    """

    key: CloudSetKey
    rows: int
    totals: tuple[CloudCostTotal, ...]
    file: Path
    version: int = CLOUD_FORMAT_VERSION


def read_cloud_ledger(snapshot: View) -> Mapping[str, CloudEntry]:
    """Return every entry by its path."""
    return {row[0]: _entry(row) for row in snapshot.rows(statement("cloud_ledger"))}


def write_cloud_entries(writer: Writer, entries: Sequence[CloudEntry]) -> None:
    """Put entries in the place of those with the same paths."""
    if not entries:
        return
    writer.execute(statement("drop_cloud_ledger"), {"paths": [entry.path for entry in entries]})
    columns = {name: [read(entry) for entry in entries] for name, read in _COLUMNS.items()}
    writer.execute(statement("write_cloud_ledger"), columns)
    writer.execute(statement("next_generation"))


def drop_cloud(writer: Writer, keys: Sequence[CloudSetKey]) -> None:
    """Remove the rows of these days."""
    if keys:
        writer.execute(statement("drop_cloud_cost"), _touched(keys))


def load_cloud(writer: Writer, files: Sequence[CloudFile]) -> None:
    """
    Add the rows of cloud cost sets.

    Raises:
        SetDamagedError: a file's rows cannot be decoded or are not what its header says; the transaction must be given
            up.
    """
    if not files:
        return
    with writer.reading(", ".join(str(file.key) for file in files[:3])):
        for version in sorted({file.version for file in files}):
            of_version = [file for file in files if file.version == version]
            writer.add("cloud_cost_1d", set_query("cloud_cost", _READER, version), _parameters(of_version))
    _check(writer, files)


def expire_cloud(writer: Writer, before: datetime) -> None:
    """Remove the bills of days that ended at or before a time."""
    ((ended,),) = writer.rows(statement("count_ended_bills"), {"before": naive(before)})
    if ended:
        for table in ("cloud_cost_1d", "cloud_ledger", "reconciled_asset", "reconciled_day"):
            writer.execute(statement("expire_cloud", table=table), {"before": naive(before)})
        writer.execute(statement("next_generation"))


def _check(writer: Writer, files: Sequence[CloudFile]) -> None:
    """Hold rows and costs of each file against its header."""
    found: dict[tuple[Any, Any], list[tuple[Any, ...]]] = {}
    for integration, start, *rest in writer.rows(_TOTALS, _touched([f.key for f in files])):
        found.setdefault((integration, start), []).append(tuple(rest))
    for file in files:
        loaded = found.get((file.key.integration, naive(file.key.window.start)), [])
        rows = sum(int(row[1]) for row in loaded)
        totals = [(row[0], *map(Decimal, row[2:])) for row in loaded]
        header = [(one.currency, *(getattr(one, name) for name in CLOUD_COSTS)) for one in file.totals]
        if rows != file.rows or totals != header:
            raise SetDamagedError(
                f"load {file.key}: {rows} rows with the totals {totals} were found, its header says {file.rows} and "
                f"{header}"
            )


def _parameters(files: Sequence[CloudFile]) -> dict[str, Any]:
    return {
        "files": [str(file.file) for file in files],
        "integrations": [file.key.integration for file in files],
        "starts": [naive(file.key.window.start) for file in files],
        "ends": [naive(file.key.window.end) for file in files],
    }


def _touched(keys: Sequence[CloudSetKey]) -> dict[str, Any]:
    starts = [naive(key.window.start) for key in keys]
    return {
        "integrations": [key.integration for key in keys],
        "starts": starts,
        "oldest": min(starts),
        "newest": max(starts),
    }


def _entry(row: tuple[Any, ...]) -> CloudEntry:
    return CloudEntry(
        path=row[0],
        key=CloudSetKey(IntegrationId(row[1]), Window(aware(row[2]), aware(row[3]))),
        etag=row[4],
        size_bytes=row[5],
        written_at=aware(row[6]),
        ingested_at=aware(row[7]),
        state=EntryState(row[8]),
        reason=row[9],
        version=row[10],
        bill_state=BillState(row[11]),
        rows=row[12],
        bill_rows=row[13],
        unmapped_rows=row[14],
        source=row[15],
        built_at=aware(row[16]) if row[16] else None,
        digest=row[17],
        format_version=row[18],
    )


_COLUMNS: Mapping[str, Callable[[CloudEntry], Any]] = MappingProxyType(
    {
        "path": lambda entry: entry.path,
        "integration": lambda entry: entry.key.integration,
        "window_start": lambda entry: naive(entry.key.window.start),
        "window_end": lambda entry: naive(entry.key.window.end),
        "etag": lambda entry: entry.etag,
        "size_bytes": lambda entry: entry.size_bytes,
        "written_at": lambda entry: naive(entry.written_at),
        "ingested_at": lambda entry: naive(entry.ingested_at),
        "state": lambda entry: entry.state.value,
        "reason": lambda entry: entry.reason,
        "version": lambda entry: entry.version,
        "bill_state": lambda entry: entry.bill_state.value,
        "rows": lambda entry: entry.rows,
        "bill_rows": lambda entry: entry.bill_rows,
        "unmapped_rows": lambda entry: entry.unmapped_rows,
        "source": lambda entry: entry.source,
        "built_at": lambda entry: naive(entry.built_at) if entry.built_at else None,
        "digest": lambda entry: entry.digest,
        "format_version": lambda entry: entry.format_version,
    }
)
"""The columns of the table, in its order, each with where it comes from."""
