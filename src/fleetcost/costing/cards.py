"""
Cards: the physical GPUs that the DCGM exporter sees, and which containers it names as their holders.

A container that holds a card and asked for no extended resource holds it through a ResourceClaim (DRA): Kubernetes
reports no amount of those anywhere, so the holder's part follows from who else holds the card at the same time.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

from fleetcost.costing.accelerators import slice_part
from fleetcost.costing.machines import Machines
from fleetcost.costing.pods import ContainerKey, Pods
from fleetcost.costing.runs import Run
from fleetcost.model.records import ContainerResource, ContainerValue, GpuDevice
from fleetcost.model.samples import Samples

_EXPORTER = re.compile(r".*dcgm.*")
"""A card that nobody holds carries the names of the exporter's own pod, which the scrape adds."""


class Cards:
    """The physical GPUs of all nodes, by their UUIDs."""

    def __init__(self, samples: Samples, pods: Pods, machines: Machines) -> None:
        self._of_node: dict[str, set[str]] = defaultdict(set)
        self._sliced: dict[str, set[str]] = defaultdict(set)
        self._models: dict[str, str] = {}
        self._held: dict[ContainerKey, dict[str, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
        self._runs: dict[ContainerKey, Run] = {}
        self._node_of_card: dict[str, str] = {}
        for device in sorted(samples.nodes.gpu_devices, key=lambda d: (d.node, d.device, d.pod)):
            self._add(device, pods, machines)
        asked = _asking(samples, pods)
        self._claims = _shares(
            {key: cards for key, cards in self._held.items() if key not in asked},
            self._runs,
        )
        self._claimed: dict[str, set[str]] = defaultdict(set)
        for key in self._claims:
            for card in self._held[key]:
                self._claimed[self._node_of_card[card]].add(card)

    def count(self, node: str) -> int | None:
        """Return how many cards are in a node, or None where the exporter does not see it."""
        return len(self._of_node[node]) if node in self._of_node else None

    def sliced(self, node: str) -> int:
        """Return how many of a node's cards are cut by MIG."""
        return len(self._sliced.get(node, ()))

    def claimed(self, node: str) -> int:
        """Return how many of a node's cards are held through claims."""
        return len(self._claimed.get(node, ()))

    def of(self, key: ContainerKey) -> tuple[str, ...]:
        """Return the UUIDs of the cards a container holds, sorted; empty where nobody says."""
        return tuple(sorted(self._held.get(key, ())))

    def model(self, key: ContainerKey) -> str:
        """Return the model of the cards a container holds, or an empty text."""
        return max((self._models.get(card, "") for card in self._held.get(key, ())), default="")

    def by_claim(self, key: ContainerKey) -> float | None:
        """Return how many GPUs a container holds through claims, or None where it holds none so."""
        return self._claims.get(key)

    def _add(self, device: GpuDevice, pods: Pods, machines: Machines) -> None:
        node = machines.name(device.node)
        self._of_node[node].add(device.device)
        self._node_of_card[device.device] = node
        self._models[device.device] = device.model or self._models.get(device.device, "")
        part = slice_part(device.profile)
        if part:
            self._sliced[node].add(device.device)
        if not device.pod or _EXPORTER.match(device.pod):
            return
        for pod in pods.match(device.namespace, device.pod, device.uid):
            key = ContainerKey(pod.key, device.container)
            self._runs[key] = pod.run
            self._held[key][device.device][device.instance] = part


def _asking(samples: Samples, pods: Pods) -> frozenset[ContainerKey]:
    values: tuple[ContainerResource | ContainerValue, ...] = (*samples.pods.gpu_requested, *samples.pods.gpu_allocated)
    return frozenset(
        ContainerKey(pod.key, value.container)
        for value in values
        if value.value > 0
        for pod in pods.match(value.namespace, value.pod, value.uid)
    )


def _shares(
    held: dict[ContainerKey, dict[str, dict[str, float]]], runs: dict[ContainerKey, Run]
) -> dict[ContainerKey, float]:
    """Return how many GPUs each holder holds: the slices it has, and of whole cards an equal part at each moment."""
    holders: dict[str, list[ContainerKey]] = defaultdict(list)
    for key, cards in held.items():
        for card, instances in cards.items():
            if not sum(instances.values()):
                holders[card].append(key)
    return {
        key: sum(
            sum(instances.values()) or _mean_part(runs[key], [runs[one] for one in holders[card]])
            for card, instances in sorted(cards.items())
        )
        for key, cards in held.items()
    }


def _mean_part(run: Run, others: Iterable[Run]) -> float:
    """Return the mean over a run of 1 / the number of runs at the same moment, its own among them."""
    runs = [overlap for other in others if (overlap := other.overlap(run))]
    times = sorted({time for one in runs for time in (one.start, one.end)})
    moments = [Run(start, end) for start, end in pairwise(times)]
    parts = (moment.hours / sum(1 for one in runs if one.overlap(moment)) for moment in moments)
    return sum(parts) / run.hours
