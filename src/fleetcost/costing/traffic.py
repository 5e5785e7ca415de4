"""Network: the bytes pods moved, and what those cost that left their zone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from fleetcost.costing.machines import Machines
from fleetcost.costing.notes import Notes
from fleetcost.costing.pods import ContainerKey, Pods
from fleetcost.costing.prices import GIB, Price, PriceBook, choose
from fleetcost.costing.runs import whole
from fleetcost.costing.shares import split_cost, split_count
from fleetcost.model.amount import ZERO
from fleetcost.model.asset import Asset, AssetType
from fleetcost.model.finding import FindingKind
from fleetcost.model.records import PodValue, Reach
from fleetcost.model.samples import NetworkSamples, Samples

ASSET_NAMES = {
    Reach.REGION: "zone egress",
    Reach.WORLD: "region egress",
    Reach.INTERNET: "internet egress",
}


@dataclass(slots=True)
class Traffic:
    """One container's part of its pod's traffic: bytes, and costs by reach."""

    received: int = 0
    sent: int = 0
    costs: dict[Reach, Decimal] = field(default_factory=lambda: dict.fromkeys(ASSET_NAMES, ZERO))

    @property
    def cost(self) -> Decimal:
        """All of it."""
        return sum(self.costs.values(), ZERO)


def find_traffic(
    samples: Samples, pods: Pods, machines: Machines, book: PriceBook, notes: Notes
) -> tuple[Mapping[ContainerKey, Traffic], list[Asset]]:
    """
    Return every container's traffic and the network assets, one for each reach that cost something.

    A pod's traffic is shared equally by its containers; the parts add up to the asset exactly. The counters of a pod on
    its node's own network are the node's, whatever moved the bytes, so they are no pod's.
    """
    traffic: dict[ContainerKey, Traffic] = defaultdict(Traffic)
    network = samples.network
    on_host = _on_host(samples, machines)
    for value in _sorted(network.received, on_host):
        _add_bytes(value, pods, notes, lambda key, part: _received(traffic[key], part))
    for value in _sorted(network.sent, on_host):
        _add_bytes(value, pods, notes, lambda key, part: _sent(traffic[key], part))
    assets = []
    for reach in ASSET_NAMES:
        bytes_of = _paid_bytes(network, reach)
        if bytes_of:
            price = _price(reach, network, book, notes)
            total = _add_costs(bytes_of, reach, price, pods, traffic, notes)
            assets.append(_asset(samples, reach, total, price))
    return traffic, assets


def _on_host(samples: Samples, machines: Machines) -> frozenset[tuple[str, str]]:
    """Return namespace and name of the pods on the host's network: reported as such, or at their node's address."""
    reported = {(value.namespace, value.pod) for value in samples.network.host_pods}
    at_nodes = {(one.namespace, one.pod) for one in samples.pods.places if machines.is_node_address(one.ip)}
    return frozenset(reported | at_nodes)


def _sorted(values: Iterable[PodValue], on_host: frozenset[tuple[str, str]]) -> list[PodValue]:
    own = (value for value in values if (value.namespace, value.pod) not in on_host)
    return sorted(own, key=lambda v: (v.namespace, v.pod, v.uid, v.value))


def _received(traffic: Traffic, part: int) -> None:
    traffic.received += part


def _sent(traffic: Traffic, part: int) -> None:
    traffic.sent += part


def _add_bytes(value: PodValue, pods: Pods, notes: Notes, add: Callable[[ContainerKey, int], None]) -> None:
    keys, weights = _containers(pods, value.namespace, value.pod, value.uid)
    if keys:
        parts = split_count(notes.count(value.value, f"{value.namespace}/{value.pod}"), weights)
        for key, part in zip(keys, parts, strict=True):
            add(key, part)


def _containers(pods: Pods, namespace: str, name: str, uid: str) -> tuple[list[ContainerKey], list[float]]:
    """Return the containers of the pods of a name, each with its weight: time, shared by the pod's containers."""
    matches = pods.match(namespace, name, uid)
    keys = [ContainerKey(pod.key, container) for pod in matches for container in pod.containers]
    weights = [pod.run.hours / len(pod.containers) for pod in matches for _ in pod.containers]
    return keys, weights


def _paid_bytes(network: NetworkSamples, reach: Reach) -> Mapping[tuple[str, str], float]:
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    for record in network.traffic:
        if record.reach is reach and record.value > 0:
            found[record.namespace, record.pod].append(record.value)
    return {key: sum(sorted(values)) for key, values in sorted(found.items())}


def _price(reach: Reach, network: NetworkSamples, book: PriceBook, notes: Notes) -> Price:
    offered, rate = {
        Reach.REGION: (network.zone_price, "zone_egress_gib"),
        Reach.WORLD: (network.region_price, "region_egress_gib"),
        Reach.INTERNET: (network.internet_price, "internet_egress_gib"),
    }[reach]
    return choose(offered, book.rate(rate), book, ASSET_NAMES[reach], notes)


def _add_costs(
    bytes_of: Mapping[tuple[str, str], float],
    reach: Reach,
    price: Price,
    pods: Pods,
    traffic: dict[ContainerKey, Traffic],
    notes: Notes,
) -> Decimal:
    total = ZERO
    for (namespace, name), count in bytes_of.items():
        keys, weights = _containers(pods, namespace, name, "")
        if not keys:
            notes.notice(FindingKind.POD_UNKNOWN, f"{namespace}/{name}")
            continue
        cost = notes.amount(count / GIB * price.value, f"{namespace}/{name}: {ASSET_NAMES[reach]}")
        total += cost
        for key, part in zip(keys, split_cost(cost, weights), strict=True):
            traffic[key].costs[reach] += part
    return total


def _asset(samples: Samples, reach: Reach, total: Decimal, price: Price) -> Asset:
    window = whole(samples.window)
    return Asset(
        type=AssetType.NETWORK,
        name=ASSET_NAMES[reach],
        start=window.starts_at,
        end=window.ends_at,
        cost=total,
        price_source=price.source,
    )
