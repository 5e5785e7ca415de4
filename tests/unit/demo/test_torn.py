"""The demonstration has one damaged object to show, and keeps it."""

from __future__ import annotations

from pathlib import Path

import pytest

from builders import allocation_set, asset_set, at, bucket_of, day, key
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.demo.fleet import FLEET
from fleetcost.demo.run import fleet
from fleetcost.demo.torn import TornBucket
from fleetcost.errors import SetDamagedError
from fleetcost.model.sets import SetKind
from fleetcost.sets.layout import set_path
from fleetcost.sets.publish import copy, read

KEY = key(day())
ASSETS = key(day(), SetKind.ASSETS)


def test_an_agent_does_not_mend_it() -> None:
    """Pushing the set again leaves the object damaged and unchanged; other objects are written whole."""
    local = bucket_of(allocation_set(window=day()), asset_set(window=day()))
    bucket = MemoryBucket()
    torn = TornBucket(bucket, set_path(KEY))
    etags = set()
    for _ in range(3):
        copy(KEY, local, torn)
        copy(ASSETS, local, torn)
        etags.add(torn.stat(torn.path))
        with pytest.raises(SetDamagedError):
            read(bucket, KEY)
        assert read(bucket, ASSETS).header.key == ASSETS
    assert len(etags) == 1


def test_a_whole_object_is_torn() -> None:
    """What an earlier demonstration left whole is torn once; where there is nothing, nothing is written."""
    bucket = bucket_of(allocation_set(window=day()))
    torn = TornBucket(bucket, set_path(KEY))
    torn.tear()
    half = bucket.get(torn.path)
    torn.tear()
    assert bucket.get(torn.path) == half
    with pytest.raises(SetDamagedError):
        read(bucket, KEY)
    empty = MemoryBucket()
    TornBucket(empty, set_path(KEY)).tear()
    assert list(empty.list()) == []


def test_one_cluster_has_it(tmp_path: Path) -> None:
    """One agent of twelve pushes to a bucket that tears its second day's allocations."""
    made = fleet(
        MemoryBucket(), tmp_path, lambda _folder: MemoryBucket(), lambda: at(2, 5), clusters=len(FLEET), days=3
    )
    torn = {agent.builder.identity.cluster: agent.bucket for agent in made.agents if type(agent.bucket) is TornBucket}
    assert {cluster: bucket.path for cluster, bucket in torn.items()} == {
        "cluster-7": set_path(key(day(4), cluster="cluster-7"))
    }
