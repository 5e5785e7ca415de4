"""What an engine derives is what the embedded database derives: every table, every column, to the last place."""

from __future__ import annotations

from pathlib import Path

import pytest

from builders import at
from compat.catalogue import FLEETS
from compat.fleets import Fleet, fill
from compat.random_fleet import random_fleet
from engine.lakes import by_engine, embedded, manifest_of, rows
from fleetcost.bucket.filesystem import FilesystemBucket
from unit.ingest.billed_fleet import billed_fleet

pytestmark = pytest.mark.real

DERIVED = {
    "random": random_fleet(),
    **{name: FLEETS[name] for name in ("topology", "details", "billed", "cloud", "currencies", "averages")},
}


def assert_same(engine: FilesystemBucket, embedded: FilesystemBucket) -> None:
    """Compare every table of two lakes."""
    theirs, ours = manifest_of(engine).tables, manifest_of(embedded).tables
    assert {name: table.columns for name, table in theirs.items()} == {
        name: table.columns for name, table in ours.items()
    }
    for table in ours:
        assert rows(engine, table) == rows(embedded, table), table


@pytest.mark.parametrize("fleet", DERIVED.values(), ids=DERIVED)
def test_sail_derives_what_the_database_does(sail_url: str, fleet: Fleet, tmp_path: Path) -> None:
    """Sets and their bills become the same rows in every table of the lake."""
    both = [FilesystemBucket(tmp_path / name) for name in ("engine", "embedded")]
    fill(both[0], fleet)
    deriver = by_engine(sail_url, both[0], tmp_path / "data", fleet.now)
    assert deriver.pass_once().bad == 0
    deriver.close()
    embedded(*both, tmp_path / "database", fleet.now)
    assert_same(*both)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sail_reconciles_as_the_database_does(sail_url: str, seed: int, tmp_path: Path) -> None:
    """Bills of three clouds in two currencies reach assets, allocations, idle and rollups, hours and days alike."""
    both = [FilesystemBucket(tmp_path / name) for name in ("engine", "embedded")]
    billed_fleet(seed).publish(both[0])
    deriver = by_engine(sail_url, both[0], tmp_path / "data", at(day=8))
    assert deriver.pass_once().bad == 0
    deriver.close()
    embedded(*both, tmp_path / "database", at(day=8))
    assert_same(*both)
