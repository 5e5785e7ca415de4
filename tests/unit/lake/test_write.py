"""The lake follows the tables window by window, and nobody ever sees half of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from builders import at, hour
from compat.fleets import Fleet, Ingested, day, ingested
from compat.random_fleet import random_fleet
from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.bucket.port import ObjectInfo
from fleetcost.errors import ConditionFailedError, StoreError
from fleetcost.ingest.plan import Retention
from fleetcost.ingest.run import Ingestor
from fleetcost.lake.manifest import MANIFEST, Manifest, read
from fleetcost.lake.publish import GRACE
from fleetcost.lake.write import LakeWriter
from fleetcost.model.asset import AssetType
from fleetcost.tables.database import EngineLimits, open_database
from unit.ingest.billed_fleet import HOURS, billed_fleet

DAYS = 3


@dataclass(frozen=True, slots=True)
class Lake:
    """A fleet in tables, a bucket, and what writes one into the other."""

    made: Ingested | None
    bucket: FilesystemBucket
    folder: Path

    def writer(self, later: timedelta = timedelta(0)) -> LakeWriter:
        """Return a writer whose clock is ahead."""
        return LakeWriter(self.made.database, self.bucket, self.folder, lambda: datetime.now(UTC) + later)

    def manifest(self) -> Manifest:
        """Return what is there."""
        found = read(self.bucket)
        assert found is not None
        return found.manifest

    def files(self, table: str) -> list[str]:
        """Return where the files of a table are."""
        root = self.bucket.name.removeprefix("file://")
        return [f"{root}/{file.path}" for file in self.manifest().tables[table].files]

    def rows(self, table: str, what: str) -> list[tuple[object, ...]]:
        """Ask the files of a table, with another reader than the product's."""
        return duckdb.sql(f"SELECT {what} FROM read_parquet({self.files(table)})").fetchall()


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    """Three days of three clusters, not written yet."""
    made = ingested(random_fleet(), tmp_path)
    yield Lake(made, FilesystemBucket(tmp_path / "bucket"), tmp_path)
    made.database.close()


def changed(fleet: Fleet, on: str) -> Fleet:
    """Return a fleet in which one cluster had no workloads on one day."""
    windows = [replace(one, allocations=[]) if one.window == day(on) else one for one in fleet.windows]
    return replace(fleet, windows=windows)


def test_every_row_and_amount_is_in_the_files(lake: Lake) -> None:
    """The files hold the rows of the tables: as many, and the same cost to the last place."""
    lake.writer().write()

    with lake.made.database.snapshot() as snapshot:
        for table in ("container_1d", "workload_1d", "namespace_1d", "node_1d"):
            what = "count(*), sum(cpu_cost), sum(pv_cost), min(window_start), max(window_end)"
            assert lake.rows(table, what) == snapshot.rows(f"SELECT {what} FROM {table}")
        assert lake.rows("asset_1d", "sum(cost)") == snapshot.rows("SELECT sum(cost) FROM asset_1d")
        assert lake.rows("idle_1d", "sum(cpu_cost)") == snapshot.rows("SELECT sum(cpu_cost) FROM idle_1d")


def test_labels_are_maps_and_find_their_rows(lake: Lake) -> None:
    """A label set is joined by its number, and its labels are read by name."""
    lake.writer().write()

    root = lake.bucket.name.removeprefix("file://")
    tables = lake.manifest().tables
    files = {name: [f"{root}/{file.path}" for file in tables[name].files] for name in ("container_1d", "label_set")}
    by_team = duckdb.sql(
        f"SELECT labels['team'], count(*) FROM read_parquet({files['container_1d']}) "
        f"JOIN read_parquet({files['label_set']}) USING (label_set) GROUP BY 1"
    ).fetchall()
    pods = [pod for one in lake.made.fleet.windows for pod in one.allocations]
    expected = {team: len([p for p in pods if p.get("labels", {}).get("team") == team]) for team in ("red", "green")}
    assert {team: count for team, count in by_team if team} == expected


def test_nothing_new_writes_nothing(lake: Lake) -> None:
    """A second write finds the lake equal to the tables and leaves the manifest as it is."""
    first = lake.writer().write()
    again = lake.writer().write()
    assert (again.files, again.version) == (0, first.version)


def test_only_a_changed_window_is_replaced(lake: Lake, tmp_path: Path) -> None:
    """A day that arrives again replaces its own files; those of other days stay the same objects."""
    lake.writer().write()
    before = {file.path for file in lake.manifest().tables["container_1d"].files}
    lake.made.database.close()
    other = ingested(changed(lake.made.fleet, "2024-01-02"), tmp_path / "later")
    written = LakeWriter(other.database, lake.bucket, tmp_path, lambda: datetime.now(UTC)).write()
    other.database.close()

    after = {file.path for file in lake.manifest().tables["container_1d"].files}
    assert written.version == 2
    assert len(before) == DAYS
    assert len(before & after) == DAYS - 1


def test_replaced_files_stay_for_readers_and_go_after_a_while(lake: Lake, tmp_path: Path) -> None:
    """Who began with the manifest before finds its files until the grace is over."""
    lake.writer().write()
    before = lake.manifest().paths
    other = ingested(changed(lake.made.fleet, "2024-01-02"), tmp_path / "later")
    soon = LakeWriter(other.database, lake.bucket, tmp_path, lambda: datetime.now(UTC))
    soon.write()
    assert all(lake.bucket.stat(path) for path in before)

    last = ingested(changed(changed(lake.made.fleet, "2024-01-02"), "2024-01-03"), tmp_path / "last")
    late = LakeWriter(last.database, lake.bucket, tmp_path, lambda: datetime.now(UTC) + GRACE * 2)
    assert late.write().removed > 0
    assert all(lake.bucket.stat(path) for path in lake.manifest().paths)
    other.database.close()
    last.database.close()


class Interrupted(MemoryBucket):
    """A bucket that somebody else writes to, or that goes away, just before the manifest is put."""

    def __init__(self, fate: str) -> None:
        super().__init__()
        self.fate = fate

    def put(self, path: str, content: bytes, *, create: bool = False, if_etag: str | None = None) -> ObjectInfo:
        """Write an object, unless it is the manifest's turn."""
        if path == MANIFEST and self.fate == "gone":
            raise StoreError("put the manifest: the store is away")
        if path == MANIFEST and self.fate == "raced":
            self.fate = ""
            super().put(path, content)
        return super().put(path, content, create=create, if_etag=if_etag)


@pytest.mark.parametrize(("fate", "error"), [("gone", StoreError), ("raced", ConditionFailedError)])
def test_a_write_that_is_cut_is_seen_by_nobody(lake: Lake, fate: str, error: type[Exception]) -> None:
    """Until the manifest is there no reader sees any of it; of two writers one learns that it lost."""
    bucket = Interrupted("")
    LakeWriter(lake.made.database, bucket, lake.folder, lambda: lake.made.fleet.now).write()
    before = bucket.get(MANIFEST)
    other = ingested(changed(lake.made.fleet, "2024-01-02"), lake.folder / "later")
    bucket.fate = fate
    with pytest.raises(error):
        LakeWriter(other.database, bucket, lake.folder, lambda: lake.made.fleet.now).write()
    other.database.close()
    if fate == "gone":
        assert bucket.get(MANIFEST) == before


def test_what_a_day_changes_on_a_billed_hour_is_written(tmp_path: Path) -> None:
    """An hour whose own objects stay is written again where a dearer day leaves it another part of the bill."""
    fleet, sets, bucket = billed_fleet(1), MemoryBucket(), FilesystemBucket(tmp_path / "bucket")
    fleet.publish(sets)
    now = at(day=8)
    database = open_database(tmp_path / "tables.duckdb", EngineLimits(memory_bytes=1 << 29, threads=2), now)
    ingestor, lake = Ingestor(sets, database, Retention(None, None), lambda: now), Lake(None, bucket, tmp_path)
    sums = "SELECT window_start, sum(adjustment) FROM {} GROUP BY 1 ORDER BY 1"
    for dearer in (0, 5):
        first = hour(HOURS[0], 0)
        fleet.assets["aws", first] = [
            replace(one, cost=one.cost + dearer, cpu_cost=one.cpu_cost + dearer) if one.type is AssetType.NODE else one
            for one in fleet.assets["aws", first]
        ]
        fleet.publish_cluster(sets, "aws", 0)
        ingestor.pass_once()
        LakeWriter(database, bucket, tmp_path, lambda: now).write()
        with database.snapshot() as snapshot:
            expected = snapshot.rows(sums.format("asset_1h"))
        assert duckdb.sql(sums.format(f"read_parquet({lake.files('asset_1h')})")).fetchall() == expected
    database.close()
