"""Nodes: their size, run and price, and the assets they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import fmean

from fleetcost.costing.notes import Notes
from fleetcost.costing.prices import GIB, NodePrices, Offer, PriceBook, node_prices
from fleetcost.costing.provider_ids import node_id, provider_of
from fleetcost.costing.runs import Run, run_of
from fleetcost.model.allocation import NO_LABELS, Labels
from fleetcost.model.asset import Asset, AssetType
from fleetcost.model.finding import FindingKind
from fleetcost.model.samples import NodeSeen, NodeValue, ObjectLabels, Samples

_TYPE_LABELS = ("node_kubernetes_io_instance_type", "beta_kubernetes_io_instance_type")
_REGION_LABELS = ("topology_kubernetes_io_region", "failure_domain_beta_kubernetes_io_region")
_POOL_LABELS = (
    "eks_amazonaws_com_nodegroup",
    "cloud_google_com_gke_nodepool",
    "kubernetes_azure_com_agentpool",
    "agentpool",
    "karpenter_sh_nodepool",
)
_SPOT_LABELS = {
    "eks_amazonaws_com_capacity_type": "SPOT",
    "eks_amazonaws_com_capacityType": "SPOT",
    "karpenter_sh_capacity_type": "spot",
    "cloud_google_com_gke_spot": "true",
    "cloud_google_com_gke_preemptible": "true",
    "kubernetes_azure_com_scalesetpriority": "spot",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One machine inside the window: a node re-created under its name with another provider id is another one."""

    name: str
    provider_id: str
    provider: str
    run: Run
    cores: float
    ram_bytes: float
    gpus: float
    cpu_overhead: float | None
    ram_overhead: float | None
    instance_type: str
    region: str
    spot: bool
    labels: Labels
    prices: NodePrices


class Nodes:
    """The nodes of a window, found by name and time."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._named: dict[str, list[Node]] = defaultdict(list)
        for node in nodes:
            self._named[node.name].append(node)

    def __iter__(self) -> Iterator[Node]:
        return (node for named in self._named.values() for node in named)

    def at(self, name: str, run: Run) -> Node | None:
        """Return the machine of this name that shares most of this run, or None where the name is unknown."""
        return max(
            self._named.get(name, []), key=lambda node: (_shared_hours(node.run, run), node.provider_id), default=None
        )


def find_nodes(samples: Samples, book: PriceBook, notes: Notes) -> Nodes:
    """Return the nodes that existed inside the window, priced, sorted by name and provider id."""
    figures = _Figures(samples)
    nodes = []
    for (name, provider_id), (full_id, run) in sorted(_runs(samples).items()):
        nodes.append(_node(name, provider_id, full_id, run, figures, book, notes))
    return Nodes(nodes)


def node_asset(node: Node, notes: Notes) -> Asset:
    """Return the asset a node is."""
    hours, prices, subject = node.run.hours, node.prices, f"node {node.name}"
    cpu = notes.amount(node.cores * hours * prices.cpu, subject)
    ram = notes.amount(node.ram_bytes / GIB * hours * prices.ram_gib, subject)
    gpu = notes.amount(node.gpus * hours * prices.gpu, subject)
    return Asset(
        type=AssetType.NODE,
        name=node.name,
        provider_id=node.provider_id,
        provider=node.provider,
        region=node.region,
        labels=node.labels,
        start=node.run.starts_at,
        end=node.run.ends_at,
        cost=cpu + ram + gpu,
        node_type=node.instance_type,
        pool=_first(node.labels, _POOL_LABELS),
        preemptible=1.0 if node.spot else 0.0,
        discount=prices.discount,
        cpu_core_hours=notes.amount(node.cores * hours, subject),
        ram_byte_hours=notes.count(node.ram_bytes * hours, subject),
        gpu_hours=notes.amount(node.gpus * hours, subject),
        cpu_cost=cpu,
        ram_cost=ram,
        gpu_cost=gpu,
        cpu_overhead_fraction=node.cpu_overhead,
        ram_overhead_fraction=node.ram_overhead,
        price_source=prices.source,
    )


class _Figures:
    """Figures of nodes, found by name and provider id, or by name alone where a source knows no id."""

    def __init__(self, samples: Samples) -> None:
        nodes = samples.nodes
        self.cpu_price = _by_machine(nodes.cpu_price)
        self.ram_price = _by_machine(nodes.ram_price)
        self.gpu_price = _by_machine(nodes.gpu_price)
        self.spot = _by_machine(nodes.spot)
        self.cores = _by_machine(nodes.cpu_capacity)
        self.ram_bytes = _by_machine(nodes.ram_capacity)
        self.gpus = _by_machine(nodes.gpu_capacity)
        self.cores_free = _by_machine(nodes.cpu_allocatable)
        self.ram_free = _by_machine(nodes.ram_allocatable)
        self.labels = newest(nodes.labels)
        self.types = {}
        self.regions = {}
        for value in sorted((*nodes.cpu_price, *nodes.ram_price), key=lambda v: (v.node, v.instance_type, v.region)):
            if value.instance_type:
                self.types[value.node] = value.instance_type
            if value.region:
                self.regions[value.node] = value.region


_Machine = tuple[str, str]


def _by_machine(values: Iterable[NodeValue]) -> dict[_Machine, float]:
    found: dict[_Machine, list[float]] = defaultdict(list)
    for value in values:
        found[value.node, node_id(value.provider_id)].append(value.value)
        if value.provider_id:
            found[value.node, ""].append(value.value)
    return {key: fmean(sorted(of_key)) for key, of_key in found.items()}


def newest(records: Iterable[ObjectLabels]) -> dict[str, Labels]:
    """Return the labels of each object by name; of several sets the newest wins."""
    found: dict[str, ObjectLabels] = {}
    for record in sorted(records, key=lambda r: (r.seen, sorted(r.labels.items()))):
        found[record.name] = record
    return {name: record.labels for name, record in found.items()}


def _runs(samples: Samples) -> dict[_Machine, tuple[str, Run]]:
    """Return each machine's full provider id and run; sightings without an id belong to the only machine there is."""
    named: dict[str, dict[str, list[NodeSeen]]] = defaultdict(lambda: defaultdict(list))
    for seen in samples.nodes.seen:
        named[seen.node][node_id(seen.provider_id)].append(seen)
    runs = {}
    for name, by_id in named.items():
        anonymous = by_id.pop("", [])
        if len(by_id) > 1:
            anonymous = []
        for provider_id, sightings in (by_id or {"": []}).items():
            every = sightings + anonymous
            first, last = min(one.first for one in every), max(one.last for one in every)
            run = run_of(first, last, samples.window, samples.resolution_seconds)
            if run is not None:
                runs[name, provider_id] = (max((one.provider_id for one in every), key=lambda i: (len(i), i)), run)
    return runs


def _node(
    name: str, provider_id: str, full_id: str, run: Run, figures: _Figures, book: PriceBook, notes: Notes
) -> Node:
    def figure(values: dict[_Machine, float]) -> float | None:
        return values.get((name, provider_id), values.get((name, "")))

    def size(values: dict[_Machine, float], what: str) -> float:
        value = figure(values)
        if value is None or not 0 <= value < _MOST:
            notes.notice(FindingKind.NODE_SIZE_UNKNOWN, f"{name}: {what}")
            return 0.0
        return value

    labels = figures.labels.get(name, NO_LABELS)
    gpus = figure(figures.gpus) or 0.0
    gpus = gpus if 0 <= gpus < _MOST else 0.0
    cores, ram_bytes = size(figures.cores, "CPU"), size(figures.ram_bytes, "RAM")
    spot = (figure(figures.spot) or 0.0) > 0 or any(labels.get(key) == value for key, value in _SPOT_LABELS.items())
    offer = Offer(figure(figures.cpu_price), figure(figures.ram_price), figure(figures.gpu_price), spot)
    return Node(
        name=name,
        provider_id=provider_id,
        provider=provider_of(full_id),
        run=run,
        cores=cores,
        ram_bytes=ram_bytes,
        gpus=gpus,
        cpu_overhead=_overhead(cores, figure(figures.cores_free)),
        ram_overhead=_overhead(ram_bytes, figure(figures.ram_free)),
        instance_type=figures.types.get(name) or _first(labels, _TYPE_LABELS),
        region=figures.regions.get(name) or _first(labels, _REGION_LABELS),
        spot=spot,
        labels=labels,
        prices=node_prices(offer, book, has_gpus=gpus > 0, subject=f"node {name}", notes=notes),
    )


_MOST = 2.0**50
"""No node has more cores, bytes or GPUs."""


def _overhead(capacity: float, allocatable: float | None) -> float | None:
    if allocatable is None or capacity <= 0:
        return None
    return min(max((capacity - allocatable) / capacity, 0.0), 1.0)


def _first(labels: Labels, names: Iterable[str]) -> str:
    return next((labels[name] for name in names if labels.get(name)), "")


def _shared_hours(one: Run, other: Run) -> float:
    shared = one.overlap(other)
    return shared.hours if shared else 0.0
