"""
The Arrow schemas of our sets: the columns of the tables in `model`, in file order, by version of the format.

Costs and hours are decimals with nine places, so they add exactly on every engine; labels are maps, which every engine
reads. A column here, the field of the same name in `model` and the JSON key of the native API are one word.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from functools import cache

import pyarrow as pa

from fleetcost.model.allocation import ALLOCATION
from fleetcost.model.amount import PLACES
from fleetcost.model.asset import ASSET
from fleetcost.model.columns import ColumnTable, SetColumn
from fleetcost.model.sets import SetKind

_TYPES = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    bytes: pa.binary(),
    datetime: pa.timestamp("us", tz="UTC"),
    dict: pa.map_(pa.string(), pa.string()),
}

TABLES = {SetKind.ALLOCATIONS: ALLOCATION, SetKind.ASSETS: ASSET}
"""The columns of each kind of set."""


@cache
def schema_of(table: ColumnTable, version: int) -> pa.Schema:
    """Return the columns of a table's files as a version of the format has them."""
    return pa.schema([pa.field(one.name, _type(one, table.digits)) for one in table.known_in(version)])


def in_version(table: ColumnTable, rows: pa.Table, version: int) -> pa.Table:
    """Return rows in the columns of a version: without those that came later, with defaults for those they lack."""
    if rows.schema.names == schema_of(table, version).names:
        return rows
    columns = [
        rows[one.name] if one.name in rows.schema.names else _defaults(table, one, rows.num_rows)
        for one in table.known_in(version)
    ]
    return pa.Table.from_arrays(columns, schema=schema_of(table, version))


def _defaults(table: ColumnTable, column: SetColumn, rows: int) -> pa.Array:
    kind = _type(column, table.digits)
    value = list(column.default.items()) if isinstance(column.default, dict) else column.default
    return pa.array([value] * rows, type=kind)


def _type(column: SetColumn, digits: int) -> pa.DataType:
    if column.members:
        return pa.list_(pa.struct(_members(column.members, digits)))
    if column.type is list:
        return pa.list_(pa.string())
    return pa.decimal128(digits, PLACES) if column.type is Decimal else _TYPES[column.type]


def _members(columns: Iterable[SetColumn], digits: int) -> list[tuple[str, pa.DataType]]:
    return [(one.name, _type(one, digits)) for one in columns]


SCHEMAS = {kind: schema_of(table, table.newest) for kind, table in TABLES.items()}
"""The columns that this build writes."""
