"""`fleetcost aggregator ingest`, and what the agent, the bucket and the tables make of each other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from builders import key, pair, put
from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Resolution, Window
from fleetcost.sets.layout import set_path
from unit.cli.conftest import Command, Done


@pytest.fixture
def recent() -> Window:
    """Yesterday, which no retention forgets."""
    return Resolution.DAY.window_of(datetime.now(UTC) - timedelta(days=1))


@pytest.fixture
def bucket(storage: Path, recent: Window) -> FilesystemBucket:
    """A bucket with a day of two clusters, an old hour, something odd and merged output."""
    opened = FilesystemBucket(storage.parent / "bucket")
    old = Resolution.HOUR.window_of(datetime.now(UTC) - timedelta(days=9))
    put(opened, *pair(recent), *pair(recent, "c2"), *pair(old))
    opened.put("federated/c1/[/odd]", b"")
    opened.put("federated/combined/x", b"")
    return opened


@pytest.fixture
def ingest(command: Command, storage: Path, tmp_path: Path, bucket: FilesystemBucket) -> object:
    """Run one pass."""
    assert bucket.stat("federated/combined/x")

    def call(*extra: str) -> Done:
        return command("aggregator", "ingest", "--storage-config", storage, "--data-dir", tmp_path / "data", *extra)

    return call


def test_a_dry_run_prints_the_plan_and_changes_nothing(ingest: Command) -> None:
    """What would be done is shown: batches, the unchanged, past retention and skipped, each skip with its reason."""
    for _ in range(2):
        done = ingest("--dry-run")
        text = " ".join(done.out.split())
        assert done.code == 0
        assert "4 objects in 1 batches; 0 unchanged, 2 past retention, 2 skipped" in text
        assert "│ 1 │ 4 │ 0 │ 1d │" in text
        assert "c1, c2 │" in text
        assert "skipped federated/c1/[/odd]: unknown: not etl/{parquet,bingen}/<kind>/<resolution>/<file>" in text
        assert "skipped federated/combined/x: combined: an older product's merged output" in text


def test_a_pass_tells_what_it_did(ingest: Command) -> None:
    """Loaded, forgotten, not usable and unchanged are counted; a second pass finds everything unchanged."""
    first, second = ingest(), ingest()
    said = [done.out.splitlines()[0] for done in (first, second)]
    assert (first.code, said[0]) == (0, "4 loaded, 0 forgotten, 0 not usable, 0 unchanged, 2 skipped")
    assert said[1] == "0 loaded, 0 forgotten, 0 not usable, 4 unchanged, 2 skipped"


def test_a_damaged_object_is_exit_code_one(ingest: Command, bucket: FilesystemBucket, recent: Window) -> None:
    """A pass that found something broken says so with its code and names the object in the log."""
    path = set_path(key(recent, SetKind.ALLOCATIONS))
    bucket.put(path, b"garbage")
    done = ingest()
    assert (done.code, done.out.splitlines()[0]) == (1, "3 loaded, 0 forgotten, 1 not usable, 0 unchanged, 2 skipped")
    assert path in done.err
    assert "not a whole Parquet file" in done.err


def test_retentions_are_settings(ingest: Command) -> None:
    """With hours kept for ever the old hour is loaded, too."""
    assert ingest("--hourly-retention-hours", "0").out.startswith("6 loaded")
    assert ingest("--hourly-retention-hours", "0", "--daily-retention-days", "0").out.startswith("0 loaded")


def test_why_nothing_was_loaded_is_printed(command: Command, storage: Path, tmp_path: Path) -> None:
    """Of a bucket whose sets are all too old a pass and its plan say so, with the settings that change it."""
    old = Resolution.HOUR.window_of(datetime.now(UTC) - timedelta(days=9))
    put(FilesystemBucket(storage.parent / "bucket"), *pair(old))
    for extra in ((), ("--dry-run",)):
        done = command("aggregator", "ingest", "--storage-config", storage, "--data-dir", tmp_path / "data", *extra)
        assert done.code == 0
        assert "nothing to load: all 2 sets are older than what is kept" in done.out
        assert "raise hourly_retention_hours and daily_retention_days" in done.out
