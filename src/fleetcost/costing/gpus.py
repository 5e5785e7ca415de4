"""
GPUs: how many there really are in a node, and which part of one a container holds.

Kubernetes counts what a device plugin offers: whole GPUs, time slices, MIG slices, virtual ones, shares with a
percentage of cores or an amount of memory, accelerators of other makes. Prices and assets count physical ones, so every
share is turned into a part of one: of each card the parts held and its idle part add up to one.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from fleetcost.costing.accelerators import (
    NEURON_CORE,
    NEURON_DEVICES,
    PERCENTAGES,
    SHARED,
    WHOLE,
    Percentages,
    is_known,
    slice_part,
    unit_of,
)
from fleetcost.costing.cards import Cards
from fleetcost.model.allocation import NO_LABELS, Labels
from fleetcost.model.gpu import FractionSource
from fleetcost.model.records import NodeValue
from fleetcost.model.samples import NodeSamples

_COUNT_LABEL = "nvidia_com_gpu_count"
_REPLICAS_LABEL = "nvidia_com_gpu_replicas"
_MEMORY_LABEL = "nvidia_com_gpu_memory"
_MODEL_LABEL = "nvidia_com_gpu_product"

_MOST = 1024.0
"""No node has more GPUs."""


@dataclass(frozen=True, slots=True)
class Holding:
    """
    What a container holds of a node's GPUs.

    Attributes:
        gpus: physical ones, parts added up
        source: how that is known
        cards: that it is on, where the exporter does not say
    """

    gpus: float
    source: FractionSource
    cards: float


class Gpus:
    """The GPUs of all nodes."""

    def __init__(self, samples: NodeSamples, labels: Mapping[str, Labels], cards: Cards) -> None:
        self.cards = cards
        self._labels = labels
        self._capacity: dict[str, dict[str, float]] = defaultdict(dict)
        for record in sorted(samples.gpu_capacity, key=lambda r: (r.node, r.resource, r.value)):
            if record.value > 0:
                self._capacity[record.node][record.resource] = record.value
        self._counted = _counts(samples.gpu_count)

    def physical(self, node: str) -> float:
        """Return the number of physical GPUs in a node."""
        known, others = self._known(node), self._others(node)
        if known is None:
            known = self._offered(node, nvidia=True) or max(self._counted.get(node, 0.0) - others, 0.0)
        return known + others

    def held(self, node: str, requests: Mapping[str, float]) -> Holding:
        """
        Return what a container holds.

        Args:
            node: where it runs, empty where unknown
            requests: what it asked for, by resource
        """
        parts = {resource: self._part(node, resource) for resource in requests}
        amounts = {resource: requests[resource] * part for resource, (part, _) in parts.items()}
        sources = {resource: source for resource, (_, source) in parts.items()}
        cards = 1.0
        for kind in PERCENTAGES:
            part = self._part_asked(node, requests, kind)
            if part is not None:
                cards = requests.get(kind.number, 1.0)
                amounts[kind.number] = cards * part
                sources[kind.number] = kind.source
        largest = max(amounts, key=lambda resource: (amounts[resource], resource))
        return Holding(sum(amounts[name] for name in sorted(amounts)), sources[largest], cards)

    def held_of_allocated(self, node: str, allocated: float) -> Holding:
        """Return what an exporter's count holds, which does not say of what."""
        capacity = self._capacity.get(node, {})
        part, source = self._part(node, SHARED if SHARED in capacity and WHOLE not in capacity else WHOLE)
        return Holding(allocated * part, source, 1.0)

    def share_unknown(self, node: str, requests: Mapping[str, float]) -> bool:
        """Tell whether nobody says which part of a GPU a container asks for."""
        for kind in PERCENTAGES:
            names = (kind.of_cores, kind.of_memory, kind.memory_mib)
            if any(name in requests for name in names) and self._part_asked(node, requests, kind) is None:
                return True
        return not all(is_known(resource) for resource in requests)

    def price_of_one(self, node: str, price: float | None) -> float | None:
        """Return the price of a physical GPU; an exporter that counts shares divides the node's price by them."""
        counted, physical = self._counted.get(node), self.physical(node)
        if price is None or not counted or physical <= 0:
            return price
        return price * counted / physical

    def model(self, node: str) -> str:
        """Return the model of a node's GPUs as feature discovery names it, or an empty text."""
        return self._labels.get(node, NO_LABELS).get(_MODEL_LABEL, "")

    def _known(self, node: str) -> float | None:
        """Return the number of NVIDIA's GPUs where somebody counted them: the exporter, feature discovery, a plugin."""
        count = self.cards.count(node) or _number(self._labels.get(node, NO_LABELS).get(_COUNT_LABEL, ""))
        if count:
            return float(count)
        offered, replicas = self._capacity.get(node, {}), self._replicas(node)
        if replicas:
            return (offered.get(SHARED) or offered.get(WHOLE, 0.0)) / replicas
        cores = max((offered.get(kind.of_cores, 0.0) for kind in PERCENTAGES), default=0.0)
        return cores / 100 if cores else None

    def _others(self, node: str) -> float:
        """Return the number of accelerators of other makes; one that is offered under several names counts once."""
        neuron = self._neuron_devices(node)
        names = (NEURON_CORE, *NEURON_DEVICES) if neuron else ()
        return neuron + self._offered(node, nvidia=False, but=names)

    def _offered(self, node: str, *, nvidia: bool, but: Collection[str] = ()) -> float:
        """Return how many physical ones all that a node offers is, by the table."""
        offered = self._capacity.get(node, {})
        units = {resource: unit_of(resource) for resource in offered if resource not in but}
        return sum(offered[name] * unit.part for name, unit in units.items() if unit and unit.nvidia is nvidia)

    def _neuron_devices(self, node: str) -> float:
        return max(self._capacity.get(node, {}).get(name, 0.0) for name in NEURON_DEVICES)

    def _part(self, node: str, resource: str) -> tuple[float, FractionSource]:
        """Return which part of a physical GPU one unit of a resource is, and how that is known."""
        unit = unit_of(resource)
        if unit is None:
            return 0.0, FractionSource.WHOLE
        capacity = self._capacity.get(node, {})
        if resource == NEURON_CORE:
            devices = self._neuron_devices(node)
            return (devices / capacity[resource] if devices and resource in capacity else unit.part), unit.source
        if not unit.shared or (resource == WHOLE and SHARED in capacity):
            return unit.part, unit.source
        part = self._part_shared(node, resource)
        if part is None:
            return unit.part, unit.source
        return part, FractionSource.REPLICAS if unit.source is FractionSource.WHOLE else unit.source

    def _part_shared(self, node: str, resource: str) -> float | None:
        """Return the part of a unit of which more are offered than there are cards for it, else None."""
        replicas, capacity = self._replicas(node), self._capacity.get(node, {})
        if replicas and resource in (WHOLE, SHARED):
            return 1 / replicas
        known, offered = self._known(node), capacity.get(resource, 0.0)
        if not known:
            return None
        slices = sum(amount * slice_part(name) for name, amount in capacity.items())
        left = known - max(self.cards.sliced(node), math.ceil(slices - 1e-9)) - self.cards.claimed(node)
        left -= capacity.get(WHOLE, 0.0) if resource == SHARED else 0.0
        return left / offered if offered > left > 0 else None

    def _part_asked(self, node: str, requests: Mapping[str, float], kind: Percentages) -> float | None:
        """Return the part of each GPU a container asks for in percent or memory, or None where it does not."""
        known = self._known(node)
        if known is None:
            return None
        for resource in (kind.of_cores, kind.of_memory):
            if requests.get(resource, 0.0) > 0:
                return min(requests[resource] / 100, 1.0)
        memory = _number(self._labels.get(node, NO_LABELS).get(_MEMORY_LABEL, ""))
        memory = memory or self._capacity.get(node, {}).get(kind.memory_mib, 0.0) / known
        if memory and requests.get(kind.memory_mib, 0.0) > 0:
            return min(requests[kind.memory_mib] / memory, 1.0)
        return None

    def _replicas(self, node: str) -> float | None:
        replicas = _number(self._labels.get(node, NO_LABELS).get(_REPLICAS_LABEL, ""))
        return replicas if replicas and replicas > 1 else None


def _counts(values: Iterable[NodeValue]) -> dict[str, float]:
    counts: dict[str, float] = {}
    for value in values:
        if 0 < value.value < _MOST:
            counts[value.node] = max(value.value, counts.get(value.node, 0.0))
    return counts


def _number(text: str) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
