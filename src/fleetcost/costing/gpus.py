"""
GPUs: how many there really are in a node, and which part of one a container holds.

Kubernetes counts what a device plugin offers: whole GPUs, time slices, MIG slices, or shares with a percentage of cores
or an amount of memory. Prices and assets count physical GPUs, so every share is turned into a part of one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from fleetcost.costing.machines import Machines
from fleetcost.model.allocation import NO_LABELS, Labels
from fleetcost.model.records import NodeValue
from fleetcost.model.samples import NodeSamples

WHOLE = "nvidia_com_gpu"
SHARED = "nvidia_com_gpu_shared"
VIRTUAL = "k8s_amazonaws_com_vgpu"
CORE_PERCENT = "nvidia_com_gpucores"
MEMORY_PERCENT = "nvidia_com_gpumem_percentage"
MEMORY_MIB = "nvidia_com_gpumem"
OTHER_MAKES = ("amd_com_gpu", "gpu_intel_com_i915", "gpu_intel_com_xe")

_MIG = re.compile(r"nvidia_com_mig_(\d+)g_")
_MIG_SLICES = 7
"""A GPU is cut into seven slices of compute."""

_VIRTUAL_DEFAULT = 10
"""Virtual GPUs in one, where the plugin is not told otherwise."""

_COUNT_LABEL = "nvidia_com_gpu_count"
_REPLICAS_LABEL = "nvidia_com_gpu_replicas"
_MEMORY_LABEL = "nvidia_com_gpu_memory"


class Gpus:
    """The GPUs of all nodes."""

    def __init__(self, samples: NodeSamples, labels: Mapping[str, Labels], machines: Machines) -> None:
        self._labels = labels
        self._capacity: dict[str, dict[str, float]] = defaultdict(dict)
        for record in sorted(samples.gpu_capacity, key=lambda r: (r.node, r.resource, r.value)):
            if record.value > 0:
                self._capacity[record.node][record.resource] = record.value
        self._counted = _counts(samples.gpu_count)
        devices: dict[str, set[str]] = defaultdict(set)
        for device in samples.gpu_devices:
            devices[machines.name(device.node)].add(device.device)
        self._devices = {node: len(found) for node, found in devices.items()}

    def physical(self, node: str) -> float:
        """Return the number of physical GPUs in a node."""
        capacity = self._capacity.get(node, {})
        others = sum(capacity.get(resource, 0.0) for resource in OTHER_MAKES)
        known = self._known(node)
        return (known if known is not None else self._offered(node)) + others

    def held(self, node: str, requests: Mapping[str, float]) -> float:
        """
        Return how many physical GPUs a container holds.

        Args:
            node: where it runs, empty where unknown
            requests: what it asked for, by resource
        """
        others = sum(requests.get(resource, 0.0) for resource in OTHER_MAKES)
        slices = sum(amount * _slice(resource) for resource, amount in requests.items())
        virtual = requests.get(VIRTUAL, 0.0) * self._part(node, VIRTUAL, 1 / _VIRTUAL_DEFAULT)
        part = self._part_asked(node, requests)
        if part is not None:
            return others + slices + virtual + requests.get(WHOLE, 1.0) * part
        plain = requests.get(WHOLE, 0.0) * self._part(node, WHOLE, 1.0)
        return others + slices + virtual + plain + requests.get(SHARED, 0.0) * self._part(node, SHARED, 1.0)

    def held_of_allocated(self, node: str, allocated: float) -> float:
        """Return how many physical GPUs an exporter's count is, which does not say of what."""
        return allocated * self._part(node, WHOLE if WHOLE in self._capacity.get(node, {}) else SHARED, 1.0)

    def share_unknown(self, node: str, requests: Mapping[str, float]) -> bool:
        """Tell whether a container asks for a share of a GPU and nobody says how many GPUs its node has."""
        return any(name in requests for name in (CORE_PERCENT, MEMORY_PERCENT, MEMORY_MIB)) and (
            self._part_asked(node, requests) is None
        )

    def price_of_one(self, node: str, price: float | None) -> float | None:
        """Return the price of a physical GPU; an exporter that counts shares divides the node's price by them."""
        counted, physical = self._counted.get(node), self.physical(node)
        if price is None or not counted or physical <= 0:
            return price
        return price * counted / physical

    def _known(self, node: str) -> float | None:
        """Return the number of physical GPUs where somebody counted them: the DCGM exporter or feature discovery."""
        if node in self._devices:
            return float(self._devices[node])
        labels = self._labels.get(node, NO_LABELS)
        count = _number(labels.get(_COUNT_LABEL, ""))
        if count:
            return count
        replicas = _number(labels.get(_REPLICAS_LABEL, ""))
        offered = self._capacity.get(node, {})
        if replicas and replicas > 1:
            return (offered.get(SHARED) or offered.get(WHOLE, 0.0)) / replicas
        return None

    def _offered(self, node: str) -> float:
        capacity = self._capacity.get(node, {})
        slices = sum(amount * _slice(resource) for resource, amount in capacity.items())
        virtual = capacity.get(VIRTUAL, 0.0) / _VIRTUAL_DEFAULT
        found = capacity.get(WHOLE, 0.0) + capacity.get(SHARED, 0.0) + slices + virtual
        others = sum(capacity.get(resource, 0.0) for resource in OTHER_MAKES)
        return found or max(self._counted.get(node, 0.0) - others, 0.0)

    def _part(self, node: str, resource: str, default: float) -> float:
        """Return which part of a physical GPU one unit of a resource is."""
        known, offered = self._known(node), self._capacity.get(node, {}).get(resource, 0.0)
        return known / offered if known and offered > known else default

    def _part_asked(self, node: str, requests: Mapping[str, float]) -> float | None:
        """Return the part of each GPU a container asks for in percent or memory, or None where it does not."""
        if self._known(node) is None:
            return None
        for resource in (CORE_PERCENT, MEMORY_PERCENT):
            if requests.get(resource, 0.0) > 0:
                return min(requests[resource] / 100, 1.0)
        memory = _number(self._labels.get(node, NO_LABELS).get(_MEMORY_LABEL, ""))
        if memory and requests.get(MEMORY_MIB, 0.0) > 0:
            return min(requests[MEMORY_MIB] / memory, 1.0)
        return None


def _slice(resource: str) -> float:
    found = _MIG.match(resource)
    return int(found.group(1)) / _MIG_SLICES if found else 0.0


def _counts(values: Iterable[NodeValue]) -> dict[str, float]:
    counts: dict[str, float] = {}
    for value in values:
        if 0 < value.value < _MOST:
            counts[value.node] = max(value.value, counts.get(value.node, 0.0))
    return counts


_MOST = 1024.0
"""No node has more GPUs."""


def _number(text: str) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
