"""The columns of sets in SQL: how the tables keep them, and how they are read from files of any version."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from fleetcost.model.allocation import ALLOCATION
from fleetcost.model.amount import PLACES
from fleetcost.model.asset import ASSET
from fleetcost.model.bounds import MARGIN, largest
from fleetcost.model.cloud_cost import CLOUD_COST
from fleetcost.model.columns import LABELS, ColumnTable, SetColumn
from fleetcost.model.window import Resolution

TABLES = {"allocation": ALLOCATION, "asset": ASSET, "cloud_cost": CLOUD_COST}
"""The columns of the rows of sets, by the name of their table."""

LABEL_COLUMNS = ALLOCATION.of(LABELS)
"""Columns of `label_set`: what many allocations share, kept once."""

_RESOLUTIONS = frozenset(Resolution)
_TYPES = {
    str: "VARCHAR",
    int: "BIGINT",
    float: "DOUBLE",
    bool: "BOOLEAN",
    bytes: "BLOB",
    datetime: "TIMESTAMP",
    dict: "VARIANT",
}


def definitions(table: ColumnTable, left_out: Collection[str] = ()) -> str:
    """Return the columns of a table as they are declared; what a row may be without may be NULL."""
    return ",\n    ".join(
        f"{quoted(one.name)} {sql_type(one, table.digits)}{'' if one.nullable else ' NOT NULL'}"
        for one in table.columns
        if one.name not in left_out
    )


def read(table: ColumnTable, version: int, labels: str, left_out: Collection[str] = ()) -> str:
    """
    Return the columns of a table as they are read from files.

    Args:
        table: which
        version: of the files; what came later has its default
        labels: how labels are kept
        left_out: columns that are read otherwise
    """
    return ", ".join(_read(one, version, labels) for one in table.columns if one.name not in left_out)


def impossible(table: ColumnTable, version: int) -> str:
    """
    Return the condition that a time or a number of a row, in files of a version, is out of all bounds.

    It is not true of NULL. The row's `window_start` and `window_end` are those of its set.
    """
    known = table.known_in(version)
    margin = f"INTERVAL {MARGIN // timedelta(hours=1)} HOUR"
    span = f"window_start - {margin} AND window_end + {margin}"
    times = [f"{quoted(one.name)}::TIMESTAMP NOT BETWEEN {span}" for one in known if one.type is datetime]
    # NaN is larger than every number: https://duckdb.org/docs/stable/sql/data_types/numeric
    return " OR ".join(times + [f"abs({one.name}) > {largest(one.name)}" for one in known if one.type is float])


def quoted(name: str) -> str:
    """Return a column's name as a statement has it; `end` is a word of SQL."""
    return f'"{name}"' if name in {"start", "end"} else name


def sql_type(column: SetColumn, digits: int) -> str:
    """Return the type of a column as the tables keep it."""
    if column.members:
        return f"STRUCT({_members(column.members, digits)})[]"
    if column.type is list:
        return "VARCHAR[]"
    return f"DECIMAL({digits}, {PLACES})" if column.type is Decimal else _TYPES[column.type]


def columns_behind(table: str) -> tuple[SetColumn, ...]:
    """Return the columns of sets that a table of the lake may have, such as `workload_1d`; none for the ledgers."""
    name, _, resolution = table.rpartition("_")
    return TABLES.get(name, ALLOCATION).columns if resolution in _RESOLUTIONS else ()


def _read(column: SetColumn, version: int, labels: str) -> str:
    name = quoted(column.name)
    if column.holds.since > version:
        return f"{_literal(column.default)} AS {name}"
    if column.type is dict:
        return f"{labels} AS {name}"
    return f"{name}::TIMESTAMP AS {name}" if column.type is datetime else name


def _literal(value: object) -> str:
    if isinstance(value, (tuple, list)):
        return "[]"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return "NULL" if value is None else str(value).upper()


def _members(columns: Iterable[SetColumn], digits: int) -> str:
    return ", ".join(f"{one.name} {sql_type(one, digits)}" for one in columns)
