"""Lakes made twice, by the embedded database and by an engine, and the rows of their tables in a form to compare."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from fleetcost.bucket.port import Bucket
from fleetcost.engine.derive_run import EngineAt
from fleetcost.engine.deriver import Deriver
from fleetcost.ingest.budget import split
from fleetcost.ingest.plan import Retention
from fleetcost.ingest.run import Ingestor
from fleetcost.lake.manifest import Manifest, read
from fleetcost.lake.write import LakeWriter
from fleetcost.tables.database import EngineLimits, open_database

_LABELS = ("labels", "annotations", "namespace_labels", "namespace_annotations", "services")
_OWN_TIME = {"ledger": ("ingested_at",), "cloud_ledger": ("ingested_at",)}
"""When an entry was written is each maker's own."""


def by_engine(url: str, bucket: Bucket, folder: Path, now: datetime) -> Deriver:
    """Return a deriver of a bucket, to be closed."""
    folder.mkdir(exist_ok=True)
    return Deriver(
        bucket, EngineAt(url, bucket.name), folder, Retention(None, None), lambda: now,
        currency="USD", budget=split(1 << 29, 2),
    )  # fmt: skip


def embedded(source: Bucket, lake: Bucket, folder: Path, now: datetime) -> None:
    """Ingest a bucket into a database, and write its lake into another bucket."""
    folder.mkdir(exist_ok=True)
    database = open_database(folder / "tables.duckdb", EngineLimits(memory_bytes=1 << 29, threads=2), now)
    assert Ingestor(source, database, Retention(None, None), lambda: now).pass_once().bad == 0
    LakeWriter(database, lake, folder, lambda: now).write()
    database.close()


def manifest_of(lake: Bucket) -> Manifest:
    """Return the manifest."""
    found = read(lake)
    assert found is not None
    return found.manifest


def rows(lake: Bucket, table: str) -> list[tuple[Any, ...]]:
    """Return every row of a table, ordered; in place of the numbers of label sets stand their labels."""
    root = lake.name.removeprefix("file://")
    tables = manifest_of(lake).tables

    def read_of(name: str) -> str:
        files = [f"{root}/{file.path}" for file in tables[name].files]
        return f"read_parquet({files}, hive_partitioning = false)"

    names = [column.name for column in tables[table].columns]
    if not tables[table].files:
        return []
    chosen = ", ".join(f't."{name}"' for name in names if name not in ("label_set", *_OWN_TIME.get(table, ())))
    labelled = "label_set" in names and table != "label_set"
    labels = "".join(f", l.{name}" for name in _LABELS) if labelled else ""
    join = f"JOIN {read_of('label_set')} AS l USING (label_set)" if labelled else ""
    return duckdb.sql(f"SELECT {chosen}{labels} FROM {read_of(table)} AS t {join} ORDER BY ALL").fetchall()


def assert_same(engine: Bucket, embedded: Bucket, without: Sequence[str] = ()) -> None:
    """Compare the tables of two lakes."""
    theirs, ours = manifest_of(engine).tables, manifest_of(embedded).tables
    assert {name: table.columns for name, table in theirs.items()} == {
        name: table.columns for name, table in ours.items()
    }
    for table in set(ours) - set(without):
        assert rows(engine, table) == rows(embedded, table), table
