"""Objects of a bucket are brought once, in bounded memory, and again only when they have changed."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fleetcost.billing.brought import brought, keep_only
from fleetcost.billing.file_source import WHOLE_BYTES, FileSource
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.errors import StoreError

SINCE, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)


class Counting(MemoryBucket):
    """A bucket that counts what is read of it, and that may break off."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[tuple[str, str]] = []
        self.breaks = False

    def get(self, path: str, *, largest_bytes: int | None = None) -> bytes:
        """Count, and get."""
        self.read.append(("get", path))
        return super().get(path, largest_bytes=largest_bytes)

    def chunks(self, path: str) -> Iterator[bytes]:
        """Count, and give pieces."""
        self.read.append(("chunks", path))
        content = MemoryBucket.get(self, path)
        yield content[:100]
        if self.breaks:
            raise StoreError("the store went away")
        yield content[100:]


@dataclass(slots=True)
class Reader:
    """Runs over one bucket, as a refresh has them."""

    home: Path
    bucket: Counting = field(default_factory=Counting)

    def run(self) -> list[bytes]:
        """Return what one run brings, and forget what it counted before."""
        self.bucket.read.clear()
        with brought(self.home, "aws") as folder:
            fetched = FileSource(self.bucket).fetch(SINCE, UNTIL, folder)
            keep_only(folder, fetched.files)
            return [file.path.read_bytes() for file in fetched.files]


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    """Return a reader of a small and a large object."""
    made = Reader(tmp_path)
    made.bucket.put("a.csv", b"small")
    made.bucket.put("b.csv", b"x" * (WHOLE_BYTES + 1))
    return made


def test_unchanged_objects_are_not_fetched_again(reader: Reader) -> None:
    """The first run gets the small one and streams the large one, the second reads neither, a changed one again."""
    first = reader.run()
    assert reader.bucket.read == [("get", "a.csv"), ("chunks", "b.csv")]
    assert reader.run() == first == [b"small", b"x" * (WHOLE_BYTES + 1)]
    assert reader.bucket.read == []
    reader.bucket.put("a.csv", b"other")
    assert reader.run()[0] == b"other"
    assert reader.bucket.read == [("get", "a.csv")]


def test_what_is_not_read_any_more_leaves_the_disk(reader: Reader) -> None:
    """After a run the folder holds the newest objects and nothing else."""
    reader.run()
    reader.bucket.put("a.csv", b"other")
    reader.bucket.delete("b.csv")
    reader.run()
    kept = [path.read_bytes() for path in reader.home.rglob("*") if path.is_file() and path.name != "lock"]
    assert kept == [b"other"]


def test_half_an_object_is_none(reader: Reader) -> None:
    """A stream that breaks off leaves nothing that the next run takes for the object."""
    reader.bucket.breaks = True
    with pytest.raises(StoreError):
        reader.run()
    reader.bucket.breaks = False
    assert reader.run()[1] == b"x" * (WHOLE_BYTES + 1)


def test_two_processes_do_not_share_the_folder(reader: Reader) -> None:
    """While another process is at the folder, a run has one of its own, and removes nothing of the other's."""
    first = reader.run()
    with (reader.home / "brought" / "aws" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert reader.run() == first
        assert len(reader.bucket.read) == 2
    assert reader.run() == first
    assert reader.bucket.read == []
