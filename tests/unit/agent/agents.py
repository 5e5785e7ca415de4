"""An agent on a tiny cluster, and buckets that do not always answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from builders import TinyCluster
from fleetcost.agent.build import BRIDGE, AgentIdentity, Builder
from fleetcost.agent.loop import Agent
from fleetcost.agent.plan import BuildTiming
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.bucket.port import ObjectInfo
from fleetcost.costing.prices import PriceBook
from fleetcost.errors import StoreError
from fleetcost.model.identity import ClusterId
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Resolution, Window
from fleetcost.samples.memory import MemorySource
from fleetcost.sets.cost_set import CostSet
from fleetcost.sets.discover import discover
from fleetcost.sets.publish import read

C1 = ClusterId("c1")


class Moody(MemoryBucket):
    """
    A bucket that can be away, and that notes in which order it was written.

    Attributes:
        away: every call raises
        takes: so many more writes succeed, then the bucket is away; None for all
        written: paths in the order of their writes
    """

    def __init__(self) -> None:
        super().__init__("moody://")
        self.away = False
        self.takes: int | None = None
        self.written: list[str] = []

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """List, unless away."""
        self._answer()
        return super().list(prefix)

    def get(self, path: str, *, largest_bytes: int | None = None) -> bytes:
        """Get, unless away."""
        self._answer()
        return super().get(path, largest_bytes=largest_bytes)

    def stat(self, path: str) -> ObjectInfo | None:
        """Stat, unless away."""
        self._answer()
        return super().stat(path)

    def put(self, path: str, content: bytes, *, create: bool = False, if_etag: str | None = None) -> ObjectInfo:
        """Put, unless away."""
        self._answer()
        if self.takes is not None:
            self.takes -= 1
            self.away = self.takes < 0
            self._answer()
        info = super().put(path, content, create=create, if_etag=if_etag)
        self.written.append(path)
        return info

    def delete(self, path: str) -> None:
        """Delete, unless away."""
        self._answer()
        super().delete(path)

    def _answer(self) -> None:
        if self.away:
            raise StoreError("moody:// does not answer")


@dataclass(slots=True)
class Scene:
    """
    A cluster, its agent's store, and the bucket; agents come and go.

    Attributes:
        cluster: the samples and the clock
        store: the local store
        bucket: Federated Storage
        timing: the agent's
        uid: the identity behind the id
        currency: of its prices
        bridge: the longest silence of the source that is bridged
    """

    cluster: TinyCluster
    store: MemoryBucket = field(default_factory=MemoryBucket)
    bucket: Moody = field(default_factory=Moody)
    timing: BuildTiming = field(default=BuildTiming(timedelta(minutes=5), timedelta(hours=3)))
    uid: str = "uid-1"
    currency: str = "USD"
    bridge: timedelta = BRIDGE

    def agent(self) -> Agent:
        """Start an agent: it knows what its store and the bucket know, and nothing else."""
        source = MemorySource(self.cluster, "a tiny cluster")
        builder = Builder(AgentIdentity(C1, self.uid, self.currency), source, PriceBook(), 60, self.bridge)
        return Agent(
            builder=builder, store=self.store, bucket=self.bucket, timing=self.timing, clock=self.cluster.clock
        )

    def at(self, now: datetime) -> Scene:
        """Move the clock."""
        self.cluster.now = now
        return self


def sets(bucket: MemoryBucket) -> dict[tuple[str, str, datetime], CostSet]:
    """Return every set of a bucket by kind, resolution and start."""
    found = {}
    for one in discover(bucket):
        key = one.location.key
        if key is not None:
            found[key.kind.value, key.resolution.value, key.window.start] = read(bucket, key)
    return found


def one(bucket: MemoryBucket, window: Window, kind: SetKind = SetKind.ALLOCATIONS) -> CostSet:
    """Return the set of a window."""
    resolution = window.resolution
    assert isinstance(resolution, Resolution)
    return sets(bucket)[kind.value, resolution.value, window.start]


def paths(bucket: MemoryBucket) -> list[str]:
    """Return the paths of every object."""
    return [info.path for info in bucket.list()]


def files(bucket: MemoryBucket) -> list[ObjectInfo]:
    """Return the listing of every set; the claim, which every round writes, is left out."""
    return [info for info in bucket.list() if info.path.endswith(".parquet")]
