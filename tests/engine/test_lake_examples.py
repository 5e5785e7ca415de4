"""The examples of docs/format/lake.md do what they say, on the engines that can be had."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from compat.catalogue import FLEETS
from compat.fleets import ingested
from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.lake.write import LakeWriter
from servers.tools import REPOSITORY

PAGE = REPOSITORY / "docs" / "format" / "lake.md"


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake in a folder, and the folder."""
    folder = tmp_path_factory.mktemp("examples")
    made = ingested(FLEETS["topology"], folder)
    LakeWriter(made.database, FilesystemBucket(folder / "bucket"), folder, lambda: made.fleet.now).write()
    made.database.close()
    return folder / "bucket" / "fleetcost" / "lake"


def example(engine: str, language: str) -> str:
    """Return the first block of a language behind an engine's name."""
    text = PAGE.read_text().partition(f"**{engine}**")[2]
    found = re.search(rf"```{language}\n(.*?)```", text, re.DOTALL)
    assert found is not None
    return found[1]


def as_expected(rows: list[tuple[Any, ...]]) -> bool:
    """Tell whether rows are the costs of the worked example: two thirds of ns2 are on the second cluster."""
    return [(name, team, float(cost)) for name, team, cost in rows] == [
        ("ns1", "blue", 19.0),
        ("ns2", "green", 18.0),
        ("ns3", "green", 9.0),
    ]


def test_duckdb_reads_the_lake(lake: Path) -> None:
    """The statements of the page, word for word, give what the fleet costs."""
    connection = duckdb.connect()
    statements = example("DuckDB", "sql").replace("LAKE", str(lake))
    assert as_expected(connection.execute(statements).fetchall())


@pytest.mark.real
@pytest.mark.parametrize("engine", ["sail_url", "spark_url"])
def test_spark_sql_reads_the_lake(lake: Path, engine: str, request: pytest.FixtureRequest) -> None:
    """The lines of the page name the tables for Sail and for Spark, and its statement gives what the fleet costs."""
    from pyspark.sql.connect.session import SparkSession  # noqa: PLC0415 - heavy

    spark = SparkSession.builder.remote(request.getfixturevalue(engine)).create()
    lines = example("Spark SQL", "python").replace("LAKE", str(lake))
    exec(lines, {"spark": spark, "read": lambda file: Path(file).read_text()})
    found = spark.sql(example("Spark SQL", "sql")).toArrow()
    assert as_expected(list(zip(*(column.to_pylist() for column in found.columns), strict=True)))
    spark.client.close()
