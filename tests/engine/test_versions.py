"""Files of older versions beside newer ones: every engine has the same rows of them, and the same answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest

from engine.lakes import assert_same, by_engine, embedded, manifest_of
from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.engine.remote import RemoteTables
from fleetcost.engine.session import Session
from fleetcost.engine.source_files import PLACE, SourceFile, name_rows, tells_files
from fleetcost.ingest.plan import Retention
from fleetcost.ingest.run import Ingestor
from fleetcost.lake.manifest import MANIFEST, LakeTable, encode
from fleetcost.lake.write import LakeWriter
from fleetcost.model.cloud_sets import IntegrationId
from fleetcost.model.identity import ClusterId
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Resolution
from fleetcost.query.ask import ask_allocations, ask_assets
from fleetcost.query.dialect_spark import Spark
from fleetcost.query.dimensions import Dimension
from fleetcost.query.question import Frame, Question, Step
from fleetcost.sets.cloud import files as cloud_files
from fleetcost.sets.cloud import layout as cloud_layout
from fleetcost.sets.files import from_bytes, to_bytes
from fleetcost.sets.layout import set_path
from fleetcost.tables.columns import columns_behind, read
from fleetcost.tables.database import Database, EngineLimits, open_database
from fleetcost.tables.schema import SCHEMA_VERSION
from fleetcost.tables.statements import query
from fleetcost.tables.view import Tables
from unit.sets.test_versions import FORMAT, TABLE, written

pytestmark = pytest.mark.real

GOLDEN = Path(__file__).parents[1] / "golden"
DAY = Resolution.DAY.window_of(datetime(2026, 1, 10, tzinfo=UTC))
NOW = datetime(2026, 1, 12, tzinfo=UTC)
ASKED = {
    ask_allocations: Question(
        kind=SetKind.ALLOCATIONS, frame=Frame(DAY, Resolution.DAY), step=Step.ALL, detailed=True, parts=True,
        dimensions=tuple(map(Dimension, ("cluster", "namespace", "pod", "container"))),
    ),
    ask_assets: Question(
        kind=SetKind.ASSETS, frame=Frame(DAY, Resolution.DAY), step=Step.ALL,
        dimensions=tuple(map(Dimension, ("cluster", "type", "name"))),
    ),
}  # fmt: skip
"""Single rows with all they have."""


@pytest.fixture(params=["sail_url", pytest.param("spark_url", marks=pytest.mark.corner)])
def url(request: pytest.FixtureRequest) -> str:
    """Each engine's address."""
    found: str = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def golden(tmp_path: Path) -> FilesystemBucket:
    """The golden sets of every version, of an hour and of its day; a version is a cluster and an integration."""
    bucket = FilesystemBucket(tmp_path / "golden")
    for file in sorted(GOLDEN.glob("v*/*.parquet")):
        one = from_bytes(file.read_bytes(), file.name)
        for resolution in Resolution:
            cluster, window = ClusterId(f"of-{file.parent.name}"), resolution.window_of(DAY.start)
            key = replace(one.header.key, cluster=cluster, resolution=resolution, window=window)
            bucket.put(set_path(key), to_bytes(replace(one, header=replace(one.header, key=key, currency="EUR"))))
    for file in sorted(GOLDEN.glob("cloudcosts-v*/*.parquet")):
        bill = cloud_files.from_bytes(file.read_bytes(), file.name)
        day = replace(bill.header.key, integration=IntegrationId(f"of-{file.parent.name}"))
        moved = replace(bill, header=replace(bill.header, key=day))
        bucket.put(cloud_layout.set_path(day), cloud_files.to_bytes(moved))
    return bucket


@pytest.fixture
def database(golden: FilesystemBucket, tmp_path: Path) -> Iterator[Database]:
    """The embedded database of these sets."""
    opened = open_database(tmp_path / "tables" / "tables.duckdb", EngineLimits(memory_bytes=1 << 29, threads=2), NOW)
    assert Ingestor(golden, opened, Retention(None, None), lambda: NOW).pass_once().bad == 0
    yield opened
    opened.close()


def test_rows_of_every_version_are_read_alike(url: str, tmp_path: Path) -> None:
    """A column that a file has keeps its values; one that came later has its default, as the files' own reader says."""
    bucket = FilesystemBucket(tmp_path)
    placed = [
        SourceFile(f"of-v{version}", DAY, "EUR", f"federated/x/{version}.parquet", version) for version in (1, 2, 3)
    ]
    for file in placed:
        bucket.put(file.path, written(file.version))
    names = [column.name for column in TABLE.columns]
    session = Session(url)
    with closing(session):
        session.set_up([], {})
        knows_files = tells_files(session, f"{bucket.name}/{placed[0].path}")
        name_rows(session, "sets", TABLE, bucket.name, placed, tells_files=knows_files)
        loaded = query(
            "load", sets="sets", place=PLACE, columns=read(TABLE, TABLE.newest, "labels"), more="", possible=""
        )
        found = session.rows(Spark().spelled(f"SELECT cluster, {', '.join(names)} FROM ({loaded}) ORDER BY 1, 2"))
    expected = []
    for file in placed:
        whole = FORMAT.from_bytes(bucket.get(file.path), file.path)[1]
        columns = (whole[name].to_pylist() for name in names)
        expected += [(file.cluster, *row) for row in zip(*columns, strict=True)]
    assert found == expected


def test_sets_of_every_version_become_the_same_tables(url: str, golden: FilesystemBucket, tmp_path: Path) -> None:
    """What an engine derives from sets and bills of all versions is what the database does, and so are its answers."""
    with closing(by_engine(url, golden, tmp_path / "data", NOW)) as deriver:
        assert deriver.pass_once().bad == 0
    lake = FilesystemBucket(tmp_path / "embedded")
    embedded(golden, lake, tmp_path / "database", NOW)
    assert_same(golden, lake)


def test_questions_about_later_columns_have_one_answer(
    url: str, database: Database, golden: FilesystemBucket, tmp_path: Path
) -> None:
    """Every figure and text of every row is the same from the database, and from its lake behind each engine."""
    LakeWriter(database, golden, tmp_path, lambda: NOW).write()
    assert_answers(RemoteTables(golden, url), database)


def test_files_of_an_earlier_build_are_read_beside_newer_ones(
    url: str, database: Database, golden: FilesystemBucket, tmp_path: Path
) -> None:
    """Where files of the lake, and its manifest, lack later columns, a question has what sets of version 1 say."""
    LakeWriter(database, golden, tmp_path, lambda: NOW).write()
    as_earlier_build(golden, "of-v1")
    assert_answers(RemoteTables(golden, url), database)


def test_a_lake_of_an_earlier_build_is_continued(sail_url: str, golden: FilesystemBucket, tmp_path: Path) -> None:
    """A deriver takes ledgers that know no versions of formats, and derives every window again in its own columns."""
    for about in list(golden.list("")):
        if "v1/" not in about.path:
            golden.delete(about.path)
    lake = FilesystemBucket(tmp_path / "embedded")
    embedded(golden, lake, tmp_path / "database", NOW)
    for data in ("data", "later"):
        with closing(by_engine(sail_url, golden, tmp_path / data, NOW)) as deriver:
            assert deriver.pass_once().bad == 0
        assert_same(golden, lake)
        as_earlier_build(golden, "of-v1")


def assert_answers(remote: RemoteTables, database: Database) -> None:
    """Compare the answers of an engine and of the database, row by row."""
    with closing(remote):
        for ask, question in ASKED.items():
            theirs, ours = answered(remote, ask, question), answered(database, ask, question)
            assert len(ours) > 1
            assert theirs == ours


def answered(tables: Tables, ask: Any, question: Question) -> list[Any]:
    """Return the rows of an answer."""
    with tables.snapshot() as view:
        return list(ask(view, question, NOW).rows)


def as_earlier_build(lake: FilesystemBucket, cluster: str) -> None:
    """
    Leave a lake as one that a build of version 1 began and a later one goes on with.

    Rows of one cluster lie in files that lack later columns; the manifest and the ledgers know none.
    """
    found = manifest_of(lake)
    tables = {name: _earlier(lake, name, table, cluster) for name, table in found.tables.items()}
    marks = {key: mark.replace(str(SCHEMA_VERSION), "1") for key, mark in found.marks.items()}
    lake.put(MANIFEST, encode(msgspec.structs.replace(found, tables=tables, marks=marks)))


def _earlier(lake: FilesystemBucket, name: str, table: LakeTable, cluster: str) -> LakeTable:
    names = [column.name for column in table.columns]
    later = {one.name for one in columns_behind(name) if one.holds.since > 1} | {"format_version"}
    kept = tuple(column for column in table.columns if column.name not in later)
    owner = next((one for one in ("cluster", "integration") if one in names), None) if name != "ledger" else None
    if len(kept) == len(names):
        return table
    files = []
    for number, file in enumerate(table.files):
        source = lake.name.removeprefix("file://") + "/" + file.path
        rows = f"SELECT {{}} FROM read_parquet('{source}', hive_partitioning = false) WHERE {{}}"
        of_one = f"{owner} IN ('{cluster}', '{cluster.replace('of-', 'of-cloudcosts-')}')" if owner else "TRUE"
        columns = ", ".join(f'"{one.name}"' for one in kept)
        for part, sql in enumerate((rows.format(columns, of_one), rows.format("*", f"NOT ({of_one})"))):
            path = file.path.replace(".parquet", f"-{number}-{part}.parquet")
            duckdb.execute(f"COPY ({sql}) TO '{lake.name.removeprefix('file://')}/{path}' (FORMAT parquet)")
            files.append(msgspec.structs.replace(file, path=path))
    return LakeTable(kept, tuple(files))
