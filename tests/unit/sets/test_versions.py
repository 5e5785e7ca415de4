"""Columns that came later: files of every version are read, and copied as they are."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fleetcost.errors import SetDamagedError
from fleetcost.model.allocation import Labels, no_labels
from fleetcost.model.columns import COST, LABELS, MEASURE, TEXT, Holds, table_of
from fleetcost.sets.checksum import NO_CHECKSUM, with_checksum
from fleetcost.sets.parquet import FileFormat
from fleetcost.sets.schema import in_version, schema_of
from fleetcost.tables.columns import definitions, read


@dataclass(frozen=True)
class Row:
    """A row whose format has three versions."""

    name: Annotated[str, Holds(TEXT, "its name")]
    cpu_limit: Annotated[Decimal | None, Holds(MEASURE, "its limit", "cores", since=2)] = None
    cost: Annotated[Decimal, Holds(COST, "what it cost")] = Decimal("0.000000000")
    model: Annotated[str, Holds(TEXT, "what it is", since=3)] = "it's unknown"
    fee: Annotated[Decimal, Holds(COST, "what more it cost", since=3)] = Decimal("0.000000000")
    zones: Annotated[tuple[str, ...], Holds(LABELS, "where it ran", since=3)] = ()
    labels: Annotated[Labels, Holds(LABELS, "of it")] = field(default_factory=no_labels)


class Head(msgspec.Struct, frozen=True):
    """Header and footer in one."""

    format_version: int
    rows: int
    kind: str = "rows"
    file_sha256: str = NO_CHECKSUM


TABLE = table_of(Row, keys=("name",))
FORMAT = FileFormat(
    {"rows": TABLE}, TABLE.newest, Head, lambda head: Head(head.format_version, head.rows), lambda head: head
)
NEWEST = pa.Table.from_pylist(
    [
        {"name": "a", "cpu_limit": Decimal("1.5"), "cost": Decimal(2), "model": "m", "fee": Decimal(1), "zones": ["z1"]}
        | {"labels": []},
        {"name": "b", "cpu_limit": None, "cost": Decimal(3), "model": "n", "fee": Decimal(1), "zones": []}
        | {"labels": [("k", "v")]},
    ],
    schema=schema_of(TABLE, 3),
)
COLUMNS = {1: ["name", "cost", "labels"], 2: ["name", "cpu_limit", "cost", "labels"]}


def written(version: int) -> bytes:
    """Return the rows as a writer of that version wrote them."""
    return FORMAT.to_bytes("rows", Head(version, 2), NEWEST)


@pytest.mark.parametrize("version", [1, 2, 3])
def test_every_version_is_read_in_the_newest_columns(version: int) -> None:
    """A column that a file has keeps its values; one that came later has its default, null where it cannot be known."""
    head, rows = FORMAT.from_bytes(written(version), "x")
    assert head.format_version == version
    assert rows.schema.equals(schema_of(TABLE, 3))
    assert rows["cost"].to_pylist() == [2, 3]
    assert rows["cpu_limit"].to_pylist() == ([None, None] if version < 2 else [Decimal("1.5"), None])
    assert rows["model"].to_pylist() == (["it's unknown"] * 2 if version < 3 else ["m", "n"])
    assert rows["fee"].to_pylist() == ([0, 0] if version < 3 else [1, 1])


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_file_has_the_columns_of_its_version_and_is_copied_as_it_is(version: int) -> None:
    """What was read and is written again is the same file, byte for byte, whichever version reads it."""
    content = written(version)
    assert pq.read_schema(io.BytesIO(content)).names == COLUMNS.get(version, schema_of(TABLE, 3).names)
    assert FORMAT.to_bytes("rows", *FORMAT.from_bytes(content, "x")) == content


@pytest.mark.parametrize(("said", "has"), [(1, 2), (2, 1), (3, 2), (2, 3)])
def test_a_file_with_the_columns_of_another_version_is_damaged(said: int, has: int) -> None:
    """The version in the footer says which columns a file has; with others it is not what it says."""
    sink = io.BytesIO()
    rows = in_version(TABLE, NEWEST, has)
    with pq.ParquetWriter(sink, rows.schema) as writer:
        writer.write_table(rows)
        writer.add_key_value_metadata({b"fleetcost": msgspec.json.encode(Head(said, 2))})
    with pytest.raises(SetDamagedError, match=f"columns differ from format version {said}"):
        FORMAT.from_bytes(with_checksum(sink.getvalue()), "x")


@pytest.mark.parametrize("version", [1, 2, 3])
def test_the_tables_read_every_version_as_the_reader_does(version: int, tmp_path: Path) -> None:
    """The statement that loads files of a version gives the rows that reading them gives, in the declared types."""
    file = tmp_path / "set.parquet"
    file.write_bytes(written(version))
    chosen = read(TABLE, version, "to_json(labels)::VARIANT")
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE loaded ({definitions(TABLE)})")
        connection.execute(f"INSERT INTO loaded BY NAME SELECT {chosen} FROM read_parquet('{file}')")
        names = [name for name in schema_of(TABLE, 3).names if name != "labels"]
        loaded = connection.execute(f"SELECT {', '.join(names)} FROM loaded ORDER BY name").fetchall()
    expected = FORMAT.from_bytes(file.read_bytes(), "x")[1]
    assert loaded == list(zip(*(expected[name].to_pylist() for name in names), strict=True))
