"""
Running the demonstration: an agent per simulated cluster, one filesystem bucket, then the aggregator's tables.

Only the samples are invented. Agents, sets, bucket and ingest are the real ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from fleetcost.agent.build import AgentIdentity, Builder
from fleetcost.agent.jobs import Jobs
from fleetcost.agent.loop import Agent
from fleetcost.agent.plan import BuildTiming
from fleetcost.agent.requests import answer_requests
from fleetcost.agent.uid import cluster_uid
from fleetcost.bucket.port import Bucket
from fleetcost.costing.prices import PriceBook
from fleetcost.demo.exchange import DISPLAY
from fleetcost.demo.fleet import FLEET, Cluster, Trouble
from fleetcost.demo.series import SCRAPE_SECONDS, SimulatedCluster
from fleetcost.demo.torn import TornBucket
from fleetcost.errors import SettingsError
from fleetcost.model.identity import ClusterId, cluster_id
from fleetcost.model.sets import SetKey, SetKind
from fleetcost.model.window import Resolution
from fleetcost.samples.memory import MemorySource
from fleetcost.sets.layout import set_path

Clock = Callable[[], datetime]
Progress = Callable[[str, int, int], None]
OpenStore = Callable[[Path], Bucket]

ONE_CURRENCY: Mapping[str, str] = MappingProxyType({})
"""Every provider's prices are in the currency of the demonstration's answers."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """
    The demonstration's agents, each with a local store of its own.

    Attributes:
        agents: one per cluster
        since: when their history begins
    """

    agents: tuple[Agent, ...]
    since: datetime

    def build(self, progress: Progress) -> None:
        """Let each agent do one round: build what is due, push it."""
        for agent in self.agents:
            name = agent.builder.identity.cluster
            agent.round(lambda done, due, name=name: progress(name, done, due))  # type: ignore[misc]

    def answer(self) -> None:
        """Let each agent do the repairs that were ordered from it."""
        for agent in self.agents:
            jobs = Jobs(agent)
            jobs.start()
            answer_requests(agent.bucket, agent.builder.identity.cluster, jobs, agent.clock())
            jobs.stop()


def fleet(
    bucket: Bucket,
    folder: Path,
    open_store: OpenStore,
    clock: Clock,
    *,
    clusters: int,
    days: int,
    currencies: Mapping[str, str] = ONE_CURRENCY,
) -> Fleet:
    """
    Make the agents.

    Args:
        bucket: where they push
        folder: each agent's local store is a folder below it
        open_store: makes a local store
        clock: gives the time
        clusters: how many of the demonstration's clusters, from the first on
        days: how many days of history they have, today included
        currencies: of prices, by provider; dollars where none is named

    Raises:
        SettingsError: more clusters than there are, or no days.
    """
    if not 1 <= clusters <= len(FLEET):
        raise SettingsError(f"--clusters {clusters}: the demonstration has 1 to {len(FLEET)} clusters")
    if days < 1:
        raise SettingsError(f"--days {days}: at least 1")
    now = clock()
    born = Resolution.DAY.floor(now) - timedelta(days=days - 1)
    timing = BuildTiming(delay=timedelta(minutes=5), backfill=now - born, hourly_retention=None)
    agents = tuple(
        _agent(one, _bucket_of(one, bucket, born), folder, open_store, clock, timing, currencies)
        for one in FLEET[:clusters]
    )
    return Fleet(agents, born)


def _agent(
    cluster: Cluster,
    bucket: Bucket,
    folder: Path,
    open_store: OpenStore,
    clock: Clock,
    timing: BuildTiming,
    currencies: Mapping[str, str],
) -> Agent:
    home = folder / cluster.id
    born = (clock() - timing.backfill).timestamp()
    now = _clock_of(cluster, clock)
    simulated = SimulatedCluster(cluster, born, lambda: now().timestamp())
    source = MemorySource(simulated, f"simulated samples of {cluster.id}")
    uid = cluster_uid("", home / "cluster-uid", source, clock())
    identity = AgentIdentity(cluster_id(cluster.id), uid, currencies.get(cluster.provider, DISPLAY))
    builder = Builder(identity, source, PriceBook(), SCRAPE_SECONDS)
    return Agent(builder=builder, store=open_store(home / "store"), bucket=bucket, timing=timing, clock=now)


def _clock_of(cluster: Cluster, clock: Clock) -> Clock:
    """Return the agent's clock; that of an agent that stopped stands, so it builds up to then and never further."""
    if cluster.trouble is None or not cluster.trouble.stopped_hours:
        return clock
    stopped = clock() - timedelta(hours=cluster.trouble.stopped_hours)
    return lambda: stopped


def _bucket_of(cluster: Cluster, bucket: Bucket, since: datetime) -> Bucket:
    """Return where an agent pushes; one of the clusters has its second day's allocations torn there."""
    if cluster.trouble is not Trouble.DAMAGED:
        return bucket
    day = Resolution.DAY.window_of(since + Resolution.DAY.delta)
    torn = TornBucket(bucket, set_path(SetKey(ClusterId(cluster.id), SetKind.ALLOCATIONS, Resolution.DAY, day)))
    torn.tear()
    return torn
