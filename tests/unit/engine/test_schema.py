"""Columns of the lake and of set files in Spark's words."""

from __future__ import annotations

import re

import pytest

from fleetcost.engine.schema import ddl, lake_defaults, later_columns, set_columns, spark_type
from fleetcost.engine.session import FixedColumn
from fleetcost.errors import DamagedError
from fleetcost.lake.manifest import LakeColumn
from fleetcost.lake.write import newest_shapes
from fleetcost.model.allocation import ALLOCATION
from fleetcost.tables.columns import TABLES, columns_behind
from unit.sets.test_versions import TABLE


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("VARCHAR", "STRING"),
        ("TIMESTAMP", "TIMESTAMP_NTZ"),
        ("DECIMAL(18,9)", "DECIMAL(18, 9)"),
        ("VARCHAR[]", "ARRAY<STRING>"),
        ("MAP(VARCHAR, VARCHAR)", "MAP<STRING, STRING>"),
        (
            "STRUCT(service VARCHAR, private BOOLEAN, cost DECIMAL(18,9))[]",
            "ARRAY<STRUCT<`service`: STRING, `private`: BOOLEAN, `cost`: DECIMAL(18, 9)>>",
        ),
    ],
)
def test_types_are_translated(ours: str, theirs: str) -> None:
    """Every type the lake uses has its name in Spark, nested ones too."""
    assert spark_type(ours) == theirs


def test_names_are_quoted() -> None:
    """A column may have the name of a keyword."""
    assert ddl([LakeColumn("start", "TIMESTAMP"), LakeColumn("end", "TIMESTAMP")]) == (
        "`start` TIMESTAMP_NTZ, `end` TIMESTAMP_NTZ"
    )


def test_an_unknown_type_is_named() -> None:
    """A manifest of a later build is refused with the type it uses."""
    with pytest.raises(DamagedError, match="GEOMETRY"):
        spark_type("GEOMETRY")


def test_set_files_are_read_in_the_columns_of_their_version() -> None:
    """Times of files have a zone and labels are maps; what came later is beside, typed, with its default."""
    assert set_columns(TABLE, 1) == "`name` STRING, `cost` DECIMAL(18, 9), `labels` MAP<STRING, STRING>"
    assert later_columns(TABLE, 1) == [
        FixedColumn("cpu_limit", "CAST(NULL AS DECIMAL(18, 9))"),
        FixedColumn("model", "'it\\u0027s unknown'"),
        FixedColumn("fee", "CAST(0.000000000 AS DECIMAL(18, 9))"),
        FixedColumn("zones", "CAST(array() AS ARRAY<STRING>)"),
    ]
    assert [column.name for column in later_columns(TABLE, 2)] == ["model", "fee", "zones"]
    assert "`start` TIMESTAMP, " in set_columns(ALLOCATION, 1)


@pytest.mark.parametrize("table", TABLES)
def test_every_version_of_our_sets_has_all_columns_once(table: str) -> None:
    """Whichever version a file has, what it holds and what stands for the rest are the newest columns."""
    columns = TABLES[table]
    for version in range(1, columns.newest + 1):
        there = re.findall(r"(?:^|, )`(\w+)` ", set_columns(columns, version))
        assert sorted([*there, *(one.name for one in later_columns(columns, version))]) == sorted(columns.by_name)
    assert later_columns(columns, columns.newest) == []


def test_only_what_a_file_cannot_know_is_null_in_the_lake() -> None:
    """Each later column of a table that always has a value has one where an older file of the lake lacks it."""
    for name, shape in newest_shapes().items():
        later = {one.name for one in columns_behind(name) if one.holds.since > 1 and not one.nullable}
        assert {one.name for one in lake_defaults(name, shape)} == later & {one.name for one in shape}, name
    filled = {one.name: one.value for one in lake_defaults("container_1d", newest_shapes()["container_1d"])}
    assert filled["gpu_model"] == "''"
    assert "cpu_limit_hours" not in filled
    assert lake_defaults("ledger", newest_shapes()["ledger"]) == []
