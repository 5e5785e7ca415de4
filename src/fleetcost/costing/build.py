"""One window's samples and prices become its allocations and assets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from fleetcost.costing.balance import billed_by_pod, check_nodes
from fleetcost.costing.balancers import balancer_asset, find_balancers, share_balancer
from fleetcost.costing.behaviour import Watcher
from fleetcost.costing.breakdown import with_breakdown
from fleetcost.costing.cards import Cards
from fleetcost.costing.cost_owners import CostOwner, Nobody
from fleetcost.costing.disks import disk_assets
from fleetcost.costing.estimates import with_estimates
from fleetcost.costing.fees import fee_assets
from fleetcost.costing.gpus import Gpus
from fleetcost.costing.lacks import notice_lacks
from fleetcost.costing.machines import Machines
from fleetcost.costing.node_facts import NodeFigures
from fleetcost.costing.nodes import Nodes, find_nodes, node_asset
from fleetcost.costing.notes import Notes
from fleetcost.costing.plausible import check_prices
from fleetcost.costing.pods import Pods, find_pods
from fleetcost.costing.prices import PriceBook
from fleetcost.costing.resources import Meter
from fleetcost.costing.rows import Meters, Payment, RowNames, unused_row, workload_rows
from fleetcost.costing.services import ServicePods
from fleetcost.costing.sidecars import adopt
from fleetcost.costing.traffic import find_traffic
from fleetcost.costing.volumes import find_volumes, share_volume, volume_asset
from fleetcost.model.allocation import Allocation
from fleetcost.model.asset import Asset
from fleetcost.model.finding import Finding, summarise
from fleetcost.model.samples import Samples


@dataclass(frozen=True, slots=True)
class Built:
    """
    What one window cost.

    Attributes:
        allocations: one a container of a pod, and one for what nobody used in each namespace; sorted
        assets: nodes, disks, load balancers, network and fees; sorted
        findings: what somebody should know, those of reading the samples included
    """

    allocations: tuple[Allocation, ...]
    assets: tuple[Asset, ...]
    findings: tuple[Finding, ...]


def build(samples: Samples, prices: PriceBook, before: Iterable[Asset] = ()) -> Built:
    """
    Compute one window's allocations and assets.

    The order of the samples does not matter. Costs of volumes, load balancers and traffic add up to their assets'
    exactly; costs on nodes are amounts times the same prices the nodes have, so that what is left of a node is its idle
    cost.

    Args:
        samples: what was seen
        prices: what is charged where the samples hold no prices
        before: the assets of the same window a day earlier, with which prices are compared

    Returns:
        The rows and the findings.
    """
    samples = adopt(samples)
    fleet = _fleet(samples, prices)
    payments = _Payments()
    shared = [*_volumes(fleet, payments), *_balancers(fleet, payments), *_network(fleet, payments)]
    workloads = list(_workloads(fleet, payments))
    notice_lacks(samples, fleet.nodes, fleet.pods, fleet.gpus, workloads, fleet.notes)
    rows = [*workloads, *_unused(fleet, payments)]
    assets = [
        *_nodes(fleet, rows),
        *shared,
        *disk_assets(samples, fleet.nodes, fleet.machines, prices, fleet.notes),
        *fee_assets(samples, fleet.nodes, prices, fleet.notes),
    ]
    check_prices(assets, before, prices.currency, fleet.notes)
    fleet.notes.notice_unused(prices.table)
    named, priced = with_estimates(rows, assets, samples)
    return Built(
        tuple(sorted(named, key=_row_order)),
        tuple(sorted(priced, key=_asset_order)),
        tuple(sorted({*samples.findings, *summarise(fleet.notes.noticed())})),
    )


@dataclass(frozen=True, slots=True)
class _Fleet:
    """What was there: the steps below read it and write only payments and notes."""

    samples: Samples
    book: PriceBook
    notes: Notes
    pods: Pods
    machines: Machines
    gpus: Gpus
    nodes: Nodes
    names: RowNames
    services: ServicePods


@dataclass(slots=True)
class _Payments:
    by_owner: dict[CostOwner, Payment] = field(default_factory=lambda: defaultdict(Payment))


def _fleet(samples: Samples, book: PriceBook) -> _Fleet:
    notes = Notes()
    pods = find_pods(samples, notes)
    machines = Machines(samples.nodes.seen, samples.nodes.addresses)
    figures = NodeFigures(samples)
    gpus = Gpus(samples.nodes, figures.labels, Cards(samples, pods, machines))
    nodes = find_nodes(samples, figures, gpus, book, notes)
    names = RowNames(samples)
    services = ServicePods(samples, pods, names.labels, machines)
    return _Fleet(samples, book, notes, pods, machines, gpus, nodes, names, services)


def _volumes(fleet: _Fleet, payments: _Payments) -> Iterable[Asset]:
    for volume in find_volumes(fleet.samples, fleet.pods, fleet.book, fleet.notes):
        asset = volume_asset(volume, fleet.samples, fleet.notes)
        for owner, share in share_volume(volume, asset).items():
            payments.by_owner[owner].volumes.append(share)
        yield asset


def _balancers(fleet: _Fleet, payments: _Payments) -> Iterable[Asset]:
    for balancer in find_balancers(fleet.samples, fleet.book, fleet.notes):
        asset = balancer_asset(balancer, fleet.notes)
        for owner, share in share_balancer(balancer, asset, fleet.services.behind).items():
            payments.by_owner[owner].balancers.append(share)
            if isinstance(owner, Nobody):
                payments.by_owner[owner].services |= {service for _, service in balancer.services}
        yield asset


def _network(fleet: _Fleet, payments: _Payments) -> Iterable[Asset]:
    traffic, assets = find_traffic(fleet.samples, fleet.pods, fleet.machines, fleet.book, fleet.notes)
    for key, of_container in traffic.items():
        payments.by_owner[key].traffic = of_container
    return assets


def _workloads(fleet: _Fleet, payments: _Payments) -> Iterable[Allocation]:
    meter = Meter(fleet.samples, fleet.pods, fleet.gpus, fleet.notes)
    meters = Meters(meter, Watcher(fleet.samples, fleet.pods, fleet.notes))
    priced = fleet.nodes.pricing(fleet.book, fleet.notes)
    for pod in fleet.pods:
        node, prices = priced.of(pod.node, pod.run)
        services = fleet.services.of(pod)
        yield from workload_rows(pod, node, prices, fleet.names, services, meters, payments.by_owner)


def _unused(fleet: _Fleet, payments: _Payments) -> Iterable[Allocation]:
    for owner in sorted(owner for owner in payments.by_owner if isinstance(owner, Nobody)):
        yield unused_row(owner, fleet.samples.window, fleet.names, payments.by_owner[owner])


def _nodes(fleet: _Fleet, rows: list[Allocation]) -> Iterable[Asset]:
    assets = []
    for node in fleet.nodes:
        asset = node_asset(node, fleet.notes)
        assets.append(billed_by_pod(asset, rows) if node.billed_by_pod else asset)
    check_nodes(assets, rows, fleet.notes)
    return with_breakdown(assets, fleet.samples.nodes.cpu_modes, rows, fleet.machines)


def _row_order(row: Allocation) -> tuple[str, ...]:
    return (str(row.kind), row.namespace, row.pod, row.pod_uid, row.container, row.node)


def _asset_order(row: Asset) -> tuple[str, ...]:
    return (str(row.type), row.name, row.provider_id, row.ip)
