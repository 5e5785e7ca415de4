"""Columns of the lake and of set files in Spark's words: their types, and what stands where a file has none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from fleetcost.engine.session import FixedColumn
from fleetcost.errors import DamagedError
from fleetcost.lake.manifest import LakeColumn
from fleetcost.model.columns import ColumnTable, SetColumn
from fleetcost.query.dialect_spark import SparkLiterals
from fleetcost.tables.columns import columns_behind, sql_type

_PLAIN = {
    "VARCHAR": "STRING",
    "TIMESTAMP": "TIMESTAMP_NTZ",
    "BIGINT": "BIGINT",
    "INTEGER": "INT",
    "DOUBLE": "DOUBLE",
    "BOOLEAN": "BOOLEAN",
    "BLOB": "BINARY",
}


def ddl(columns: Sequence[LakeColumn]) -> str:
    """
    Return the columns of a table as a schema in Spark's words.

    Raises:
        DamagedError: a type this build does not know.
    """
    return ", ".join(f"`{column.name}` {spark_type(column.type)}" for column in columns)


def spark_type(text: str) -> str:
    """
    Translate a type such as `STRUCT(volume VARCHAR, cost DECIMAL(18,9))[]`.

    Raises:
        DamagedError: a type this build does not know.
    """
    if text.endswith("[]"):
        return f"ARRAY<{spark_type(text[:-2])}>"
    if text in _PLAIN:
        return _PLAIN[text]
    head, _, rest = text.partition("(")
    inner = list(_split(rest.removesuffix(")")))
    if head == "DECIMAL":
        return f"DECIMAL({', '.join(inner)})"
    if head == "MAP":
        return f"MAP<{', '.join(spark_type(part) for part in inner)}>"
    if head == "STRUCT":
        fields = (part.partition(" ") for part in inner)
        return f"STRUCT<{', '.join(f'{_bare(name)}: {spark_type(kind)}' for name, _, kind in fields)}>"
    raise DamagedError(f"read the manifest of the lake: a column of the type {text}, which this build does not know")


def set_columns(table: ColumnTable, version: int) -> str:
    """Return the columns that set files of a version have, as a schema."""
    return ", ".join(f"`{one.name}` {_file_type(one, table.digits)}" for one in table.known_in(version))


def later_columns(table: ColumnTable, version: int) -> list[FixedColumn]:
    """Return the columns that set files of a version do not have, each with what it holds there."""
    later = (one for one in table.columns if one.holds.since > version)
    return [FixedColumn(one.name, _value(one, _file_type(one, table.digits))) for one in later]


def lake_defaults(name: str, columns: Sequence[LakeColumn]) -> list[FixedColumn]:
    """
    Return what stands in columns of the lake where a file of an earlier build lacks them, unless that is NULL.

    Args:
        name: of the table
        columns: of the table
    """
    later = {one.name: one for one in columns_behind(name) if one.holds.since > 1 and one.default is not None}
    return [
        FixedColumn(one.name, _value(later[one.name], spark_type(one.type))) for one in columns if one.name in later
    ]


def _file_type(column: SetColumn, digits: int) -> str:
    """Return the type of a column in set files, where times have a zone and labels are maps."""
    if column.type is datetime:
        return "TIMESTAMP"
    return "MAP<STRING, STRING>" if column.type is dict else spark_type(sql_type(column, digits))


def _value(column: SetColumn, kind: str) -> str:
    value = column.default
    if isinstance(value, str):
        return SparkLiterals().text(value)
    if column.type in {dict, list}:
        plain = "map()" if column.type is dict else "array()"
    else:
        plain = "NULL" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value).upper()
    return f"CAST({plain} AS {kind})"


def _bare(name: str) -> str:
    return "`" + name.strip('"') + "`"


def _split(text: str) -> Iterator[str]:
    """Yield what stands between the commas that are in no bracket."""
    depth, begin = 0, 0
    for position, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            yield text[begin:position].strip()
            begin = position + 1
    yield text[begin:].strip()
