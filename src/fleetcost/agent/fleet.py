"""
One agent for many clusters: a shared source holds their metrics, each becomes its own folder in the bucket.

Every cluster has an agent of its own inside: its claim, its local store, its source narrowed to it. What goes wrong
with one stays with it. A bounded number of them work at once, and the source takes a bounded number of queries at once
whoever asks.
"""

from __future__ import annotations

import enum
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from fleetcost.agent.loop import Agent, Clock, Round
from fleetcost.agent.plan import BuildTiming, horizon
from fleetcost.errors import ClaimRefusedError, FleetcostError, SettingsError
from fleetcost.model.identity import ClusterId, cluster_id
from fleetcost.model.window import Window, rfc3339
from fleetcost.ops import log, metrics
from fleetcost.samples.clusters import UNLABELLED, Clusters, Present

ALIVE = timedelta(hours=2)
"""A cluster without samples for longer gets no heartbeat: its silence is to be seen."""

_log = log.get("agent")


class Fate(enum.StrEnum):
    """What became of one cluster."""

    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class ClusterOutcome:
    """
    What became of one cluster in a round.

    Attributes:
        cluster: the value of its label
        fate: in a word
        reason: why, where it was not done
        done: what was built and pushed, None where it was not done
    """

    cluster: str
    fate: Fate
    reason: str = ""
    done: Round | None = None


class FleetHealth(msgspec.Struct, frozen=True):
    """
    The account of an agent of many clusters.

    Attributes:
        status: `starting`, `ok`, or `failing` where the last round failed for any cluster
        rounds: rounds finished
        last_round_at: when the last one ended
        last_error: why no cluster could be built, empty where some could
        clusters: what became of each, with the reason where it was not done
    """

    status: str = "starting"
    rounds: int = 0
    last_round_at: str | None = None
    last_error: str = ""
    clusters: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Choice:
    """
    Which clusters are built.

    Attributes:
        label: tells them apart in the source
        only: these alone; empty for all
    """

    label: str
    only: tuple[str, ...] = ()


class FleetAgent:
    """
    Builds many clusters from one source.

    Args:
        clusters: who is in the source
        choice: which of them are built
        make: makes a cluster's agent
        timing: the agents'
        at_once: clusters that are built at the same time
        clock: gives the time
    """

    def __init__(
        self,
        clusters: Clusters,
        choice: Choice,
        make: Callable[[ClusterId], Agent],
        *,
        timing: BuildTiming,
        at_once: int,
        clock: Clock,
    ) -> None:
        self._clusters = clusters
        self._choice = choice
        self._make = make
        self._timing = timing
        self._at_once = at_once
        self._clock = clock
        self._agents: dict[ClusterId, Agent] = {}
        self._lock = threading.Lock()
        self._health = FleetHealth()

    def round(self) -> tuple[ClusterOutcome, ...]:
        """
        Do a round of every cluster; a failed one is reported and stops no other.

        Raises:
            SourceError: it could not be asked which clusters there are.
        """
        now = self._clock()
        newest = now - self._timing.delay - ALIVE
        present = self._clusters.between(horizon(now, self._timing), now)

        def do(agent: Agent, one: Present) -> Round:
            return agent.round(beats=one.seen_until > newest)

        outcomes = self._each(present, do)
        self._say(outcomes, now)
        return outcomes

    def build(self, window: Window, *, force: bool = False) -> tuple[ClusterOutcome, ...]:
        """
        Build and push a window of every cluster, whether it is due or not.

        Args:
            window: what to build
            force: replace even fuller sets

        Raises:
            SourceError: it could not be asked which clusters there are.
        """
        present = self._clusters.between(window, self._clock())
        return self._each(present, lambda agent, _: agent.build(window, force=force))

    def run(self, stop: threading.Event, interval_seconds: float) -> None:
        """Do rounds until asked to stop; a failed round is logged and tried again at the next."""
        while not stop.is_set():
            try:
                self.round()
                metrics.ROUNDS.labels("done").inc()
            except Exception as error:  # noqa: BLE001 - a loop goes on; what is not ours is logged whole
                metrics.ROUNDS.labels("failed").inc()
                self._health = msgspec.structs.replace(self._health, status="failing", last_error=str(error))
                unknown = None if isinstance(error, FleetcostError) else error
                _log.error("round failed", error=str(error), kind=type(error).__name__, exc_info=unknown)
            stop.wait(interval_seconds)

    def status(self) -> FleetHealth:
        """Return the agent's account of itself."""
        return self._health

    def agents(self) -> Mapping[ClusterId, Agent]:
        """Return the agents of the clusters that are built, by cluster."""
        with self._lock:
            return dict(self._agents)

    def _each(self, present: Sequence[Present], do: Callable[[Agent, Present], Round]) -> tuple[ClusterOutcome, ...]:
        chosen = [one for one in present if not self._choice.only or one.value in self._choice.only]
        absent = sorted(set(self._choice.only) - {one.value for one in present})
        with ThreadPoolExecutor(self._at_once, thread_name_prefix="cluster") as executor:
            outcomes = tuple(executor.map(lambda one: self._one(one, do), chosen))
        missing = (
            ClusterOutcome(
                name, Fate.ABSENT, f"the source has no series with {self._choice.label}={name!r} in this time"
            )
            for name in absent
        )
        return self._reported((*outcomes, *missing))

    def _one(self, present: Present, do: Callable[[Agent, Present], Round]) -> ClusterOutcome:
        name = present.value
        if name == UNLABELLED:
            return ClusterOutcome(
                name, Fate.REFUSED, f"series without the label {self._choice.label} belong to no cluster"
            )
        try:
            return ClusterOutcome(name, Fate.DONE, done=do(self._agent(cluster_id(name)), present))
        except (ClaimRefusedError, SettingsError) as error:
            with self._lock:
                self._agents.pop(ClusterId(name), None)
            return ClusterOutcome(name, Fate.REFUSED, str(error))
        except Exception as error:  # noqa: BLE001 - one cluster's failure stays its own; what is not ours is logged whole
            unknown = None if isinstance(error, FleetcostError) else error
            _log.error("cluster failed", cluster=name, error=str(error), kind=type(error).__name__, exc_info=unknown)
            return ClusterOutcome(name, Fate.FAILED, str(error))

    def _agent(self, cluster: ClusterId) -> Agent:
        with self._lock:
            known = self._agents.get(cluster)
        if known is None:
            # Made outside of the lock: it asks the source who the cluster is.
            known = self._make(cluster)
            with self._lock:
                self._agents[cluster] = known
        return known

    def _reported(self, outcomes: Iterable[ClusterOutcome]) -> tuple[ClusterOutcome, ...]:
        every = tuple(sorted(outcomes, key=lambda outcome: outcome.cluster))
        for one in every:
            metrics.CLUSTER_ROUNDS.labels(one.cluster, one.fate.value).inc()
            if one.done is not None:
                if one.done.uploaded:
                    metrics.CLUSTER_LAST_PUSH.labels(one.cluster).set(self._clock().timestamp())
                facts = {"built": len(one.done.built), "gaps": len(one.done.gaps), "uploaded": len(one.done.uploaded)}
                _log.info("cluster", cluster=one.cluster, **facts)
            elif one.fate is not Fate.FAILED:
                _log.warning("cluster left out", cluster=one.cluster, fate=one.fate.value, reason=one.reason)
        return every

    def _say(self, outcomes: Sequence[ClusterOutcome], now: datetime) -> None:
        failed = [one for one in outcomes if one.fate in {Fate.FAILED, Fate.ABSENT}]
        self._health = FleetHealth(
            status="failing" if failed or not outcomes else "ok",
            rounds=self._health.rounds + 1,
            last_round_at=rfc3339(now),
            last_error="" if outcomes else f"the source has no series with the label {self._choice.label}",
            clusters={one.cluster: f"{one.fate}: {one.reason}" if one.reason else one.fate.value for one in outcomes},
        )
