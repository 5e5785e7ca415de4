"""One id, one cluster."""

from __future__ import annotations

import msgspec
import pytest

from builders import TinyCluster, at
from fleetcost.agent.claim import claim, heartbeat, read_claim, retire
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.bucket.port import ObjectInfo
from fleetcost.documents.cluster import ClusterClaim
from fleetcost.documents.places import identity_path
from fleetcost.errors import ClaimRefusedError, ConditionFailedError, DamagedError
from unit.agent.agents import C1, Scene, paths

PATH = identity_path(C1)


def there(bucket: MemoryBucket) -> ClusterClaim:
    """Return the claim in the bucket."""
    return msgspec.json.decode(bucket.get(PATH), type=ClusterClaim)


def test_the_first_agent_claims_the_id() -> None:
    """The claim in the bucket says who, since when, and that nothing was pushed yet."""
    bucket = MemoryBucket()
    held = claim(bucket, C1, "uid-1", at(1))
    assert there(bucket) == held
    assert (held.cluster, held.uid, held.claimed_at, held.last_push) == ("c1", "uid-1", at(1), None)


def test_the_same_cluster_confirms_its_claim() -> None:
    """A later agent with the same uid gets the first claim back and changes nothing."""
    bucket = MemoryBucket()
    first = claim(bucket, C1, "uid-1", at(1))
    assert claim(bucket, C1, "uid-1", at(9)) == first
    assert there(bucket) == first


def test_another_cluster_is_refused() -> None:
    """A second claimant is shown both uids, when the first claimed and pushed, and what to do."""
    bucket = MemoryBucket()
    heartbeat(bucket, claim(bucket, C1, "uid-1", at(1)), at(2), pushed=True)
    with pytest.raises(ClaimRefusedError, match=r"uid-1.*last push 2026-01-10T02:00:00Z.*uid-2") as raised:
        claim(bucket, C1, "uid-2", at(3))
    assert "give this cluster an id of its own" in str(raised.value)
    assert "--takeover" in str(raised.value)
    assert there(bucket).uid == "uid-1"


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"uid": 5}', b"\xff"])
def test_a_claim_that_cannot_be_read_is_damaged(content: bytes) -> None:
    """What is no claim is not overwritten: somebody has to look."""
    bucket = MemoryBucket()
    bucket.put(PATH, content)
    with pytest.raises(DamagedError, match=r"no claim.*delete it to claim the id again"):
        claim(bucket, C1, "uid-1", at(1))
    assert bucket.get(PATH) == content


def test_the_heartbeat_writes_the_push() -> None:
    """The last push is written, the rest of the claim stays."""
    bucket = MemoryBucket()
    held = claim(bucket, C1, "uid-1", at(1))
    beaten = heartbeat(bucket, held, at(5), pushed=True)
    instant = at(5)
    assert beaten == there(bucket) == msgspec.structs.replace(held, last_push=instant, last_seen=instant)
    again = heartbeat(bucket, beaten, at(6), pushed=False)
    assert (again.last_seen, again.last_push) == (at(6), instant)


def test_a_heartbeat_restores_a_deleted_claim() -> None:
    """A claim that somebody deleted while its agent ran is back at the next push."""
    bucket = MemoryBucket()
    held = claim(bucket, C1, "uid-1", at(1))
    bucket.delete(PATH)
    heartbeat(bucket, held, at(5), pushed=True)
    assert there(bucket).uid == "uid-1"


def test_a_heartbeat_never_takes_another_clusters_claim() -> None:
    """If another cluster claimed the id meanwhile, the agent that pushes is refused and the claim stays theirs."""
    bucket = MemoryBucket()
    held = claim(bucket, C1, "uid-1", at(1))
    bucket.delete(PATH)
    claim(bucket, C1, "uid-2", at(2))
    with pytest.raises(ClaimRefusedError):
        heartbeat(bucket, held, at(5), pushed=True)
    assert there(bucket).uid == "uid-2"


class Racing(MemoryBucket):
    """A bucket in which another writer replaces the claim between our look and our write."""

    def __init__(self, rival: str) -> None:
        super().__init__()
        self.rival = rival

    def put(self, path: str, content: bytes, *, create: bool = False, if_etag: str | None = None) -> ObjectInfo:
        """Let the rival write first."""
        if if_etag is not None:
            theirs = msgspec.structs.replace(there(self), uid=self.rival, last_push=at(4))
            super().put(path, msgspec.json.encode(theirs))
        return super().put(path, content, create=create, if_etag=if_etag)


def test_a_lost_race_is_decided_by_the_uid() -> None:
    """A heartbeat that loses against its own cluster's is fine; against another's it is refused."""
    own = Racing("uid-1")
    held = claim(own, C1, "uid-1", at(1))
    assert heartbeat(own, held, at(5), pushed=True).last_push == at(4)
    other = Racing("uid-2")
    held = claim(other, C1, "uid-1", at(1))
    with pytest.raises(ClaimRefusedError):
        heartbeat(other, held, at(5), pushed=True)


class Forgetful(MemoryBucket):
    """A bucket that takes a conditional write and says that it did not."""

    def put(self, path: str, content: bytes, *, create: bool = False, if_etag: str | None = None) -> ObjectInfo:
        """Write, then deny it."""
        info = super().put(path, content, create=create, if_etag=if_etag)
        if create or if_etag:
            raise ConditionFailedError("the answer was lost on the way")
        return info


def test_a_winner_that_is_told_it_lost_reads_and_knows() -> None:
    """The port allows a winner to be answered that it lost; claim and heartbeat look at what lies there."""
    bucket = Forgetful()
    held = claim(bucket, C1, "uid-1", at(1))
    assert held.uid == "uid-1"
    assert heartbeat(bucket, held, at(5), pushed=True).last_push == at(5)


def test_a_takeover_takes_the_id() -> None:
    """A cluster rebuilt under its old name takes its id over; the former holder is remembered and refused."""
    bucket = MemoryBucket()
    old = claim(bucket, C1, "uid-1", at(1))
    taken = claim(bucket, C1, "uid-2", at(3), takeover=True)
    assert (taken.uid, taken.previous_uid, taken.claimed_at) == ("uid-2", "uid-1", at(3))
    with pytest.raises(ClaimRefusedError):
        heartbeat(bucket, old, at(5), pushed=True)
    assert claim(bucket, C1, "uid-2", at(6), takeover=True) == taken


def test_a_retired_cluster_is_back_with_its_next_heartbeat() -> None:
    """A cluster that was declared gone and pushes again is in service again."""
    bucket = MemoryBucket()
    held = claim(bucket, C1, "uid-1", at(1))
    assert retire(bucket, C1, at(2)).retired_at == at(2)
    assert heartbeat(bucket, held, at(5), pushed=True).retired_at is None


def test_retiring_a_cluster_nobody_claimed_is_refused() -> None:
    """A mistyped id is reported instead of making a claim."""
    bucket = MemoryBucket()
    with pytest.raises(ClaimRefusedError, match="is the cluster id right"):
        retire(bucket, C1, at(2))
    assert read_claim(bucket, C1) is None


def test_reading_a_claim() -> None:
    """Who holds an id is read without claiming it."""
    bucket = MemoryBucket()
    assert read_claim(bucket, C1) is None
    held = claim(bucket, C1, "uid-1", at(1))
    assert read_claim(bucket, C1) == held


def test_an_agent_with_anothers_id_builds_and_pushes_nothing() -> None:
    """Two clusters with one id: the second agent stops before it has built, and overwrites nothing."""
    scene = Scene(TinyCluster(at(8), at(9.5)))
    claim(scene.bucket, C1, "uid-2", at(1))
    with pytest.raises(ClaimRefusedError):
        scene.agent().round()
    assert paths(scene.bucket) == [PATH]
    assert paths(scene.store) == []


def test_a_damaged_claim_does_not_stop_the_building() -> None:
    """History is built and kept locally until somebody has looked at the claim; the round says what is wrong."""
    scene = Scene(TinyCluster(at(8), at(9.5)))
    scene.bucket.put(PATH, b"garbage")
    with pytest.raises(DamagedError, match="delete it to claim the id again"):
        scene.agent().round()
    assert len(paths(scene.store)) == 6
    assert paths(scene.bucket) == [PATH]
