"""One agent for many clusters: who is built, what stays with whom, and who is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import msgspec
import pytest

from builders import TinyCluster, at
from fleetcost.agent.build import AgentIdentity, Builder
from fleetcost.agent.claim import OWN, claim, read_claim
from fleetcost.agent.fleet import Choice, ClusterOutcome, Fate, FleetAgent
from fleetcost.agent.loop import Agent
from fleetcost.agent.plan import BuildTiming
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.costing.prices import PriceBook
from fleetcost.documents.cluster import ClusterClaim
from fleetcost.documents.places import identity_path
from fleetcost.errors import ClaimRefusedError, SourceError
from fleetcost.model.identity import ClusterId
from fleetcost.model.window import Window
from fleetcost.samples.clusters import Clusters
from fleetcost.samples.memory import MemorySource
from fleetcost.samples.source import RawSeries
from unit.agent.agents import files

NAME = "shared agent 1"
TIMING = BuildTiming(timedelta(minutes=5), timedelta(hours=3))
WINDOW = Window(at(7), at(9))


@dataclass
class Shared:
    """One source for several clusters, each a tiny one with its label."""

    clusters: dict[str, TinyCluster]

    def series(self, metric: str, start_epoch: float, end_epoch: float) -> Sequence[RawSeries]:
        """Return every cluster's series of a metric, labelled."""
        return [
            replace(one, labels={**one.labels, **({"cluster_id": name} if name else {})})
            for name, cluster in self.clusters.items()
            if not cluster.down
            for one in cluster.series(metric, start_epoch, end_epoch)
        ]


@dataclass
class World:
    """Clusters, a bucket and a clock."""

    clusters: dict[str, TinyCluster]
    now: datetime = field(default_factory=lambda: at(9.5))
    bucket: MemoryBucket = field(default_factory=MemoryBucket)
    stores: dict[str, MemoryBucket] = field(default_factory=dict)

    def fleet(self, *only: str, name: str = NAME, takeover: bool = False) -> FleetAgent:
        """Start an agent of many clusters."""

        def make(cluster: ClusterId) -> Agent:
            identity = AgentIdentity(cluster, f"uid of {cluster}", "USD")
            return Agent(
                builder=Builder(identity, MemorySource(self.clusters[cluster]), PriceBook(), 60),
                store=self.stores.setdefault(cluster, MemoryBucket()),
                bucket=self.bucket, timing=TIMING, clock=lambda: self.now, takeover=takeover, holder=name,
            )  # fmt: skip

        source = MemorySource(Shared(self.clusters))
        choice = Choice("cluster_id", only)
        return FleetAgent(
            Clusters(source, "cluster_id"), choice, make, timing=TIMING, at_once=2, clock=lambda: self.now
        )

    def held(self, cluster: str) -> ClusterClaim:
        """Return who speaks for a cluster."""
        found = read_claim(self.bucket, ClusterId(cluster))
        assert found is not None
        return found


def world(*names: str) -> World:
    """Return a world of clusters that were born at seven."""
    return World({name: TinyCluster(at(7), at(9.5)) for name in names})


def fates(outcomes: Sequence[ClusterOutcome]) -> dict[str, Fate]:
    """Return what became of each cluster."""
    return {one.cluster: one.fate for one in outcomes}


def test_every_cluster_is_built_into_its_own_folder() -> None:
    """Each cluster the source holds gets the sets its own agent would have made, and a claim in its name."""
    here = world("a", "b")
    outcomes = here.fleet().round()

    assert fates(outcomes) == {"a": Fate.DONE, "b": Fate.DONE}
    assert {info.path.split("/")[1] for info in files(here.bucket)} == {"a", "b"}
    assert [len(one.done.built) if one.done else 0 for one in outcomes] == [3, 3]
    assert here.held("a").holder == NAME


def test_one_cluster_s_failure_stays_its_own() -> None:
    """A cluster whose queries fail is reported with the reason; the others are built, and the round is a round."""
    here = world("a", "b")
    fleet = here.fleet()
    fleet.round()
    here.clusters["b"] = _Failing(at(7), at(9.5))
    here.now = here.clusters["a"].now = at(10.5)
    fleet = here.fleet()
    outcomes = {one.cluster: one for one in fleet.round()}

    assert outcomes["a"].fate is Fate.DONE
    assert outcomes["b"].fate is Fate.FAILED
    assert "this cluster's queries fail" in outcomes["b"].reason
    assert fleet.status().status == "failing"
    assert fleet.status().clusters["a"] == "done"


class _Failing(TinyCluster):
    """A cluster that can be counted and not read."""

    def series(self, metric: str, start_epoch: float, end_epoch: float) -> Sequence[RawSeries]:
        """Fail for everything but what tells that the cluster is there."""
        if metric != "kube_node_status_capacity":
            raise SourceError("this cluster's queries fail")
        return super().series(metric, start_epoch, end_epoch)


def test_a_cluster_with_its_own_agent_is_left_alone() -> None:
    """While its own agent was there within the hour it is refused and untouched; after that it is built."""
    here = world("a", "b")
    claim(here.bucket, ClusterId("a"), "uid of a", at(9.4))
    before = here.bucket.get(identity_path(ClusterId("a")))
    fleet = here.fleet()

    assert fates(fleet.round()) == {"a": Fate.REFUSED, "b": Fate.DONE}
    assert here.bucket.get(identity_path(ClusterId("a"))) == before
    assert {info.path.split("/")[1] for info in files(here.bucket)} == {"b"}
    here.now = here.clusters["a"].now = here.clusters["b"].now = at(10.5)
    assert fates(fleet.round()) == {"a": Fate.DONE, "b": Fate.DONE}
    assert here.held("a").holder == NAME


def test_a_cluster_s_own_agent_always_gets_it_back() -> None:
    """An own agent that starts beside the shared one is not refused, and the shared one stands back at once."""
    here = world("a")
    fleet = here.fleet()
    fleet.round()
    claim(here.bucket, ClusterId("a"), "uid of a", at(9.5))
    assert here.held("a").holder == OWN

    assert fates(fleet.round()) == {"a": Fate.REFUSED}
    assert here.held("a").holder == OWN


def test_of_two_shared_agents_the_first_stays() -> None:
    """A second agent of many clusters is refused what the first builds, unless it is to take over."""
    here = world("a")
    here.fleet().round()

    assert fates(here.fleet(name="shared agent 2").round()) == {"a": Fate.REFUSED}
    assert fates(here.fleet(name="shared agent 2", takeover=True).round()) == {"a": Fate.DONE}
    assert here.held("a").holder == "shared agent 2"


def test_another_uid_is_refused() -> None:
    """An id that belongs to another cluster is refused, however long ago that was there."""
    here = world("a")
    claim(here.bucket, ClusterId("a"), "another uid", at(0, day=-9))

    (outcome,) = here.fleet().round()
    assert outcome.fate is Fate.REFUSED
    assert "another uid" in outcome.reason


def test_what_cannot_be_a_cluster_is_reported() -> None:
    """Series without the label and a product's default id are refused by name, and the rest is built."""
    here = world("a", "cluster-one", "")
    outcomes = {one.cluster: one for one in here.fleet().round()}

    assert fates(tuple(outcomes.values())) == {"a": Fate.DONE, "cluster-one": Fate.REFUSED, "": Fate.REFUSED}
    assert "without the label cluster_id" in outcomes[""].reason
    assert "product's default" in outcomes["cluster-one"].reason


def test_a_list_is_kept_to() -> None:
    """Of a list of clusters no other is built, and one that is not there is reported."""
    here = world("a", "b")

    assert fates(here.fleet("b", "c").build(WINDOW)) == {"b": Fate.DONE, "c": Fate.ABSENT}


def test_a_silent_cluster_gets_no_heartbeat() -> None:
    """A cluster without samples for hours is not said to be there, although its old hours are still looked at."""
    here = world("a", "b")
    fleet = here.fleet()
    fleet.round()
    for now in (12, 13.5):
        here.now = here.clusters["a"].now = at(now)
        fleet.round()

    assert here.held("a").last_seen == instant("2026-01-10T13:30:00Z")
    assert here.held("b").last_seen == instant("2026-01-10T12:00:00Z"), "its last hour was pushed as final"


def test_no_cluster_at_all_is_a_failure() -> None:
    """A source whose label is another one gives no cluster, and the agent says so."""
    here = world()
    fleet = here.fleet()

    assert fleet.round() == ()
    assert fleet.status().status == "failing"
    assert "cluster_id" in fleet.status().last_error


def test_a_claim_of_an_older_version_is_an_own_agent_s() -> None:
    """A claim without a holder, as older agents write it, counts as the cluster's own agent's."""
    here = world("a")
    claim(here.bucket, ClusterId("a"), "uid of a", at(9.4))
    document = msgspec.json.decode(here.bucket.get(identity_path(ClusterId("a"))))
    del document["holder"]
    here.bucket.put(identity_path(ClusterId("a")), msgspec.json.encode(document))

    with pytest.raises(ClaimRefusedError, match="its own agent"):
        claim(here.bucket, ClusterId("a"), "uid of a", at(9.5), holder=NAME)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
