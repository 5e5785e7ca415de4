"""Types of the lake in Spark's words."""

from __future__ import annotations

import pytest

from fleetcost.engine.schema import ddl, spark_type
from fleetcost.errors import DamagedError
from fleetcost.lake.manifest import LakeColumn


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
