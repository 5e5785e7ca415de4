"""The simulated fleet: a function of the clock alone, and as consistent as a real one."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from builders import at, hour
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.costing.build import Built, build
from fleetcost.costing.prices import PriceBook
from fleetcost.demo.exchange import CURRENCIES, DISPLAY
from fleetcost.demo.fleet import DEFAULT_CLUSTERS, FLEET, Cluster
from fleetcost.demo.pods import nodes, pods
from fleetcost.demo.run import fleet
from fleetcost.demo.series import SCRAPE_SECONDS, SimulatedCluster
from fleetcost.model.allocation import AllocationKind
from fleetcost.model.asset import AssetType
from fleetcost.model.identity import cluster_id
from fleetcost.samples.memory import MemorySource
from fleetcost.samples.read import read

NOON = hour(12)
SMALL = FLEET[:DEFAULT_CLUSTERS]


def built(cluster: Cluster) -> Built:
    """Build an hour of a cluster as its agent does."""
    simulated = SimulatedCluster(cluster, at(0).timestamp(), lambda: at(20).timestamp())
    return build(read(MemorySource(simulated), NOON, SCRAPE_SECONDS), PriceBook())


@pytest.mark.parametrize("cluster", FLEET, ids=lambda cluster: cluster.id)
def test_every_cluster_can_run_an_agent(cluster: Cluster) -> None:
    """Ids are valid and unique, there are nodes, and every workload has a pool to run on."""
    assert cluster_id(cluster.id) == cluster.id
    assert [other.id for other in FLEET].count(cluster.id) == 1
    assert nodes(cluster)
    assert {work.pool for work in cluster.workloads} <= {"", *(pool.name for pool in cluster.pools)}


@pytest.mark.parametrize("cluster", SMALL, ids=lambda cluster: cluster.id)
def test_pods_are_a_function_of_the_clock(cluster: Cluster) -> None:
    """Two runs see the same pods; each has a uid of its own and lives at some time of the span it was asked for."""
    low, high = at(0).timestamp(), at(6).timestamp()
    found = list(pods(cluster, low, high))
    assert found == list(pods(cluster, low, high))
    assert len({pod.uid for pod in found}) == len(found) > 0
    assert all(pod.start < high and pod.end > low for pod in found)
    halves = {pod.uid for cut in ((low, at(3).timestamp()), (at(3).timestamp(), high)) for pod in pods(cluster, *cut)}
    assert halves == {pod.uid for pod in found}


@pytest.mark.parametrize("cluster", SMALL, ids=lambda cluster: cluster.id)
def test_the_books_of_a_simulated_hour_close(cluster: Cluster) -> None:
    """Volumes are paid for to the last digit, no node is charged for more than it costs, and every row has a price."""
    hour_built = built(cluster)
    allocations, assets = hour_built.allocations, hour_built.assets
    disks = sum((asset.total_cost for asset in assets if asset.type is AssetType.DISK), Decimal(0))
    assert sum((row.pv_cost for row in allocations), Decimal(0)) == disks
    charged = sum((row.cpu_cost + row.ram_cost + row.gpu_cost for row in allocations), Decimal(0))
    paid = sum((asset.total_cost for asset in assets if asset.type is AssetType.NODE), Decimal(0))
    assert 0 < charged < paid
    assert {row.node for row in allocations if row.kind is AllocationKind.WORKLOAD} <= {a.name for a in assets}
    assert all(row.controller for row in allocations if row.kind is AllocationKind.WORKLOAD)


@pytest.mark.parametrize("cluster", SMALL, ids=lambda cluster: cluster.id)
def test_nothing_is_noticed_about_a_healthy_cluster(cluster: Cluster) -> None:
    """The simulation has every metric an agent looks for, so that a warning in the demonstration means something."""
    assert [str(finding) for finding in built(cluster).findings] == []


def test_series_end_now() -> None:
    """No sample is from the future or from before the cluster was born; an unknown metric is empty."""
    simulated = SimulatedCluster(FLEET[0], at(6).timestamp(), lambda: at(9).timestamp())
    series = simulated.series("kube_pod_container_status_running", at(0).timestamp(), at(24).timestamp())
    assert min(one.times[0] for one in series) >= at(6).timestamp()
    assert max(one.times[-1] for one in series) <= at(9).timestamp()
    assert simulated.series("no_such_metric", 0, 1e12) == []
    assert simulated.series("node_cpu_hourly_cost", at(10).timestamp(), at(12).timestamp()) == []


def test_a_fleet_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """Agents that are made again on the same folders have the same uids, and nothing final is built again."""
    stores: dict[Path, MemoryBucket] = {}
    bucket = MemoryBucket()

    def make() -> object:
        return fleet(
            bucket, tmp_path, lambda folder: stores.setdefault(folder, MemoryBucket()), clock, clusters=2, days=1
        )

    def clock() -> object:
        return at(2.5)

    first = make()
    steps: list[tuple[str, int, int]] = []
    first.build(lambda *step: steps.append(step))
    assert {step[0] for step in steps} == {"cluster-0", "cluster-1"}
    again = make()
    uids = [[agent.builder.identity.uid for agent in one.agents] for one in (first, again)]
    assert uids[0] == uids[1]
    assert len(set(uids[0])) == 2
    assert again.agents[0].round().built == (hour(2),)
    assert first.since == at(0)
    assert timedelta(hours=2.5) == again.agents[0].timing.backfill


def test_one_provider_is_paid_in_another_currency(tmp_path: Path) -> None:
    """The demonstration's cluster on premises has its prices in euros, as its bills are; all others have dollars."""
    made = fleet(
        MemoryBucket(), tmp_path, lambda _: MemoryBucket(), lambda: at(20), clusters=DEFAULT_CLUSTERS, days=1,
        currencies=CURRENCIES,
    )  # fmt: skip
    found = {agent.builder.identity.cluster: agent.builder.identity.currency for agent in made.agents}
    assert found == {one.id: CURRENCIES.get(one.provider, DISPLAY) for one in SMALL}
    assert set(found.values()) == {"EUR", "USD"}
