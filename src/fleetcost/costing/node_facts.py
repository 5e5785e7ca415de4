"""What the samples say of each node, found by name and provider id."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from statistics import fmean
from typing import TypeVar

from fleetcost.costing.marks import SPOT, VIRTUAL, VIRTUAL_NAMES, marked
from fleetcost.costing.price_table import plain
from fleetcost.costing.provider_ids import node_id
from fleetcost.costing.runs import Run, run_of
from fleetcost.model.allocation import NO_LABELS, Labels
from fleetcost.model.records import NodeSeen, NodeValue, ObjectLabels
from fleetcost.model.samples import Samples

Name = TypeVar("Name")

Machine = tuple[str, str]
"""Name and short provider id: a node re-created under its name with another provider id is another machine."""

_GPU_TAINT = "nvidia_com_gpu"
_TYPE_LABELS = ("node_kubernetes_io_instance_type", "beta_kubernetes_io_instance_type")
_REGION_LABELS = ("topology_kubernetes_io_region", "failure_domain_beta_kubernetes_io_region")


class Figures:
    """The figures of one kind, by machine or, where a source knows no provider id, by name alone."""

    def __init__(self, values: Iterable[NodeValue]) -> None:
        found: dict[Machine, list[float]] = defaultdict(list)
        for value in values:
            short = node_id(value.provider_id)
            found[value.node, short].append(value.value)
            if short:
                found[value.node, ""].append(value.value)
        self._means = {key: fmean(sorted(of_key)) for key, of_key in found.items()}

    def of(self, machine: Machine) -> float | None:
        """Return a machine's figure, or None."""
        return self._means.get(machine, self._means.get((machine[0], "")))


class NodeFigures:
    """All figures, labels and annotations of nodes."""

    def __init__(self, samples: Samples) -> None:
        nodes = samples.nodes
        self.cpu_price = Figures(nodes.cpu_price)
        self.ram_price = Figures(nodes.ram_price)
        self.gpu_price = Figures(nodes.gpu_price)
        self.cores = Figures(nodes.cpu_capacity)
        self.ram_bytes = Figures(nodes.ram_capacity)
        self.cores_free = Figures(nodes.cpu_allocatable)
        self.ram_free = Figures(nodes.ram_allocatable)
        self.labels = newest(nodes.labels)
        self.annotations = newest(nodes.annotations)
        self._spot = Figures(nodes.spot)
        self._taints: dict[str, dict[str, str]] = defaultdict(dict)
        for taint in nodes.taints:
            self._taints[taint.node][plain(taint.key)] = taint.value
        self._types: dict[str, str] = {}
        self._regions: dict[str, str] = {}
        for value in sorted(nodes.types, key=lambda v: (v.node, v.instance_type, v.region)):
            self._types[value.node] = value.instance_type or self._types.get(value.node, "")
            self._regions[value.node] = value.region or self._regions.get(value.node, "")

    def labels_of(self, name: str) -> Labels:
        """Return a node's labels."""
        return self.labels.get(name, NO_LABELS)

    def instance_type(self, name: str) -> str:
        """Return a node's type, or an empty text."""
        return self._types.get(name) or first_of(self.labels_of(name), _TYPE_LABELS)

    def region(self, name: str) -> str:
        """Return a node's region, or an empty text."""
        return self._regions.get(name) or first_of(self.labels_of(name), _REGION_LABELS)

    def is_spot(self, machine: Machine) -> bool:
        """Tell whether a machine may be taken back any time, by the exporter or by its labels."""
        labels = self.labels_of(machine[0])
        return marked(labels, SPOT) or (self._spot.of(machine) or 0.0) > 0

    def knows_spot(self, machine: Machine) -> bool:
        """Tell whether the exporter says of a machine if it may be taken back."""
        return self._spot.of(machine) is not None

    def has_uncounted_gpus(self, name: str, counted: float) -> bool:
        """Tell whether a node keeps other pods away from GPUs that nobody counts, such as those of ResourceClaims."""
        return not counted and _GPU_TAINT in self._taints.get(name, NO_LABELS)

    def is_virtual(self, name: str) -> bool:
        """Tell whether a node is no machine but a door to one: its cloud bills what pods ask for."""
        return (
            name.startswith(VIRTUAL_NAMES)
            or marked(self.labels_of(name), VIRTUAL)
            or marked(self._taints.get(name, NO_LABELS), VIRTUAL)
        )


def machine_runs(samples: Samples) -> Mapping[Machine, tuple[str, Run]]:
    """
    Return each machine's full provider id and run.

    Sightings without a provider id belong to the only machine of the name; where there are several, they say nothing.
    """
    named: dict[str, dict[str, list[NodeSeen]]] = defaultdict(lambda: defaultdict(list))
    for seen in samples.nodes.seen:
        if seen.first <= seen.last:
            named[seen.node][node_id(seen.provider_id)].append(seen)
    runs = {}
    for name, by_id in named.items():
        anonymous = by_id.pop("", [])
        if len(by_id) > 1:
            anonymous = []
        for provider_id, sightings in (by_id or {"": []}).items():
            every = sightings + anonymous
            run = run_of(
                min(one.first for one in every),
                max(one.last for one in every),
                samples.window,
                samples.resolution_seconds,
            )
            if run is not None:
                runs[name, provider_id] = (max((one.provider_id for one in every), key=lambda i: (len(i), i)), run)
    return runs


def newest(records: Iterable[ObjectLabels]) -> dict[str, Labels]:
    """Return the labels of each object by name; of several sets the newest wins."""
    return newest_of((record.name, record) for record in records)


def newest_of(named: Iterable[tuple[Name, ObjectLabels]]) -> dict[Name, Labels]:
    """Return the newest labels of each name, whatever the order; nearly every name has one set only."""
    found: dict[Name, ObjectLabels] = {}
    for name, record in named:
        known = found.setdefault(name, record)
        if known is not record and _age(record) > _age(known):
            found[name] = record
    return {name: record.labels for name, record in found.items()}


def _age(record: ObjectLabels) -> tuple[float, list[tuple[str, str]]]:
    return record.seen, sorted(record.labels.items())


def first_of(labels: Labels, names: Iterable[str]) -> str:
    """Return the value of the first of these labels that has one, or an empty text."""
    return next((labels[name] for name in names if labels.get(name)), "")
