"""One window's samples and prices become its allocations and assets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

from fleetcost.costing.controllers import Controllers
from fleetcost.costing.labels import LabelBook
from fleetcost.costing.nodes import Node, Nodes, find_nodes, node_asset
from fleetcost.costing.notes import Notes
from fleetcost.costing.pods import ContainerKey, Pod, find_pods
from fleetcost.costing.prices import NodePrices, Offer, PriceBook, node_prices
from fleetcost.costing.resources import Meter
from fleetcost.costing.runs import whole
from fleetcost.costing.volumes import Nobody, Payer, find_volumes, share_volume, volume_asset
from fleetcost.model.allocation import UNMOUNTED, Allocation, AllocationKind, VolumeShare
from fleetcost.model.amount import ZERO
from fleetcost.model.asset import Asset
from fleetcost.model.finding import Finding, FindingKind, summarise
from fleetcost.model.samples import Samples


@dataclass(frozen=True, slots=True)
class Built:
    """
    What one window cost.

    Attributes:
        allocations: one a container of a pod, and one for unused storage of each namespace; sorted
        assets: nodes and disks; sorted
        findings: what somebody should know, those of reading the samples included
    """

    allocations: tuple[Allocation, ...]
    assets: tuple[Asset, ...]
    findings: tuple[Finding, ...]


def build(samples: Samples, prices: PriceBook) -> Built:
    """
    Compute one window's allocations and assets.

    The order of the samples does not matter. Costs of volumes add up to their assets' exactly; costs on nodes are
    amounts times the same prices the nodes have, so that what is left of a node is its idle cost.

    Args:
        samples: what was seen
        prices: what is charged where the samples hold no prices

    Returns:
        The rows and the findings.
    """
    return _Build(samples, prices).built()


@dataclass(slots=True)
class _Payments:
    volumes: list[VolumeShare] = field(default_factory=list)


class _Build:
    """The steps of one build, in order; each writes what later ones read."""

    def __init__(self, samples: Samples, book: PriceBook) -> None:
        self._samples = samples
        self._book = book
        self._notes = Notes()
        self._pods = find_pods(samples)
        self._nodes: Nodes = find_nodes(samples, book, self._notes)
        self._volumes = find_volumes(samples, self._pods, book, self._notes)
        self._labels = LabelBook(samples)
        self._controllers = Controllers(samples)
        self._payments: dict[Payer, _Payments] = defaultdict(_Payments)

    def built(self) -> Built:
        assets = [node_asset(node, self._notes) for node in self._nodes]
        assets += self._disks()
        allocations = [*self._workloads(), *self._unmounted()]
        noticed = self._notes.noticed()
        return Built(
            tuple(sorted(allocations, key=_allocation_order)),
            tuple(sorted(assets, key=_asset_order)),
            tuple(sorted({*self._samples.findings, *summarise(noticed)})),
        )

    def _disks(self) -> Iterable[Asset]:
        for volume in self._volumes:
            asset = volume_asset(volume, self._samples, self._notes)
            for payer, share in share_volume(volume, asset).items():
                self._payments[payer].volumes.append(share)
            yield asset

    def _workloads(self) -> Iterable[Allocation]:
        meter = Meter(self._samples, self._pods, self._notes)
        unknown: dict[str, NodePrices] = {}
        for pod in self._pods:
            node = self._nodes.at(pod.node, pod.run)
            if node is None and pod.node not in unknown:
                unknown[pod.node] = self._prices_of_unknown(pod.node)
            prices = node.prices if node else unknown[pod.node]
            yield from self._containers(pod, node, prices, meter)

    def _prices_of_unknown(self, name: str) -> NodePrices:
        self._notes.notice(FindingKind.NODE_UNKNOWN, name or "(no node named)")
        return node_prices(Offer(), self._book, has_gpus=True, subject=f"node {name or '?'}", notes=self._notes)

    def _containers(self, pod: Pod, node: Node | None, prices: NodePrices, meter: Meter) -> Iterable[Allocation]:
        controller = self._controllers.of(pod)
        labels, annotations = self._labels.merged(pod), self._labels.annotations(pod)
        namespace = pod.key.namespace
        for container in pod.containers:
            resources = meter.measure(pod, container, node, prices)
            volumes = self._volumes_of(ContainerKey(pod.key, container))
            yield Allocation(
                node=pod.node,
                provider_id=node.provider_id if node else "",
                namespace=namespace,
                controller_kind=controller.kind,
                controller=controller.name,
                pod=pod.key.pod,
                pod_uid=pod.key.uid,
                container=container,
                labels=labels,
                annotations=annotations,
                namespace_labels=self._labels.of_namespace(namespace),
                namespace_annotations=self._labels.namespace_annotations(namespace),
                start=pod.run.starts_at,
                end=pod.run.ends_at,
                pv_byte_hours=sum(share.byte_hours for share in volumes),
                pv_cost=sum((share.cost for share in volumes), ZERO),
                volumes=volumes,
                **asdict(resources),
            )

    def _unmounted(self) -> Iterable[Allocation]:
        window = whole(self._samples.window)
        for payer in sorted(payer for payer in self._payments if isinstance(payer, Nobody)):
            volumes = self._volumes_of(payer)
            namespace = payer.namespace
            yield Allocation(
                kind=AllocationKind.UNMOUNTED,
                namespace=namespace or UNMOUNTED,
                pod=f"{namespace}-unmounted-pvcs" if namespace else UNMOUNTED,
                container=UNMOUNTED,
                namespace_labels=self._labels.of_namespace(namespace),
                namespace_annotations=self._labels.namespace_annotations(namespace),
                start=window.starts_at,
                end=window.ends_at,
                pv_byte_hours=sum(share.byte_hours for share in volumes),
                pv_cost=sum((share.cost for share in volumes), ZERO),
                volumes=volumes,
            )

    def _volumes_of(self, payer: Payer) -> tuple[VolumeShare, ...]:
        return tuple(sorted(self._payments[payer].volumes, key=lambda share: share.volume))


def _allocation_order(row: Allocation) -> tuple[str, ...]:
    return (str(row.kind), row.namespace, row.pod, row.pod_uid, row.container, row.node)


def _asset_order(row: Asset) -> tuple[str, ...]:
    return (str(row.type), row.name, row.provider_id)
