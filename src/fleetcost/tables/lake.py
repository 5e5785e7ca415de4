"""The tables as Parquet files: what is exported, in which types, window by window."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from fleetcost.model.window import Resolution, Window
from fleetcost.tables.database import Snapshot, Writer
from fleetcost.tables.ledger import aware, naive
from fleetcost.tables.rollups import ROLLUPS
from fleetcost.tables.schema import SCHEMA_VERSION
from fleetcost.tables.statements import query, statement

WINDOWED = ("container", *(rollup.name for rollup in ROLLUPS), "asset", "idle", "tenancy")
"""Tables that exist per resolution and are written window by window."""

BILLED = "cloud_cost"
"""The windowed table that only days have."""

WHOLE = ("label_set", "ledger", "cloud_ledger", "reconciled_day", "reconciled_asset")
"""Tables that are written as one."""

ROWS_PER_FILE = 2_000_000
"""A window with more rows becomes several files."""

_OPTIONS = "FORMAT parquet, COMPRESSION zstd"
_CASTS: Mapping[str, str] = MappingProxyType(
    {
        "HUGEINT": "{0}::DECIMAL(38, 0)",
        "USMALLINT": "{0}::INTEGER",
        "UBIGINT": "({0}::HUGEINT - 9223372036854775808)::BIGINT",
        "VARIANT": "to_json({0})::JSON::MAP(VARCHAR, VARCHAR)",
    }
)
_BACK: Mapping[str, str] = MappingProxyType(
    {"UBIGINT": "({0}::HUGEINT + 9223372036854775808)::UBIGINT", "VARIANT": "to_json({0})::VARIANT"}
)
"""How what `_CASTS` made is the engine's own type again, where it is not cast by itself."""

_NEAREST = MappingProxyType({"container": "cluster, namespace, controller, pod, container"})


@dataclass(frozen=True, slots=True)
class StoredColumn:
    """A column of the lake: its name and its type as the embedded engine writes it."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class LakeWindow:
    """
    One window as the ledger knows it.

    Attributes:
        resolution, window: which
        mark: a text that changes whenever one of its objects does, or the columns of the tables
    """

    resolution: Resolution
    window: Window
    mark: str


@dataclass(frozen=True, slots=True)
class Exported:
    """One file: where it is now, its rows."""

    file: Path
    rows: int


def states(snapshot: Snapshot, maker: str = "") -> tuple[LakeWindow, ...]:
    """
    Return every window of the ledger.

    Args:
        snapshot: with the ledger
        maker: what makes the files; another one's are made again
    """
    return tuple(
        LakeWindow(Resolution(resolution), Window(aware(start), aware(end)), f"{maker}{SCHEMA_VERSION} {mark}")
        for resolution, start, end, mark in snapshot.rows(statement("lake_windows"))
    )


def columns(snapshot: Snapshot, table: str) -> tuple[StoredColumn, ...]:
    """Return a table's columns in the lake; of a windowed table with its resolution, such as `container_1d`."""
    return tuple(StoredColumn(row[0], row[1]) for row in snapshot.rows(f"DESCRIBE {_rows(snapshot, table)}"))


def required(snapshot: Snapshot, table: str) -> tuple[str, ...]:
    """Return the columns of a table that have a value in every row."""
    return tuple(row[0] for row in snapshot.rows(f"DESCRIBE {table}") if row[2] == "NO")


def export_window(snapshot: Snapshot, table: str, window: Window, folder: Path) -> Iterator[Exported]:
    """Write one window of a table into a folder; no file where it has no rows."""
    within = f"window_start = TIMESTAMP '{naive(window.start):%Y-%m-%d %H:%M:%S}'"
    yield from _export(snapshot, table, within, folder)


def export_whole(snapshot: Snapshot, table: str, folder: Path) -> Iterator[Exported]:
    """Write a whole table into a folder; no file where it has no rows."""
    yield from _export(snapshot, table, "TRUE", folder)


def restore(writer: Writer, table: str, files: Sequence[Path]) -> None:
    """Put the rows of a table's lake files in the place of what is there; of a table whose types are the lake's own."""
    writer.execute(statement("empty", table=table))
    if files:
        writer.execute(statement("restore", table=table), {"files": [str(file) for file in files]})


def load_files(writer: Writer, table: str, files: Sequence[Path]) -> None:
    """Add the rows of a table's lake files to the embedded engine's table, back in its own types."""
    parameters = {"files": [str(file) for file in files]}
    found = writer.rows("DESCRIBE SELECT * FROM read_parquet($files, union_by_name = true)", parameters)
    there = {str(row[0]) for row in found}
    types = {str(row[0]): str(row[1]) for row in writer.rows(f"DESCRIBE {table}")}
    chosen = [
        f"{_BACK.get(types[name], '{0}').format(quoted)} AS {quoted}"
        for name, quoted in ((one, f'"{one}"') for one in types if one in there)
    ]
    # A proof is only asked for when the same label set is loaded again.
    chosen += ["0 AS proof"] if table == "label_set" else []
    writer.execute(statement("lake_load", table=table, columns=", ".join(chosen)), parameters)


def mark_of(snapshot: Snapshot, table: str) -> str:
    """Return a text that changes whenever a whole table does."""
    if table != "label_set":
        return str(snapshot.generation)
    ((count, mark),) = snapshot.rows(f"SELECT count(*), bit_xor(hash(label_set)) FROM {table}")  # noqa: S608 - our own name
    return f"{count} {mark}"


def _export(snapshot: Snapshot, table: str, within: str, folder: Path) -> Iterator[Exported]:
    ((rows,),) = snapshot.rows(f"SELECT count(*) FROM {table} WHERE {within}")  # noqa: S608 - our own names
    parts = -(-rows // ROWS_PER_FILE)
    rows_of, order = _rows(snapshot, table), _order(table)
    for part in range(parts):
        file = folder / f"{table}-{part}.parquet"
        share = f" AND hash(cluster) % {parts} = {part}" if parts > 1 and table != "label_set" else ""
        share = f" AND label_set % {parts} = {part}" if parts > 1 and table == "label_set" else share
        snapshot.write(f"SELECT * FROM ({rows_of}) WHERE {within}{share}{order}", _OPTIONS, str(file))  # noqa: S608
        yield Exported(file, rows if parts == 1 else -1)


def _rows(snapshot: Snapshot, table: str) -> str:
    if table == "label_set":
        return query("lake_label_set")
    casts = {row[0]: _CASTS[row[1]].format(row[0]) for row in snapshot.rows(f"DESCRIBE {table}") if row[1] in _CASTS}
    if not casts:
        return f"SELECT * FROM {table}"  # noqa: S608 - our own name
    return query(
        "lake_table", None, table=table, numbers=", ".join(f"{cast} AS {name}" for name, cast in casts.items())
    )


def _order(table: str) -> str:
    name = table.rsplit("_", 1)[0]
    order = _NEAREST.get(name, "cluster") if name in (*WINDOWED, BILLED) else ""
    return f" ORDER BY {order}" if order else ""


def tables_of(resolution: Resolution) -> Sequence[str]:
    """Return the names of the windowed tables of one resolution."""
    names = (*WINDOWED, BILLED) if resolution is Resolution.DAY else WINDOWED
    return [f"{name}_{resolution}" for name in names]
