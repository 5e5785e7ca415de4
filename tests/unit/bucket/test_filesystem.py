"""What is particular to a directory as a bucket."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fleetcost.bucket.filesystem import ABANDONED_SECONDS, STAGING, FilesystemBucket
from fleetcost.errors import StoreError, StoreRefusedError

SOURCE = Path(__file__).parents[3] / "src"
INCREMENTS = 25


INCREMENT = """
import sys
from pathlib import Path
from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.errors import ConditionFailedError

bucket, done = FilesystemBucket(Path(sys.argv[1])), 0
while done < int(sys.argv[2]):
    read = bucket.stat("number")
    number = int(bucket.get("number"))
    try:
        bucket.put("number", str(number + 1).encode(), if_etag=read.etag)
    except ConditionFailedError:
        continue
    done += 1
"""
"""A process that adds one to a shared number, many times, by read and conditional replace."""


def test_processes_lose_no_increment(tmp_path: Path) -> None:
    """Processes that replace the same object conditionally never overwrite each other."""
    bucket = FilesystemBucket(tmp_path)
    bucket.put("number", b"0")
    command = [sys.executable, "-c", INCREMENT, str(tmp_path), str(INCREMENTS)]
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    workers = [subprocess.Popen(command, env=environment) for _ in range(3)]
    assert [worker.wait(60) for worker in workers] == [0, 0, 0]
    assert bucket.get("number") == str(3 * INCREMENTS).encode()


def test_etag_moves_on_while_the_clock_stands_still(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Equal lengths written at one and the same instant still have unlike etags."""
    monkeypatch.setattr("fleetcost.bucket.filesystem.time.time_ns", lambda: 1_700_000_000_000_000_000)
    bucket = FilesystemBucket(tmp_path)
    assert len({bucket.put("a", b"xx").etag for _ in range(50)}) == 50


def test_nothing_half_written_is_seen(tmp_path: Path) -> None:
    """A writer that dies before the rename leaves neither an object nor a listed file, and its draft is swept later."""
    bucket = FilesystemBucket(tmp_path)
    bucket.put("a/b", b"old")
    draft = tmp_path / STAGING / "draft-of-a-dead-writer"
    draft.write_bytes(b"ne")
    bucket.put("a/c", b"x")
    assert draft.exists()
    assert [info.path for info in bucket.list()] == ["a/b", "a/c"]
    long_ago = draft.stat().st_mtime - ABANDONED_SECONDS - 1
    os.utime(draft, (long_ago, long_ago))
    bucket.put("a/c", b"y")
    assert not draft.exists()


def test_a_missing_root_is_refused_not_empty(tmp_path: Path) -> None:
    """A volume that is not mounted must not look like an empty fleet."""
    bucket = FilesystemBucket(tmp_path / "volume")
    with pytest.raises(StoreRefusedError, match=r"volume: there is no such directory: create it, mount it"):
        list(bucket.list())
    bucket.put("a", b"x")
    assert [info.path for info in bucket.list()] == ["a"]


def test_object_in_the_way_of_a_folder(tmp_path: Path) -> None:
    """An object cannot also be a folder of objects; the error says what the system said."""
    bucket = FilesystemBucket(tmp_path)
    bucket.put("a", b"x")
    with pytest.raises(StoreError, match=r"put file://.*/a/b: "):
        bucket.put("a/b", b"y")


@pytest.mark.skipif(os.getuid() == 0, reason="root may write anywhere")
def test_missing_right_is_named(tmp_path: Path) -> None:
    """A folder without the right to write says which user lacks it."""
    (tmp_path / "locked").mkdir(mode=0o500)
    with pytest.raises(StoreRefusedError, match="the right to write"):
        FilesystemBucket(tmp_path / "locked").put("a", b"x")


def test_the_staging_folder_is_no_place_for_objects(tmp_path: Path) -> None:
    """The reserved folder takes no objects, because they would not be listed."""
    with pytest.raises(ValueError, match="reserved"):
        FilesystemBucket(tmp_path).put(f"{STAGING}/a", b"x")
