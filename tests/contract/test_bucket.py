"""The port's contract, the same for every backend."""

from __future__ import annotations

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from fleetcost.bucket.config import parse_config
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.bucket.open import open_bucket
from fleetcost.bucket.port import CHUNK_BYTES
from fleetcost.errors import ConditionFailedError, ObjectMissingError, ObjectTooLargeError
from fleetcost.sets.survey import survey
from making.field_bucket import write_field

if TYPE_CHECKING:
    from pathlib import Path

    from fleetcost.bucket.port import Bucket

BACKENDS = ("memory", "filesystem", "s3", "s3_tls", "s3_mutual", "ceph", "azure", "gcs")
AWKWARD = "federated/prod eu+1@x=y:z.0/etl/100%25/ä~#?&;'()[]!$*.json"


@pytest.fixture(
    params=[pytest.param(name, marks=[] if name in BACKENDS[:2] else pytest.mark.real) for name in BACKENDS]
)
def bucket(request: pytest.FixtureRequest, tmp_path: Path) -> Bucket:
    prefix = f"run-{uuid.uuid4().hex[:12]}/deep"
    if request.param == "memory":
        return MemoryBucket()
    environment = {}
    if request.param == "filesystem":
        text = f"type: FILESYSTEM\nprefix: {prefix}\nconfig:\n  directory: {tmp_path}\n"
    else:
        server = request.getfixturevalue(f"{request.param}_server")
        text = server.config(prefix)
        if request.param == "gcs":
            environment["STORAGE_EMULATOR_HOST"] = server.address
            text = server.config(prefix, f"service_account: {json.dumps(server.key)}")
    opened = open_bucket(parse_config(text, tmp_path / "federated-store.yaml"), environment)
    # A directory that nobody has written to is not there yet, and says so.
    opened.put("made", b"")
    opened.delete("made")
    return opened


def test_get_returns_the_bytes_that_were_put(bucket: Bucket) -> None:
    """What was put comes back byte for byte, empty and binary content included."""
    contents = {"empty": b"", "text": b"hello", "binary": bytes(range(256)) * 3000}
    for path, content in contents.items():
        bucket.put(path, content)
    assert {path: bucket.get(path) for path in contents} == contents
    # A reader that says how much it takes gets that much, and of one byte more nothing but an error that names it.
    bucket.put("a/small", b"12345")
    assert bucket.get("a/small", largest_bytes=5) == b"12345"
    with pytest.raises(ObjectTooLargeError, match="a/small: 5 bytes, accepted are up to 4"):
        bucket.get("a/small", largest_bytes=4)


def test_chunks_are_the_object(bucket: Bucket) -> None:
    """Pieces one after the other are the content, smaller or larger than a piece; an absent object is an error."""
    contents = {"empty": b"", "small": b"hello", "large": bytes(range(256)) * (CHUNK_BYTES // 100)}
    for path, content in contents.items():
        bucket.put(path, content)
    assert {path: b"".join(bucket.chunks(path)) for path in contents} == contents
    with pytest.raises(ObjectMissingError):
        list(bucket.chunks("no/such/object"))


def test_put_replaces_the_whole_object(bucket: Bucket) -> None:
    """A shorter content leaves nothing of a longer one behind."""
    bucket.put("a/b", b"x" * 1000)
    bucket.put("a/b", b"y")
    assert bucket.get("a/b") == b"y"
    assert [info.size_bytes for info in bucket.list()] == [1]


def test_put_describes_the_object_as_the_listing_does(bucket: Bucket) -> None:
    """Path, size and etag that `put` returns are those of `stat` and `list`, and the time is near."""
    before = datetime.now(UTC) - timedelta(minutes=1)
    written = bucket.put("a/b", b"hello")
    (listed,) = bucket.list()
    found = bucket.stat("a/b")
    assert found is not None
    for info in (written, found):
        assert (info.path, info.size_bytes, info.etag) == (listed.path, listed.size_bytes, listed.etag)
    # Some stores tell a single object's time in whole seconds.
    assert abs(found.modified - listed.modified) < timedelta(seconds=1)
    assert before < listed.modified < datetime.now(UTC) + timedelta(minutes=1)


def test_absent_object(bucket: Bucket) -> None:
    """Getting an absent object raises, asking for it tells None, deleting it is no error."""
    with pytest.raises(ObjectMissingError, match="no/such/object"):
        bucket.get("no/such/object")
    assert bucket.stat("no/such/object") is None
    bucket.delete("no/such/object")


def test_a_folder_is_not_an_object(bucket: Bucket) -> None:
    """A path that only begins other paths is absent."""
    bucket.put("a/b/c", b"x")
    assert bucket.stat("a/b") is None
    with pytest.raises(ObjectMissingError):
        bucket.get("a/b")


def test_deleted_object_is_gone(bucket: Bucket) -> None:
    """After a delete the object is neither read nor listed, and others stay."""
    bucket.put("a/b", b"x")
    bucket.put("a/c", b"y")
    bucket.delete("a/b")
    assert bucket.stat("a/b") is None
    assert [info.path for info in bucket.list()] == ["a/c"]


def test_list_is_ordered_by_path(bucket: Bucket) -> None:
    """Paths come in ascending order as texts, whatever folders they lie in and whenever they were written."""
    paths = ["b", "a-b/z", "a/z", "a/b/c", "a.b", "a0", "A", "a/b-c", "a/ä", "a/b.c"]
    for path in paths:
        bucket.put(path, b"x")
    assert [info.path for info in bucket.list()] == sorted(paths)


def test_list_goes_by_path_segment(bucket: Bucket) -> None:
    """A prefix names a folder: `cluster-1` does not match `cluster-10`, with or without a slash at its end."""
    for path in ("f/cluster-1/x", "f/cluster-10/x", "f/cluster-1.json", "g/x"):
        bucket.put(path, b"x")
    assert [info.path for info in bucket.list("f/cluster-1")] == ["f/cluster-1/x"]
    assert [info.path for info in bucket.list("f/cluster-1/")] == ["f/cluster-1/x"]
    assert list(bucket.list("nowhere")) == []


def test_list_of_an_object_is_empty(bucket: Bucket) -> None:
    """A prefix that is itself an object has nothing below it."""
    bucket.put("a/b", b"x")
    assert list(bucket.list("a/b")) == []


def test_awkward_names_survive(bucket: Bucket) -> None:
    """Blanks, signs and letters beyond ASCII in a path come back as they went in."""
    bucket.put(AWKWARD, b"x")
    assert [info.path for info in bucket.list()] == [AWKWARD]
    assert bucket.get(AWKWARD) == b"x"
    bucket.delete(AWKWARD)
    assert list(bucket.list()) == []


@pytest.mark.parametrize("path", ["", "/a", "a/", "a//b", ".", "a/../b", "./a", "a\nb", "a\0b", "x" * 1025])
def test_paths_that_name_no_object_are_refused(bucket: Bucket, path: str) -> None:
    """A path with an empty, `.` or `..` segment, a control character or too many bytes is the caller's mistake."""
    for attempt in (lambda: bucket.put(path, b"x"), lambda: bucket.get(path), lambda: bucket.stat(path)):
        with pytest.raises(ValueError, match="object path"):
            attempt()
    with pytest.raises(ValueError, match="object path"):
        bucket.delete(path)


def test_create_writes_only_once(bucket: Bucket) -> None:
    """The second create loses, says so, and leaves the first content."""
    bucket.put("claim", b"first", create=True)
    with pytest.raises(ConditionFailedError, match="claim: it exists already"):
        bucket.put("claim", b"second", create=True)
    assert bucket.get("claim") == b"first"


def test_of_many_creators_one_wins(bucket: Bucket) -> None:
    """Of writers that create the same object at once exactly one wins, and its content is what is there."""

    def create(number: int) -> int | None:
        try:
            bucket.put("claim", f"claimed by {number}".encode(), create=True)
        except ConditionFailedError:
            return None
        return number

    with ThreadPoolExecutor(6) as pool:
        winners = [number for number in pool.map(create, range(6)) if number is not None]
    assert len(winners) == 1
    assert bucket.get("claim") == f"claimed by {winners[0]}".encode()


def test_of_many_replacers_one_wins(bucket: Bucket) -> None:
    """Of writers that replace the version they have all read exactly one wins."""
    etag = bucket.put("state", b"read by all").etag

    def replace(number: int) -> int | None:
        try:
            bucket.put("state", f"written by {number}".encode(), if_etag=etag)
        except ConditionFailedError:
            return None
        return number

    with ThreadPoolExecutor(6) as pool:
        winners = [number for number in pool.map(replace, range(6)) if number is not None]
    assert len(winners) == 1
    assert bucket.get("state") == f"written by {winners[0]}".encode()


def test_replace_holds_only_for_the_etag_that_was_read(bucket: Bucket) -> None:
    """Of two writers that read the same object the second loses and nothing of it is written."""
    read = bucket.put("state", b"one")
    replaced = bucket.put("state", b"two", if_etag=read.etag)
    with pytest.raises(ConditionFailedError, match="state: it is no longer the one that was read"):
        bucket.put("state", b"three", if_etag=read.etag)
    assert bucket.get("state") == b"two"
    bucket.put("state", b"four", if_etag=replaced.etag)
    assert bucket.get("state") == b"four"


def test_replace_of_an_absent_object_fails(bucket: Bucket) -> None:
    """An object that was deleted meanwhile is not brought back by a conditional replace."""
    read = bucket.put("state", b"one")
    bucket.delete("state")
    with pytest.raises(ConditionFailedError, match="state"):
        bucket.put("state", b"two", if_etag=read.etag)
    assert bucket.stat("state") is None


def test_etag_changes_with_the_content(bucket: Bucket) -> None:
    """Contents of the same length, written one right after the other, have unlike etags."""
    etags = [bucket.put("a", content).etag for content in (b"one", b"two", b"six", b"ten")]
    assert len(set(etags)) == 4
    assert all(etags)


def test_etag_stays_while_nobody_writes(bucket: Bucket) -> None:
    """Reading and listing, and writes to other objects, do not touch an etag."""
    etag = bucket.put("a", b"one").etag
    bucket.get("a")
    bucket.put("b", b"two")
    assert [info.etag for info in bucket.list() if info.path == "a"] == [etag]


def test_names_say_where(bucket: Bucket) -> None:
    """The name is an address that people recognise."""
    assert "://" in bucket.name


def test_every_folder_of_other_agents_is_named_on_every_store(bucket: Bucket) -> None:
    """A bucket that agents of three products share is named the same wherever it lies, and its agents are heard."""
    write_field(bucket)
    wanted = MemoryBucket()
    write_field(wanted)
    there, here = survey(bucket), survey(wanted)

    assert [(one.place, one.objects) for one in there.folders] == [(one.place, one.objects) for one in here.folders]
    assert there.agents["third"].version == here.agents["third"].version == "1.0.25"
    assert (there.sets, there.only_inventories) == (12, False)
