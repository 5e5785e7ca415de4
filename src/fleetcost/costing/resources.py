"""CPU, RAM and GPU of containers: what they asked for, used and are charged for."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from fleetcost.costing.nodes import Node
from fleetcost.costing.notes import Notes
from fleetcost.costing.pods import ContainerKey, Pod, Pods, Values
from fleetcost.costing.prices import GIB, NodePrices
from fleetcost.model.finding import FindingKind
from fleetcost.model.samples import Samples

MOST_CORES = 512.0
"""No container asks for or uses more, unless its node has more."""

MOST_BYTES = 64 * 2.0**40
"""No container asks for or uses more RAM, unless its node has more."""

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


@dataclass(frozen=True, slots=True)
class _Use:
    """What is known of one resource of one container, in units × hours; `peak` in units."""

    charged: float
    requested: float
    used: float | None
    peak: float | None


class Meter:
    """Reads the samples once and measures container after container."""

    def __init__(self, samples: Samples, pods: Pods, notes: Notes) -> None:
        of = samples.pods
        self._notes = notes
        self._cpu_seconds = Values(of.cpu_used_seconds, pods, shared=True)
        self._cpu = [Values(v, pods) for v in (of.cpu_allocated, of.cpu_requested, of.cpu_used_max)]
        self._ram = [Values(v, pods) for v in (of.ram_allocated, of.ram_requested, of.ram_used, of.ram_used_max)]
        self._gpu = [Values(v, pods) for v in (of.gpu_allocated, of.gpu_requested, of.gpu_used, of.gpu_used_max)]

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
        subject = f"{pod.key.namespace}/{pod.key.pod}/{container}"
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
        allocated, requested, peak = self._cpu
        most = max(MOST_CORES, node.cores if node else 0.0)
        seconds = self._cpu_seconds.total(key)
        mean = None if seconds is None else seconds / _SECONDS_PER_HOUR / pod.run.hours
        return self._use(key, pod, most, (allocated.mean(key), requested.mean(key), mean, peak.most(key)))

    def _ram_use(self, key: ContainerKey, pod: Pod, node: Node | None) -> _Use:
        allocated, requested, used, peak = self._ram
        most = max(MOST_BYTES, node.ram_bytes if node else 0.0)
        return self._use(key, pod, most, (allocated.mean(key), requested.mean(key), used.mean(key), peak.most(key)))

    def _gpu_use(self, key: ContainerKey, pod: Pod) -> _Use:
        allocated, requested, used, peak = self._gpu
        held = allocated.mean(key)
        if held is None:
            held = requested.mean(key)
        share, most_share = used.mean(key), peak.most(key)
        gpus = held or 0.0
        return self._use(
            key,
            pod,
            MOST_CORES,
            (
                held,
                requested.mean(key),
                None if share is None else share * gpus,
                None if most_share is None else most_share * gpus,
            ),
            usage_is_charged=False,
        )

    def _use(
        self,
        key: ContainerKey,
        pod: Pod,
        most: float,
        rates: tuple[float | None, float | None, float | None, float | None],
        *,
        usage_is_charged: bool = True,
    ) -> _Use:
        """Charge max(request, usage): the exporter's mean of it where there is one, else that of the means."""
        allocated, requested, used, peak = (self._possible(rate, most, key) for rate in rates)
        basis = allocated if allocated is not None else (used if usage_is_charged else None)
        hours = pod.run.hours
        request = requested or 0.0
        return _Use(max(basis or 0.0, request) * hours, request * hours, None if used is None else used * hours, peak)

    def _possible(self, rate: float | None, most: float, key: ContainerKey) -> float | None:
        if rate is None or 0 <= rate <= most:
            return rate
        self._notes.notice(FindingKind.VALUE_REFUSED, f"{key.pod.namespace}/{key.pod.pod}/{key.container}")
        return None
