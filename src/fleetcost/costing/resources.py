"""CPU, RAM and GPU of containers: what they asked for, used and are charged for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal

from fleetcost.costing.gpus import Gpus
from fleetcost.costing.nodes import Node
from fleetcost.costing.notes import Notes
from fleetcost.costing.pods import ContainerKey, Pod, Pods, Values
from fleetcost.costing.prices import GIB, NodePrices
from fleetcost.model.finding import FindingKind
from fleetcost.model.records import ContainerResource
from fleetcost.model.samples import Samples

MOST_CORES = 512.0
"""No container asks for or uses more, unless its node has more."""

MOST_BYTES = 64 * 2.0**40
"""No container asks for or uses more RAM, unless its node has more."""

MOST_GPUS = 1024.0
"""No container holds more."""

_SECONDS_PER_HOUR = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """One container's amounts and costs, as `model.allocation` defines them."""

    cpu_core_hours: Decimal
    cpu_core_request_hours: Decimal
    cpu_core_usage_hours: Decimal | None
    cpu_core_usage_max: float | None
    cpu_cost: Decimal
    ram_byte_hours: int
    ram_byte_request_hours: int
    ram_byte_usage_hours: int | None
    ram_byte_usage_max: float | None
    ram_cost: Decimal
    gpu_hours: Decimal
    gpu_request_hours: Decimal
    gpu_usage_hours: Decimal | None
    gpu_usage_max: float | None
    gpu_cost: Decimal


RESOURCE_FIELDS = tuple(one.name for one in fields(Resources))
"""Names of the fields, which are an allocation's too."""


@dataclass(frozen=True, slots=True)
class _Rates:
    """What is known of one resource of one container, in units; None where nothing is."""

    allocated: float | None
    requested: float | None
    used: float | None
    peak: float | None


@dataclass(frozen=True, slots=True)
class _Use:
    """The same over the pod's hours, and what is charged."""

    charged: float
    requested: float
    used: float | None
    peak: float | None


class Meter:
    """Reads the samples once and measures container after container."""

    def __init__(self, samples: Samples, pods: Pods, gpus: Gpus, notes: Notes) -> None:
        of = samples.pods
        self._notes = notes
        self._gpus = gpus
        self._cpu_seconds = Values(of.cpu_used_seconds, pods, shared=True)
        self._cpu = [Values(v, pods) for v in (of.cpu_allocated, of.cpu_requested, of.cpu_used_max)]
        self._ram = [Values(v, pods) for v in (of.ram_allocated, of.ram_requested, of.ram_used, of.ram_used_max)]
        self._gpu = [Values(v, pods) for v in (of.gpu_allocated, of.gpu_used, of.gpu_used_max)]
        self._gpu_requests = _by_container(of.gpu_requested, pods)

    def measure(self, pod: Pod, container: str, node: Node | None, prices: NodePrices) -> Resources:
        """
        Return the amounts and costs of one container.

        Args:
            pod: the pod, which says how long
            container: which of its containers
            node: where it ran, or None where that is unknown
            prices: of that node
        """
        key = ContainerKey(pod.key, container)
        cpu, ram, gpu = self._cpu_use(key, pod, node), self._ram_use(key, pod, node), self._gpu_use(key, pod)
        subject = _subject(key)
        amount, count = self._notes.amount, self._notes.count
        return Resources(
            cpu_core_hours=amount(cpu.charged, subject),
            cpu_core_request_hours=amount(cpu.requested, subject),
            cpu_core_usage_hours=None if cpu.used is None else amount(cpu.used, subject),
            cpu_core_usage_max=cpu.peak,
            cpu_cost=amount(cpu.charged * prices.cpu, subject),
            ram_byte_hours=count(ram.charged, subject),
            ram_byte_request_hours=count(ram.requested, subject),
            ram_byte_usage_hours=None if ram.used is None else count(ram.used, subject),
            ram_byte_usage_max=ram.peak,
            ram_cost=amount(ram.charged / GIB * prices.ram_gib, subject),
            gpu_hours=amount(gpu.charged, subject),
            gpu_request_hours=amount(gpu.requested, subject),
            gpu_usage_hours=None if gpu.used is None else amount(gpu.used, subject),
            gpu_usage_max=gpu.peak,
            gpu_cost=amount(gpu.charged * prices.gpu, subject),
        )

    def _cpu_use(self, key: ContainerKey, pod: Pod, node: Node | None) -> _Use:
        allocated, requested, peak = (values.mean(key) for values in self._cpu)
        seconds = self._cpu_seconds.total(key)
        used = None if seconds is None else seconds / _SECONDS_PER_HOUR / pod.run.hours
        most = max(MOST_CORES, node.cores if node else 0.0)
        return self._use(key, pod, most, _Rates(allocated, requested, used, peak))

    def _ram_use(self, key: ContainerKey, pod: Pod, node: Node | None) -> _Use:
        allocated, requested, used = (values.mean(key) for values in self._ram[:3])
        most = max(MOST_BYTES, node.ram_bytes if node else 0.0)
        return self._use(key, pod, most, _Rates(allocated, requested, used, self._ram[3].most(key)))

    def _gpu_use(self, key: ContainerKey, pod: Pod) -> _Use:
        """GPUs are held, not used: what is charged is what was asked for, or what the exporter says is held."""
        allocated, share, most_share = self._gpu[0].mean(key), self._gpu[1].mean(key), self._gpu[2].most(key)
        requests = self._gpu_requests.get(key)
        if requests and self._gpus.share_unknown(pod.node, requests):
            self._notes.notice(FindingKind.GPU_SHARE_UNKNOWN, _subject(key))
        held = requested = self._gpus.held(pod.node, requests) if requests else None
        if held is None and allocated is not None:
            held = self._gpus.held_of_allocated(pod.node, allocated)
        used, peak = (None if one is None or held is None else one * held for one in (share, most_share))
        use = self._use(key, pod, MOST_GPUS, _Rates(held, requested, used, peak))
        return use if held is not None else _Use(0.0, 0.0, None, None)

    def _use(self, key: ContainerKey, pod: Pod, most: float, rates: _Rates) -> _Use:
        """Charge max(request, usage): the exporter's mean of it where there is one, else that of the means."""
        allocated = self._possible(rates.allocated, most, key)
        requested = self._possible(rates.requested, most, key) or 0.0
        used = self._possible(rates.used, most, key)
        basis = used if allocated is None else allocated
        hours = pod.run.hours
        return _Use(
            max(basis or 0.0, requested) * hours,
            requested * hours,
            None if used is None else used * hours,
            self._possible(rates.peak, most, key),
        )

    def _possible(self, rate: float | None, most: float, key: ContainerKey) -> float | None:
        if rate is None or 0 <= rate <= most:
            return rate
        self._notes.notice(FindingKind.VALUE_REFUSED, _subject(key))
        return None


def _by_container(values: Iterable[ContainerResource], pods: Pods) -> Mapping[ContainerKey, dict[str, float]]:
    found: dict[ContainerKey, dict[str, float]] = defaultdict(dict)
    for value in sorted(values, key=lambda v: (v.namespace, v.pod, v.uid, v.container, v.resource, v.value)):
        if value.value > 0:
            for pod in pods.match(value.namespace, value.pod, value.uid):
                found[ContainerKey(pod.key, value.container)][value.resource] = value.value
    return found


def _subject(key: ContainerKey) -> str:
    return f"{key.pod.namespace}/{key.pod.pod}/{key.container}"
