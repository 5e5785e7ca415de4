"""Replacing the rows of cluster-windows: drop, load, derive, check; all inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from fleetcost.errors import SetDamagedError
from fleetcost.model.amount import ZERO
from fleetcost.model.sets import FORMAT_VERSION, SetKey, SetKind
from fleetcost.model.window import Resolution
from fleetcost.tables.database import Writer
from fleetcost.tables.derivation import NAMED, SetReader, idle_query, own_query, set_query, tenancy_query
from fleetcost.tables.ledger import forget_expired, naive
from fleetcost.tables.rollups import ROLLUPS, rollup_query, totals_query
from fleetcost.tables.statements import query, statement

TABLES = {
    SetKind.ALLOCATIONS: ("container", *(rollup.name for rollup in ROLLUPS)),
    SetKind.ASSETS: ("asset", "tenancy"),
}
"""The tables that hold the rows of a kind of set, or what is added up from them alone."""

TABLE_OF = {SetKind.ALLOCATIONS: "allocation", SetKind.ASSETS: "asset"}
"""Where to read the rows of a kind of set with every column."""

_LABEL_SET = "hash(labels, annotations, namespace_labels, namespace_annotations, services)"
_READER = SetReader(
    sets="read_parquet($files)",
    place=query("placed"),
    labels="to_json(labels)::VARIANT",
    label_set=_LABEL_SET,
    refusal="a time or a number of a row is far outside of what is possible",
)


@dataclass(frozen=True, slots=True)
class SetFile:
    """
    A set file on the local disk, ready to be loaded.

    Attributes:
        key: which set
        currency: of its costs
        rows, total_cost: what its header says, to be held against what was loaded
        version: of its format
    """

    key: SetKey
    currency: str
    rows: int
    total_cost: Decimal
    file: Path
    version: int = FORMAT_VERSION


def drop_rows(writer: Writer, keys: Sequence[SetKey]) -> None:
    """Remove the rows of these sets and what was derived from them."""
    for kind, resolution in sorted({(key.kind, key.resolution) for key in keys}):
        touched = _touched(key for key in keys if (key.kind, key.resolution) == (kind, resolution))
        for table in (*TABLES[kind], "idle"):
            writer.execute(statement("drop_window", resolution, table=table), touched)
        writer.execute(statement("forget_own", resolution, kind=kind.value), touched)


def load_files(writer: Writer, files: Sequence[SetFile]) -> None:
    """
    Add the rows of set files and the rollups that follow from them.

    Raises:
        SetDamagedError: a file's rows cannot be decoded, do not fit the table or are not what its header says; the
            transaction must be given up.
    """
    for kind, resolution in sorted({(file.key.kind, file.key.resolution) for file in files}):
        # By cluster, then window: what a cluster's sets repeat from window to window is stored once for a row group.
        chosen = sorted(
            (file for file in files if (file.key.kind, file.key.resolution) == (kind, resolution)),
            key=lambda file: file.key,
        )
        with writer.reading(", ".join(str(file.key) for file in chosen[:3])):
            for version in sorted({file.version for file in chosen}):
                rows = set_query(TABLE_OF[kind], _READER, version)
                of_version = [file for file in chosen if file.version == version]
                writer.add(f"{TABLES[kind][0]}_{resolution}", rows, _parameters(of_version))
            if kind is SetKind.ALLOCATIONS:
                _keep_labels(writer, chosen)
        touched = _touched(file.key for file in chosen)
        writer.add("own_adjusted", own_query(TABLE_OF[kind], resolution, NAMED), touched)
        if kind is SetKind.ASSETS:
            writer.add(f"tenancy_{resolution}", tenancy_query(resolution, NAMED), touched)
        else:
            for rollup in ROLLUPS:
                writer.add(f"{rollup.name}_{resolution}", rollup_query(rollup, resolution, NAMED), touched)
        _check(writer, kind, resolution, chosen)


def derive_idle(writer: Writer, keys: Sequence[SetKey]) -> None:
    """Recompute the idle cost of these cluster-windows; the ledger must be written, it says which have both sets."""
    for resolution in Resolution:
        touched = [key for key in keys if key.resolution is resolution]
        if touched:
            add_idle(writer, resolution, _touched(touched))


def add_rollups(writer: Writer, resolution: Resolution, touched: Mapping[str, Any]) -> None:
    """Put the rollups of these cluster-windows in the place of what is there."""
    for rollup in ROLLUPS:
        _replace(writer, rollup.name, resolution, rollup_query(rollup, resolution, NAMED), touched)


def add_tenancy(writer: Writer, resolution: Resolution, touched: Mapping[str, Any]) -> None:
    """Put what these clusters themselves cost in the place of what is there."""
    _replace(writer, "tenancy", resolution, tenancy_query(resolution, NAMED), touched)


def add_idle(writer: Writer, resolution: Resolution, touched: Mapping[str, Any]) -> None:
    """Put the idle cost of these cluster-windows in the place of what is there."""
    _replace(writer, "idle", resolution, idle_query(resolution, NAMED), touched)


def _replace(writer: Writer, table: str, resolution: Resolution, rows: str, touched: Mapping[str, Any]) -> None:
    writer.execute(statement("drop_window", resolution, table=table), touched)
    writer.add(f"{table}_{resolution}", rows, touched)


def expire(writer: Writer, resolution: Resolution, before: datetime) -> tuple[datetime, ...]:
    """
    Remove windows of this resolution that ended at or before a time: rows, what was derived from them, ledger entries.

    A longer retention then finds them unknown and loads them again.

    Returns:
        The days of these windows; what was billed on them is to be reconciled with what is left of their sets.
    """
    days = forget_expired(writer, resolution, before)
    if days:
        for table in (*(name for names in TABLES.values() for name in names), "idle"):
            writer.execute(statement("expire", resolution, table=table), {"before": naive(before)})
        writer.execute(statement("expire_own", resolution), {"began": naive(before - resolution.delta)})
        forget_labels(writer)
    return days


def forget_labels(writer: Writer) -> None:
    """Remove the label sets that no row has any more; to be called when rows were dropped and others loaded."""
    writer.execute(statement("forget_labels"))


def _keep_labels(writer: Writer, files: Sequence[SetFile]) -> None:
    writer.execute(statement("new_labels", label_set=_LABEL_SET), {"files": [str(file.file) for file in files]})
    if writer.rows(statement("label_collisions")):
        raise SetDamagedError("two different sets of labels have one number, which happens by chance once in an age")
    writer.execute(statement("write_labels"))


def _check(writer: Writer, kind: SetKind, resolution: Resolution, files: Sequence[SetFile]) -> None:
    """Hold rows and cost of each file against its header."""
    found: dict[Any, tuple[int, Decimal]] = {
        (cluster, start): (rows, cost)
        for cluster, start, rows, cost in writer.rows(
            totals_query(TABLE_OF[kind], resolution, NAMED), _touched(file.key for file in files)
        )
    }
    for file in files:
        rows, cost = found.get((file.key.cluster, naive(file.key.window.start)), (0, ZERO))
        if (rows, cost) != (file.rows, file.total_cost):
            raise SetDamagedError(
                f"load {file.key}: {rows} rows that cost {cost} were found, its header says {file.rows} and "
                f"{file.total_cost}"
            )


def _touched(keys: Any) -> dict[str, Any]:  # noqa: ANN401 - any iterable of keys
    windows = sorted({(key.cluster, naive(key.window.start)) for key in keys})
    starts = [start for _, start in windows]
    return {
        "clusters": [cluster for cluster, _ in windows],
        "starts": starts,
        "oldest": min(starts),
        "newest": max(starts),
    }


def _parameters(files: Sequence[SetFile]) -> dict[str, Any]:
    return {
        "files": [str(file.file) for file in files],
        "clusters": [file.key.cluster for file in files],
        "starts": [naive(file.key.window.start) for file in files],
        "ends": [naive(file.key.window.end) for file in files],
        "currencies": [file.currency for file in files],
    }
