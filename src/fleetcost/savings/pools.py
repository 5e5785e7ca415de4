"""Which nodes a pool could do without: what ran in a busy hour is fitted on as few of its nodes as it takes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from fleetcost.query.inventory import BusyHour, ContainerLoad, HeldNode, NodeRoom
from fleetcost.savings.ledger import Account, SavingClaim
from fleetcost.savings.opportunity import (
    ClusterTime,
    CouldSave,
    Opportunity,
    SavingFact,
    SavingMoney,
    SavingPlace,
    spend_account,
)
from fleetcost.savings.packing import NOTHING, PackedPods, PodSize, pack
from fleetcost.savings.words import SavingKind, SavingReason, Verdict

PODS_OF_A_NODE = 110
"""Pods a node takes unless its kubelet says otherwise: https://kubernetes.io/docs/setup/best-practices/cluster-large/"""

MOST_NAMED = 10
"""Nodes that are named one by one."""

RAN_SECONDS = 1800
"""A pod that ran less of the hour made place for another: both would count for one."""

_NANOS = 10**9
Sized = Callable[[ContainerLoad], PodSize]


@dataclass(frozen=True, slots=True)
class NodePool:
    """
    A pool in a busy hour: nodes of one name or, without one, of one machine type.

    Attributes:
        nodes: what its nodes are and cost, the cheapest over the window first
        room: what the smallest of them has for pods beside those of daemonsets
        loads: containers of the other pods
        floor: fewest nodes for other reasons: zones, and pods that nothing would start again elsewhere
        changed: the number of nodes of its cluster changed in the window, so that something takes nodes away
    """

    cluster: str
    name: str
    nodes: tuple[HeldNode, ...]
    room: PodSize
    loads: tuple[ContainerLoad, ...]
    floor: int
    hour: datetime
    changed: bool

    def resized(self, room: PodSize) -> NodePool:
        """Return the pool with other room on each node."""
        return replace(self, room=room)

    def needed(self, sized: Sized) -> PackedPods:
        """Return how many nodes its pods need where containers are of some size."""
        pods: dict[tuple[str, str], PodSize] = defaultdict(lambda: NOTHING)
        for load in self.loads:
            pods[load.namespace, load.pod] = pods[load.namespace, load.pod].plus(sized(load))
        return pack((one._replace(pods=1) for one in pods.values()), self.room)

    def fewest(self, needed: int) -> int:
        """Return how many nodes are kept where its pods need so many; never more than there are."""
        return min(max(needed, self.floor, 1), len(self.nodes))


def as_asked(load: ContainerLoad) -> PodSize:
    """Return what a container asks for, or uses where it asks for nothing."""
    return PodSize(load.cores_nanos, load.ram_bytes, load.gpus_nanos)


def pools_of(nodes: Sequence[HeldNode], busy: BusyHour, fewest: int) -> tuple[NodePool, ...]:
    """
    Return the pools of every cluster that has hours.

    Args:
        nodes: of the window
        busy: what ran
        fewest: nodes of a pool that are kept in any case
    """
    known = {(one.cluster, one.name): one for one in _of_one_currency(nodes)}
    rooms: dict[tuple[str, str], list[NodeRoom]] = defaultdict(list)
    for room in busy.rooms:
        held = known.get((room.cluster, room.name))
        if held is not None and room.cores_nanos > 0 and room.ram_bytes > 0:
            rooms[room.cluster, held.pool or held.node_type or "nodes"].append(room)
    loads: dict[tuple[str, str], list[ContainerLoad]] = defaultdict(list)
    for load in busy.loads:
        loads[load.cluster, load.node].append(load)
    return tuple(_pool(place, those, known, loads, busy, fewest) for place, those in sorted(rooms.items()))


def _of_one_currency(nodes: Sequence[HeldNode]) -> Iterator[HeldNode]:
    """Yield what nodes cost in the currency that their cluster is paid in now; unlike money is never one pool's."""
    newest: dict[str, HeldNode] = {}
    for one in nodes:
        other = newest.setdefault(one.cluster, one)
        if one.last > other.last:
            newest[one.cluster] = one
    return (one for one in nodes if one.currency == newest[one.cluster].currency)


def spare_nodes(
    pools: Sequence[NodePool], nodes: Sequence[HeldNode], times: Mapping[str, ClusterTime], after: Sized
) -> tuple[CouldSave, CouldSave]:
    """
    Judge pools as their pods are, and as they would be; a cluster without hours is withheld.

    Args:
        pools: of the fleet
        nodes: of the fleet, whether a pool's or not
        times: of its clusters
        after: what containers would ask for once what is recommended is done

    Returns:
        Nodes that could go as pods are, and would not be missed later; and those that could go later besides.
    """
    # A pool none of whose nodes is there any more costs nothing any more.
    there = [
        pool
        for pool in pools
        if pool.cluster in times and any(one.last >= times[pool.cluster].last for one in pool.nodes)
    ]
    found: list[Opportunity] = []
    later: list[Opportunity] = []
    for pool in there:
        time, now, then = times[pool.cluster], pool.needed(as_asked), pool.needed(after)
        kept, further = pool.fewest(max(now.nodes, then.nodes)), pool.fewest(then.nodes)
        spare = len(pool.nodes) - kept
        found += _gone(SavingKind.NODES, pool, time, pool.nodes[:spare], now)
        later += _gone(SavingKind.NODES_AFTER, pool, time, pool.nodes[spare : spare + kept - further], then)
    clusters = {one.cluster for one in nodes if one.cluster in times}
    silent = len(clusters - {pool.cluster for pool in pools})
    unknown = +Counter({SavingReason.NO_HOURS: silent})
    judged = len(there) + silent
    return CouldSave(tuple(found), judged, unknown), CouldSave(tuple(later), judged, unknown)


def pool_account(pool: NodePool) -> Account:
    """Return the account of a pool's nodes."""
    return (*spend_account(pool.nodes[0].currency, pool.cluster), "pool", pool.name)


def _pool(
    place: tuple[str, str],
    rooms: Sequence[NodeRoom],
    known: Mapping[tuple[str, str], HeldNode],
    loads: Mapping[tuple[str, str], Sequence[ContainerLoad]],
    busy: BusyHour,
    fewest: int,
) -> NodePool:
    cluster, name = place
    of_nodes = [[one for one in loads[cluster, room.name] if one.seconds >= RAN_SECONDS] for room in rooms]
    daemons = [_daemons(those) for those in of_nodes]
    smallest = PodSize(
        min(room.cores_nanos for room in rooms), min(room.ram_bytes for room in rooms),
        min(room.gpus_nanos for room in rooms), PODS_OF_A_NODE,
    )  # fmt: skip
    others = tuple(load for those in of_nodes for load in those if load.controller_kind != "daemonset")
    held = sorted((known[cluster, room.name] for room in rooms), key=lambda one: (one.cost_nanos, one.name))
    bound = sum(any(not load.controller for load in those) for those in of_nodes)
    zones = len({room.zone for room in rooms if room.zone})
    most = PodSize(*(max(one[place] for one in daemons) for place in range(len(NOTHING))))
    few, many = busy.node_counts[cluster]
    return NodePool(
        cluster, name, tuple(held), smallest.minus(most), others, max(bound, zones, fewest), busy.starts[cluster],
        changed=few != many,
    )  # fmt: skip


def _daemons(loads: Sequence[ContainerLoad]) -> PodSize:
    """Return what the pods of daemonsets take of a node."""
    total = NOTHING
    for load in loads:
        if load.controller_kind == "daemonset":
            total = total.plus(as_asked(load)._replace(pods=0))
    pods = {load.pod for load in loads if load.controller_kind == "daemonset"}
    return total._replace(pods=len(pods))


def _gone(
    kind: SavingKind, pool: NodePool, time: ClusterTime, gone: Sequence[HeldNode], packed: PackedPods
) -> Iterator[Opportunity]:
    """Yield the nodes that go, if any do; the money of all is at most that of the fewest there can be."""
    if not gone:
        return
    cost = sum(time.monthly(one.cost_nanos) for one in pool.nodes)
    saved = sum(time.monthly(one.cost_nanos) for one in gone)
    fluid = len(pool.nodes) - pool.fewest(packed.least)
    account = pool_account(pool)
    yield Opportunity(
        kind=kind,
        place=SavingPlace(pool.cluster, name=pool.name),
        currency=pool.nodes[0].currency,
        verdict=Verdict.OK,
        cost_nanos=cost,
        money=SavingMoney(
            low_nanos=saved if pool.changed else 0,
            expected_nanos=saved,
            high_nanos=max(saved, cost * fluid // len(pool.nodes)),
        ),
        facts=tuple(_facts(pool, pool.fewest(packed.nodes), gone)),
        claim=SavingClaim((spend_account(pool.nodes[0].currency, pool.cluster), account), saved),
    )


def _listed(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _facts(pool: NodePool, kept: int, gone: Sequence[HeldNode]) -> Iterator[SavingFact]:
    asked = NOTHING
    for load in pool.loads:
        asked = asked.plus(as_asked(load))
    yield SavingFact("nodes now", len(pool.nodes))
    yield SavingFact("nodes that its pods need", kept)
    yield SavingFact("could go", _listed([one.name for one in gone]))
    yield SavingFact("busy hour that was looked at", pool.hour)
    yield SavingFact("cores asked for", asked.cores_nanos / _NANOS, "cores")
    yield SavingFact("cores of a node for pods", pool.room.cores_nanos / _NANOS, "cores")
    yield SavingFact("memory asked for", asked.ram_bytes, "bytes")
    yield SavingFact("memory of a node for pods", pool.room.ram_bytes, "bytes")
    yield SavingFact("nodes of the cluster changed in the window", "yes" if pool.changed else "no")
