"""A store that goes away: the agent builds on, and brings everything later, in order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fleetcost.agent.build import AgentIdentity, Builder
from fleetcost.agent.loop import Agent
from fleetcost.agent.plan import BuildTiming
from fleetcost.bucket.config import read_config
from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.bucket.open import open_bucket
from fleetcost.costing.prices import PriceBook
from fleetcost.demo.fleet import FLEET
from fleetcost.demo.series import SimulatedCluster
from fleetcost.errors import StoreError
from fleetcost.model.identity import ClusterId
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Resolution
from fleetcost.samples.memory import MemorySource
from fleetcost.sets.discover import discover
from servers.minio import Minio, find_minio, minio

pytestmark = pytest.mark.real

BEGIN = datetime(2026, 3, 2, 6, 10, tzinfo=UTC)
OUTAGE_ROUNDS = 5


class _Clock:
    def __init__(self) -> None:
        self.now = BEGIN

    def __call__(self) -> datetime:
        return self.now

    def epoch(self) -> float:
        return self.now.timestamp()


@pytest.fixture
def program() -> str:
    found = find_minio()
    if found is None:
        pytest.skip("no S3 server: put `minio` on PATH, or build it with `make test` where Go is")
    return found


def _agent(server: Minio, folder: Path, clock: _Clock) -> Agent:
    file = folder / "federated-store.yaml"
    file.write_text(server.config("fleet", "max_retries: 1"))
    (folder / "store").mkdir()
    born = (BEGIN - timedelta(hours=2)).timestamp()
    source = MemorySource(SimulatedCluster(FLEET[0], born, clock.epoch))
    return Agent(
        builder=Builder(AgentIdentity(ClusterId("cluster-0"), "uid", "USD"), source, PriceBook(), 60),
        store=FilesystemBucket(folder / "store"),
        bucket=open_bucket(read_config(file)),
        timing=BuildTiming(timedelta(minutes=5), timedelta(hours=2)),
        clock=clock,
    )


def test_a_store_that_was_down_gets_everything_later_in_order(program: str, tmp_path: Path) -> None:
    """Rounds while the store is down build locally and say so; the first round after brings all, in order."""
    clock = _Clock()
    with minio(program, tmp_path / "minio") as server:
        agent = _agent(server, tmp_path, clock)
        before = agent.round()
    for _ in range(OUTAGE_ROUNDS):
        clock.now += timedelta(hours=1)
        with pytest.raises(StoreError, match="localhost"):
            agent.round()
    with minio(program, tmp_path / "minio", port=server.port):
        clock.now += timedelta(minutes=1)
        after = agent.round()
        held = {found.location.key for found in discover(agent.bucket) if found.location.key}

    assert before.uploaded
    windows = [one.path for one in after.uploaded if "/1h/" in one.path and "/allocations/" in one.path]
    assert windows == sorted(windows)
    assert len(windows) == OUTAGE_ROUNDS + 1
    hours = {key.window.start.hour for key in held if key.resolution is Resolution.HOUR}
    assert hours == set(range(4, 12))
    assert {key.kind for key in held} == set(SetKind)
    assert {found.location.key for found in discover(agent.store) if found.location.key} == held
