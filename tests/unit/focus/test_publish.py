"""The scheduled export: only what changed is written, and whatever ends it, the manifest is true."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from builders import at, ingest, open_tables
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.bucket.port import Bucket, ObjectInfo
from fleetcost.cli.exporter import focus_exporter
from fleetcost.errors import SettingsError, StoreError
from fleetcost.focus.manifest import FOLDER, FocusManifest, read_manifest
from fleetcost.focus.publish import FocusExporter, FocusSchedule, FocusWrite
from fleetcost.focus.split import FocusAsked
from fleetcost.model.focus import FocusPart
from fleetcost.ops.settings import AggregatorSettings
from fleetcost.tables.database import Database
from unit.focus.exported import Exported
from unit.focus.ledger_fleet import ledger_fleet, published

NAME, PERIOD = "finance", f"{at():%Y-%m}"


class EndingBucket(MemoryBucket):
    """A bucket of which the process dies: from some write on nothing arrives any more."""

    left = 10**6

    def put(self, path: str, content: bytes, *, create: bool = False, if_etag: str | None = None) -> ObjectInfo:
        """Put an object, while writes are left."""
        self._spend(path)
        return super().put(path, content, create=create, if_etag=if_etag)

    def delete(self, path: str) -> None:
        """Delete an object, while writes are left."""
        self._spend(path)
        super().delete(path)

    def _spend(self, path: str) -> None:
        self.left -= 1
        if self.left < 0:
            raise StoreError(f"write {path}: the process was killed")


class OldBucket(MemoryBucket):
    """A bucket whose objects were all written long before."""

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Iterate the objects below a path."""
        yield from (replace(one, modified=at()) for one in super().list(prefix))


@dataclass(slots=True)
class Clock:
    """A clock that stands."""

    now: datetime

    def __call__(self) -> datetime:
        """Give the time."""
        return self.now


def exporter(database: Database, bucket: Bucket, folder: Path, clock: Clock, days: int = 35) -> FocusExporter:
    """Return an exporter at the coarsest level."""
    schedule = FocusSchedule(NAME, FocusAsked(level=FocusPart.CLUSTER), days)
    return FocusExporter(database, bucket, folder, clock, schedule)


def true_manifest(bucket: Bucket) -> FocusManifest | None:
    """Return the manifest, every file of which is there as it says; None where there is none yet."""
    found = read_manifest(bucket, NAME, PERIOD)
    if found is None:
        return None
    for one in found.manifest.files:
        content = bucket.get(one.path)
        assert (len(content), hashlib.sha256(content).hexdigest()) == (one.size_bytes, one.sha256)
        assert set(one.difference.values()) == {"0.000000000"}
    return found.manifest


def test_days_are_written_once(made: Exported, tmp_path: Path) -> None:
    """Each day that is over has a file in its partition, its totals and its bills; a second write does nothing."""
    bucket, clock = MemoryBucket(), Clock(at(72))
    writer = exporter(made.database, bucket, tmp_path, clock)
    assert writer.write() == FocusWrite(days=2)
    manifest = true_manifest(bucket)
    assert manifest is not None
    assert [one.path.split("/data/")[1].rsplit("/", 1)[0] for one in manifest.files] == [
        f"billing_period={PERIOD}/charge_date={at(day=number):%Y-%m-%d}" for number in (0, 1)
    ]
    assert [one.final for one in manifest.files] == [True, False]
    assert {one.currency for one in manifest.files[0].totals} == {"EUR", "USD"}
    held = {one.path: one.etag for one in bucket.list(FOLDER)}
    assert {path.rsplit("/", 1)[1] for path in held if "billing_period" not in path} == {
        "data-generator.json", "dataset-instance.json", "schema.json", "recency.json",
    }  # fmt: skip
    assert writer.write() == FocusWrite()
    assert {one.path: one.etag for one in bucket.list(FOLDER)} == held


def test_the_day_that_runs_and_days_that_are_long_over_are_left_alone(made: Exported, tmp_path: Path) -> None:
    """A day that is not over is not written, nor one before the days that are kept up to date."""
    bucket = MemoryBucket()
    exporter(made.database, bucket, tmp_path, Clock(at(30))).write()
    manifest = true_manifest(bucket)
    assert manifest is not None
    assert [one.charge_date for one in manifest.files] == [at().date()]
    late = MemoryBucket()
    assert exporter(made.database, late, tmp_path, Clock(at(72)), days=1).write() == FocusWrite()
    assert list(late.list(FOLDER)) == []


def test_a_restated_day_is_replaced_wherever_the_process_dies(tmp_path: Path) -> None:
    """A restated bill gives its day a new file that says what it replaces; killed anywhere, the manifest is true."""
    fleet, database = ledger_fleet(3), open_tables(tmp_path)
    sets, bucket, clock = published(fleet), EndingBucket(), Clock(at(72))
    ingest(sets, database)
    writer = exporter(database, bucket, tmp_path, clock)
    writer.write()
    before = true_manifest(bucket)
    assert before is not None
    rows = fleet.rows["bills-aws", 1]
    rows[0] = replace(rows[0], cost=replace(rows[0].cost, invoiced_cost=rows[0].cost.invoiced_cost + 1))
    fleet.publish_bill(sets, "bills-aws", 1)
    ingest(sets, database)
    for writes in range(3):
        bucket.left = writes
        with pytest.raises(StoreError, match="killed"):
            writer.write()
        during = true_manifest(bucket)
        assert during is not None
        assert (during == before) == (writes < 2)
    bucket.left = 10**6
    writer.write()
    after = true_manifest(bucket)
    assert after is not None
    assert after.files[0] == before.files[0]
    assert after.files[1].replaces == before.files[1].path
    old = before.files[1].path
    assert old in {one.path for one in bucket.list(FOLDER)}
    database.close()


def test_files_that_no_manifest_names_are_removed_after_their_grace(tmp_path: Path) -> None:
    """A file that nobody has named for an hour is removed; a day without sets and bills leaves the manifest."""
    fleet, database = ledger_fleet(4), open_tables(tmp_path)
    sets, clock = published(fleet), Clock(at(72))
    ingest(sets, database)
    bucket = OldBucket()
    writer = exporter(database, bucket, tmp_path, clock)
    writer.write()
    first = true_manifest(bucket)
    assert first is not None
    for path in [
        one.path for one in sets.list("") if f"{at(day=1).timestamp():.0f}-" in one.path or "/1h/" in one.path
    ]:
        sets.delete(path)
    ingest(sets, database)
    done = writer.write()
    assert (done.gone, done.removed) == (1, 1)
    left = true_manifest(bucket)
    assert left is not None
    assert [one.charge_date for one in left.files] == [at().date()]
    database.close()


def test_partitions_are_read_as_hive_does(made: Exported, tmp_path: Path) -> None:
    """The folders are columns to an engine that knows partitions."""
    bucket = MemoryBucket()
    exporter(made.database, bucket, tmp_path, Clock(at(72))).write()
    for one in bucket.list(f"{FOLDER}/{NAME}/data"):
        file = tmp_path / "copy" / one.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(bucket.get(one.path))
    found = duckdb.sql(
        "SELECT charge_date::VARCHAR, count(*) > 0 FROM "
        f"read_parquet('{tmp_path}/copy/**/*.parquet', hive_partitioning = true) GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    assert found == [(f"{at(day=number):%Y-%m-%d}", True) for number in (0, 1)]


def test_settings_ask_for_it(made: Exported, tmp_path: Path) -> None:
    """Without a name nothing is exported; where nothing may be written it is refused."""
    bucket = MemoryBucket()
    assert focus_exporter(AggregatorSettings(data_dir=tmp_path), made.database, bucket) is None
    asked = AggregatorSettings(data_dir=tmp_path, focus_export=NAME, focus_export_level="cluster")
    found = focus_exporter(asked, made.database, bucket)
    assert found is not None
    with pytest.raises(SettingsError, match="read_only"):
        focus_exporter(AggregatorSettings(data_dir=tmp_path, focus_export=NAME, read_only=True), made.database, bucket)
