"""The history that processes build side by side is the one that a single process builds."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path

from fleetcost.bucket.port import Bucket
from fleetcost.cli.stores import local_store
from fleetcost.demo.history import build_history
from fleetcost.demo.run import Fleet, fleet

CLUSTERS = 2


def made(folder: Path) -> tuple[Bucket, partial[Fleet]]:
    """Return a bucket, and what makes the fleet whose agents push to it; it is half past one."""
    bucket = local_store(folder / "bucket")
    clock = partial(datetime.fromisoformat, "2026-11-21T01:30:00+00:00")
    return bucket, partial(fleet, bucket, folder / "agents", local_store, clock, clusters=CLUSTERS, days=1)


def sets(bucket: Bucket) -> set[str]:
    """Return the paths of the sets in a bucket."""
    return {info.path for info in bucket.list() if info.path.endswith(".parquet")}


def test_side_by_side_is_what_one_after_the_other_is(tmp_path: Path) -> None:
    """The bucket has the same sets, each step was reported, and only the running hour is left to do."""
    bucket, make = made(tmp_path / "several")
    steps: list[tuple[str, int, int]] = []
    build_history(make, lambda *step: steps.append(step), CLUSTERS)
    alone, make_alone = made(tmp_path / "one")
    done: list[tuple[str, int, int]] = []
    make_alone().build(lambda *step: done.append(step))

    assert sets(bucket) == sets(alone) != set()
    assert sorted(steps) == sorted(done)
    assert {len(agent.round().built) for agent in make().agents} == {1}
