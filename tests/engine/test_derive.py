"""What an engine derives is what the embedded database derives: every table, every column, to the last place."""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest

from builders import allocation, allocation_set, asset_set, at, hour, key, money, pair, put
from compat.catalogue import FLEETS
from compat.fleets import Fleet, fill
from compat.random_fleet import random_fleet
from engine.lakes import assert_same, by_engine, embedded, manifest_of, rows
from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.errors import TryAgainError
from fleetcost.ingest.passes import Pass
from fleetcost.lake.manifest import MANIFEST
from fleetcost.sets.cost_set import CostSet
from fleetcost.sets.files import to_bytes
from fleetcost.sets.layout import set_path
from fleetcost.tables.ledger import EntryState
from servers.engines import sail_process
from unit.ingest.billed_fleet import HOURS, billed_fleet
from unit.ingest.test_foreign_pass import FOREIGN, ONE
from unit.ingest.test_foreign_pass import WINDOW as FOREIGN_WINDOW
from unit.ingest.test_pass import GARBAGE, ODD, odd_rows

pytestmark = pytest.mark.real

DERIVED = {
    "random": random_fleet(),
    **{name: FLEETS[name] for name in ("topology", "details", "billed", "cloud", "currencies", "averages")},
}


@pytest.mark.parametrize("fleet", DERIVED.values(), ids=DERIVED)
def test_sail_derives_what_the_database_does(sail_url: str, fleet: Fleet, tmp_path: Path) -> None:
    """Sets and their bills become the same rows in every table of the lake."""
    both = [FilesystemBucket(tmp_path / name) for name in ("engine", "embedded")]
    fill(both[0], fleet)
    with closing(by_engine(sail_url, both[0], tmp_path / "data", fleet.now)) as deriver:
        assert deriver.pass_once().bad == 0
    embedded(*both, tmp_path / "database", fleet.now)
    assert_same(*both)


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.corner) for seed in (2, 3))])
def test_sail_reconciles_as_the_database_does(sail_url: str, seed: int, tmp_path: Path) -> None:
    """Bills of three clouds in two currencies reach assets, allocations, idle and rollups, hours and days alike."""
    assert_reconciles(sail_url, seed, tmp_path)


@pytest.mark.corner
def test_spark_reconciles_as_the_database_does(spark_url: str, tmp_path: Path) -> None:
    """Spark does too, each step on both workers."""
    assert_reconciles(spark_url, 1, tmp_path)


def assert_reconciles(url: str, seed: int, folder: Path) -> None:
    """Derive a fleet with bills both ways and compare every table."""
    both = [FilesystemBucket(folder / name) for name in ("engine", "embedded")]
    billed_fleet(seed).publish(both[0])
    with closing(by_engine(url, both[0], folder / "data", at(day=8))) as deriver:
        assert deriver.pass_once().bad == 0
    embedded(*both, folder / "database", at(day=8))
    assert_same(*both)


class Place:
    """A bucket and its deriver, whose clock stands."""

    def __init__(self, url: str, folder: Path, *sets: CostSet) -> None:
        self.bucket = FilesystemBucket(folder / "bucket")
        self.folder = folder
        self.url = url
        put(self.bucket, *sets)

    def passed(self) -> Pass:
        """Do a pass with a deriver that has nothing but the bucket."""
        deriver = by_engine(self.url, self.bucket, self.folder / token_hex(4), at(day=8))
        with closing(deriver):
            return deriver.pass_once()

    def costs(self, table: str = "container_1h") -> list[tuple[Any, ...]]:
        """Return cluster, hour and cost of each container."""
        names = [column.name for column in manifest_of(self.bucket).tables[table].columns if column.name != "label_set"]
        cost = names.index("cpu_cost")
        return [(row[0], row[1].hour, row[cost]) for row in rows(self.bucket, table)]

    def entry(self, path: str) -> tuple[str, str]:
        """Return state and reason of an object."""
        ((state, reason),) = [(row[9], row[10]) for row in rows(self.bucket, "ledger") if row[0] == path]
        return state, reason


@pytest.fixture
def place(sail_url: str, tmp_path: Path) -> Place:
    """Two hours of one cluster."""
    return Place(sail_url, tmp_path, *pair(hour(0)), *pair(hour(1)))


def test_nothing_new_derives_nothing(place: Place) -> None:
    """A second pass, by a deriver that knows nothing, finds the lake as it should be and leaves its manifest alone."""
    assert place.passed() == Pass(loaded=4, forgotten=0, bad=0, unchanged=0)
    before = place.bucket.get(MANIFEST)
    assert place.passed() == Pass(loaded=0, forgotten=0, bad=0, unchanged=4)
    assert place.bucket.get(MANIFEST) == before


def test_only_changed_windows_are_derived_again(place: Place) -> None:
    """A set that arrives again replaces the files of its own window; a set that leaves takes its rows along."""
    place.passed()
    before = {file.path for file in manifest_of(place.bucket).tables["container_1h"].files}
    put(place.bucket, allocation_set([allocation(hour(1), cpu_cost=0.75)], hour(1)), *pair(hour(0), "c2"))
    assert place.passed() == Pass(loaded=3, forgotten=0, bad=0, unchanged=3)
    put(place.bucket, *pair(hour(0, 1)))
    place.passed()
    after = {file.path for file in manifest_of(place.bucket).tables["container_1h"].files}
    assert place.costs() == [("c1", 0, 1), ("c1", 1, money(0.75)), ("c1", 0, 1), ("c2", 0, 1)]
    assert not before & after
    for one in pair(hour(0), "c2"):
        place.bucket.delete(set_path(one.header.key))
    assert place.passed() == Pass(loaded=0, forgotten=2, bad=0, unchanged=6)
    assert place.costs() == [("c1", 0, 1), ("c1", 1, money(0.75)), ("c1", 0, 1)]


BAD = {"garbage": GARBAGE[1], **{name: odd_rows(ODD[name][0]) for name in ("column missing", "null", "later null")}}
"""Found by the checksum, by the columns, and by what the engine counts; all kinds are tested where sets are fetched."""


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
def test_a_bad_set_is_named_and_stops_nobody(place: Place, content: bytes) -> None:
    """Whatever is wrong with a set, its entry says so and all others are derived; a good one later takes its place."""
    bad = set_path(key(hour(0)))
    place.bucket.put(bad, content)
    assert place.passed() == Pass(loaded=3, forgotten=0, bad=1, unchanged=0)
    state, reason = place.entry(bad)
    assert (state, bool(reason)) == (EntryState.DAMAGED.value, True)
    assert place.costs() == [("c1", 1, 1)]
    assert place.passed().unchanged == 4
    place.bucket.put(bad, to_bytes(allocation_set(None, hour(0))))
    assert place.passed().loaded == 1
    assert place.costs() == [("c1", 0, 1), ("c1", 1, 1)]


def test_foreign_sets_are_derived_beside_ours(sail_url: str, tmp_path: Path) -> None:
    """Another product's sets are decoded for the engine, again when their day is derived again, and leave nothing."""
    place = Place(sail_url, tmp_path, allocation_set(None, FOREIGN_WINDOW, cluster="c2"))
    place.bucket.put(FOREIGN, ONE)
    assert place.passed() == Pass(loaded=2, forgotten=0, bad=0, unchanged=0)
    expected = [("c1", FOREIGN_WINDOW.start.hour, money(1.5)), ("c2", FOREIGN_WINDOW.start.hour, 1)]
    assert place.costs() == expected
    put(place.bucket, asset_set(None, FOREIGN_WINDOW, cluster="c2"))
    assert place.passed() == Pass(loaded=1, forgotten=0, bad=0, unchanged=2)
    assert place.costs() == expected
    assert not list(place.bucket.list("fleetcost/lake/scratch"))


def test_a_lake_of_the_database_is_taken_over(sail_url: str, tmp_path: Path) -> None:
    """Where an aggregator with a database wrote the lake, the deriver makes every window again, and the same."""
    both = [FilesystemBucket(tmp_path / name) for name in ("engine", "embedded")]
    billed_fleet(1).publish(both[0])
    for lake in both:
        embedded(both[0], lake, tmp_path / lake.name.rpartition("/")[2], at(day=8))
    deriver = by_engine(sail_url, both[0], tmp_path / "data", at(day=8))
    with closing(deriver):
        deriver.pass_once()
    paths = [file.path for file in manifest_of(both[0]).tables["container_1d"].files]
    assert paths
    assert all("/at=" in path for path in paths)
    assert_same(*both, without=("ledger", "cloud_ledger"))


def test_an_engine_that_dies_leaves_the_lake_as_it_was(tmp_path: Path) -> None:
    """SIGKILL while a day is derived: the manifest stays, the error names the engine, the next pass ends it."""
    fleet, bucket = billed_fleet(1), FilesystemBucket(tmp_path / "bucket")
    fleet.publish(bucket)
    with sail_process(tmp_path) as engine:
        deriver = by_engine(engine.url, bucket, tmp_path / "data", at(day=8))
        deriver.pass_once()
        before = bucket.get(MANIFEST)
        first = hour(HOURS[0], 0)
        fleet.assets["aws", first] = [replace(one, cost=one.cost + 1) for one in fleet.assets["aws", first]]
        fleet.publish_cluster(bucket, "aws", 0)
        killer = threading.Timer(0.8, engine.kill)
        killer.start()
        with pytest.raises(TryAgainError, match="ask the engine at"):
            deriver.pass_once()
        killer.join()
    assert bucket.get(MANIFEST) == before
    with sail_process(tmp_path, engine.port):
        assert deriver.pass_once().bad == 0
    deriver.close()
    lake = FilesystemBucket(tmp_path / "embedded")
    embedded(bucket, lake, tmp_path / "database", at(day=8))
    assert_same(bucket, lake)
