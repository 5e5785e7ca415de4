"""Nodes: their size, run and price, and the assets they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from fleetcost.costing.gpus import Gpus
from fleetcost.costing.marks import MOST_CORES
from fleetcost.costing.node_facts import Machine, NodeFigures, first_of, machine_runs
from fleetcost.costing.notes import Notes
from fleetcost.costing.price_table import NodeFacts
from fleetcost.costing.prices import GIB, NodePrices, Offer, PriceBook, node_prices, split_node_price
from fleetcost.costing.provider_ids import project_of, provider_of, region_of
from fleetcost.costing.runs import Run
from fleetcost.costing.shapes import shape_of
from fleetcost.model.allocation import NO_LABELS, Labels
from fleetcost.model.asset import Asset, AssetType, PriceSource
from fleetcost.model.finding import FindingKind
from fleetcost.model.samples import Samples

_POOL_LABELS = (
    "eks_amazonaws_com_nodegroup",
    "cloud_google_com_gke_nodepool",
    "kubernetes_azure_com_agentpool",
    "agentpool",
    "karpenter_sh_nodepool",
)
_SHARED_CORES = {"e2-micro": 0.25, "e2-small": 0.5, "e2-medium": 1.0}
"""Types that report two cores and are sold, and billed, as a part of them."""

_MOST = 2.0**50
"""No node has more cores or bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """
    One machine inside the window.

    Attributes:
        provider_id: the short form that bills use
        project: the project or subscription it is billed to, where its id says so
        *_overhead: part of the capacity that is not allocatable, or None
        billed_by_pod: the cloud bills what the pods ask for and no machine
    """

    name: str
    provider_id: str
    provider: str
    project: str
    run: Run
    cores: float
    ram_bytes: float
    gpus: float
    cpu_overhead: float | None
    ram_overhead: float | None
    instance_type: str
    region: str
    spot: bool
    billed_by_pod: bool
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
        named = self._named.get(name, [])
        return max(named, key=lambda node: (_shared_hours(node.run, run), node.provider_id), default=None)

    def pricing(self, book: PriceBook, notes: Notes) -> Pricing:
        """Return what pods on these and on unknown nodes are charged."""
        return Pricing(self, book, notes)


class Pricing:
    """The prices of every node a pod may name; what was never seen has the price book's, once noticed."""

    def __init__(self, nodes: Nodes, book: PriceBook, notes: Notes) -> None:
        self._nodes = nodes
        self._book = book
        self._notes = notes
        self._unknown: dict[str, NodePrices] = {}

    def of(self, name: str, run: Run) -> tuple[Node | None, NodePrices]:
        """Return the machine a pod ran on, None where unknown, and its prices."""
        node = self._nodes.at(name, run)
        if node is not None:
            return node, node.prices
        if name not in self._unknown:
            subject = f"node {name or '(not named)'}"
            self._notes.notice(FindingKind.NODE_UNKNOWN, subject)
            self._unknown[name] = node_prices(Offer(), self._book, has_gpus=True, subject=subject, notes=self._notes)
        return None, self._unknown[name]


def find_nodes(samples: Samples, figures: NodeFigures, gpus: Gpus, book: PriceBook, notes: Notes) -> Nodes:
    """Return the nodes that existed inside the window, priced, sorted by name and provider id."""
    runs = machine_runs(samples)
    return Nodes(
        _node(machine, runs[machine][0], runs[machine][1], figures, gpus, book, notes) for machine in sorted(runs)
    )


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
        project=node.project,
        region=node.region,
        labels=node.labels,
        start=node.run.starts_at,
        end=node.run.ends_at,
        cost=cpu + ram + gpu,
        node_type=node.instance_type,
        pool=first_of(node.labels, _POOL_LABELS),
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


def _node(
    machine: Machine, full_id: str, run: Run, figures: NodeFigures, gpus: Gpus, book: PriceBook, notes: Notes
) -> Node:
    name, provider_id = machine
    labels = figures.labels_of(name)
    instance_type = figures.instance_type(name)
    cores = _size(figures.cores.of(machine), f"{name}: CPU", notes)
    cores = min(cores, _SHARED_CORES.get(instance_type, cores))
    ram_bytes = _size(figures.ram_bytes.of(machine), f"{name}: RAM", notes)
    facts = NodeFacts(
        name=name,
        provider_id=full_id,
        region=figures.region(name) or region_of(full_id),
        instance_type=instance_type,
        labels=labels,
        annotations=figures.annotations.get(name, NO_LABELS),
    )
    physical = gpus.physical(name)
    spot = figures.is_spot(machine)
    offer = Offer(
        figures.cpu_price.of(machine),
        figures.ram_price.of(machine),
        gpus.price_of_one(name, figures.gpu_price.of(machine)),
        spot,
    )
    size = (cores, ram_bytes / GIB, physical)
    if not (instance_type or labels):
        gpus_known = None if figures.has_uncounted_gpus(name, physical) else physical
        facts = _inferred(facts, (size[0], size[1], gpus_known), book, notes)
    named = _is_priced_alone(facts, offer, book)
    offer = _listed(facts, offer, size, book, notes)
    virtual = figures.is_virtual(name) or _is_no_machine(name, cores, notes)
    doubtful = not (labels or named or virtual or figures.knows_spot(machine))
    if doubtful and provider_of(full_id) and book.cpu_spot_hourly != book.cpu_hourly:
        notes.notice(FindingKind.SPOT_UNKNOWN, f"node {name}")
    return Node(
        name=name,
        provider_id=provider_id,
        provider=provider_of(full_id),
        project=project_of(full_id),
        run=run,
        cores=cores,
        ram_bytes=ram_bytes,
        gpus=physical,
        cpu_overhead=_overhead(cores, figures.cores_free.of(machine)),
        ram_overhead=_overhead(ram_bytes, figures.ram_free.of(machine)),
        instance_type=instance_type,
        region=facts.region,
        spot=spot,
        billed_by_pod=virtual,
        labels=labels,
        prices=node_prices(offer, book, has_gpus=physical > 0, subject=f"node {name}", notes=notes),
    )


def _inferred(facts: NodeFacts, size: tuple[float, float, float | None], book: PriceBook, notes: Notes) -> NodeFacts:
    """Return the facts with the price file's instance type that fits the node, if all that fit cost the same."""
    if book.table.node(facts) is not None:
        return facts
    shapes = {one: shape_of(one) for one in book.table.types}
    fitting = [replace(facts, instance_type=one) for one, shape in shapes.items() if shape and shape.fits(*size)]
    listed = [(found.price_hourly, one) for one in fitting if (found := book.table.node(one))]
    if len({price for price, _ in listed}) != 1:
        return facts
    (_, chosen), *_ = listed
    notes.notice(FindingKind.TYPE_INFERRED, f"node {facts.name}: {chosen.instance_type}")
    return chosen


def _is_priced_alone(facts: NodeFacts, offer: Offer, book: PriceBook) -> bool:
    """Tell whether a price is this very node's, by the metrics or by a row that names it, and not of its kind."""
    listing = book.table.node(facts)
    if listing is not None:
        return all(row.id for row in listing.rows)
    return offer.cpu is not None and not book.custom


def _listed(facts: NodeFacts, offer: Offer, size: tuple[float, float, float], book: PriceBook, notes: Notes) -> Offer:
    """Return the offer with what a price file lists for this node in place of what metrics say."""
    gpu = notes.listed(book.table.gpu(facts))
    total = notes.listed(book.table.node(facts))
    if total is not None:
        cores, ram_gib, gpus = size
        split = split_node_price(total, cores, ram_gib, gpus if gpu is None else 0.0, book)
        offer = replace(split, spot=offer.spot) if split is not None else offer
    return offer if gpu is None else replace(offer, gpu=gpu, gpu_source=PriceSource.CUSTOM)


def _size(value: float | None, subject: str, notes: Notes) -> float:
    if value is not None and 0 <= value < _MOST:
        return value
    notes.notice(FindingKind.NODE_SIZE_UNKNOWN, subject)
    return 0.0


def _is_no_machine(name: str, cores: float, notes: Notes) -> bool:
    if cores <= MOST_CORES:
        return False
    notes.notice(FindingKind.NODE_NO_MACHINE, name)
    return True


def _overhead(capacity: float, allocatable: float | None) -> float | None:
    if allocatable is None or capacity <= 0:
        return None
    return min(max((capacity - allocatable) / capacity, 0.0), 1.0)


def _shared_hours(one: Run, other: Run) -> float:
    shared = one.overlap(other)
    return shared.hours if shared else 0.0
