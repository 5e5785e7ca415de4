"""CPU, RAM and GPU of containers: what they asked for, used and are charged for."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from fleetcost.costing.gpus import Gpus, Holding
from fleetcost.costing.nodes import Node
from fleetcost.costing.notes import Notes
from fleetcost.costing.pods import ContainerKey, Pod, Pods, Values
from fleetcost.costing.prices import GIB, NodePrices
from fleetcost.costing.uses import NO_DEMAND, Demand, Use, uses
from fleetcost.model.finding import FindingKind
from fleetcost.model.gpu import FractionSource
from fleetcost.model.records import ContainerPoints, ContainerResource, ContainerValue, PodValue
from fleetcost.model.samples import Samples

MOST_CORES = 512.0
"""No container asks for or uses more, unless its node has more."""

MOST_BYTES = 64 * 2.0**40
"""No container asks for or uses more RAM, unless its node has more."""

MOST_GPUS = 1024.0
"""No container holds more."""

_SECONDS_PER_HOUR = 3600


class Resources(NamedTuple):
    """One container's amounts and costs: fields of an allocation, as `model.allocation` defines them."""

    cpu_core_hours: Decimal
    cpu_core_request_hours: Decimal
    cpu_core_usage_hours: Decimal | None
    cpu_core_usage_max: float | None
    cpu_core_limit_hours: Decimal | None
    cpu_cost: Decimal
    ram_byte_hours: int
    ram_byte_request_hours: int
    ram_byte_usage_hours: int | None
    ram_byte_usage_max: float | None
    ram_byte_limit_hours: int | None
    ram_cost: Decimal
    gpu_hours: Decimal
    gpu_request_hours: Decimal
    gpu_usage_hours: Decimal | None
    gpu_usage_max: float | None
    gpu_card_hours: Decimal | None
    gpu_uuids: str
    gpu_model: str
    gpu_fraction_source: str
    gpu_cost: Decimal


@dataclass(frozen=True, slots=True)
class GpuIdentity:
    """
    Which GPUs a container holds.

    Attributes:
        card_hours: physical ones it holds all or a part of × time, None without any
        uuids, model: where somebody says
        source: how the part is known, a `FractionSource` or empty
    """

    card_hours: float | None
    uuids: tuple[str, ...]
    model: str
    source: str


NO_GPUS = GpuIdentity(None, (), "", "")

_ROUNDING = 1e-9
"""Parts of seven and ten that add up to a whole GPU come out a little beside it."""


class Meter:
    """Reads the samples once and measures pod after pod."""

    def __init__(self, samples: Samples, pods: Pods, gpus: Gpus, notes: Notes) -> None:
        of = samples.pods
        self._notes = notes
        self._gpus = gpus
        self._cpu_seconds = [Values(v, pods, shared=True) for v in (of.cpu_used_seconds, of.cpu_used_beside_seconds)]
        self._cpu = [Values(v, pods) for v in (of.cpu_allocated, of.cpu_requested, of.cpu_used_max, of.cpu_limit)]
        self._ram = [Values(v, pods) for v in (of.ram_allocated, of.ram_requested, of.ram_used, of.ram_limit)]
        self._ram_peak = Values(_peaks(of.ram_points), pods)
        self._whole_seconds = Values(_of_pods(of.whole_cpu_used_seconds), pods, shared=True)
        self._whole_cpu = [Values(_of_pods(v), pods) for v in (of.whole_cpu_requested, of.whole_cpu_limit)]
        self._whole_ram = [
            Values(_of_pods(v), pods) for v in (of.whole_ram_requested, of.whole_ram_limit, of.whole_ram_used)
        ]
        self._gpu = [Values(v, pods) for v in (of.gpu_allocated, of.gpu_used, of.gpu_used_max)]
        self._gpu_percent = [Values(v, pods) for v in (of.gpu_busy_percent, of.gpu_busy_percent_max)]
        self._gpu_requests = _by_container(of.gpu_requested, pods)

    def measure(self, pod: Pod, node: Node | None, prices: NodePrices) -> Mapping[str, Resources]:
        """
        Return the amounts and costs of each of a pod's containers.

        Args:
            pod: the pod, which says how long
            node: where it ran, or None where that is unknown
            prices: of that node
        """
        cpu, ram = self._cpu_uses(pod, node), self._ram_uses(pod, node)
        found = {}
        for container in pod.containers:
            key = ContainerKey(pod.key, container)
            holding = self._holding(key, pod)
            gpu = self._gpu_use(key, pod, holding)
            identity = self._identity(key, pod, holding)
            found[container] = self._resources(key, (cpu[container], ram[container], gpu), identity, prices)
        return found

    def _resources(
        self, key: ContainerKey, used: tuple[Use, Use, Use], identity: GpuIdentity, prices: NodePrices
    ) -> Resources:
        subject, (cpu, ram, gpu) = _subject(key), used
        amount, count = self._notes.amount, self._notes.count
        return Resources(
            cpu_core_hours=amount(cpu.charged, subject),
            cpu_core_request_hours=amount(cpu.requested, subject),
            cpu_core_usage_hours=None if cpu.used is None else amount(cpu.used, subject),
            cpu_core_usage_max=cpu.peak,
            cpu_core_limit_hours=None if cpu.limit is None else amount(cpu.limit, subject),
            cpu_cost=amount(cpu.charged * prices.cpu, subject),
            ram_byte_hours=count(ram.charged, subject),
            ram_byte_request_hours=count(ram.requested, subject),
            ram_byte_usage_hours=None if ram.used is None else count(ram.used, subject),
            ram_byte_usage_max=ram.peak,
            ram_byte_limit_hours=None if ram.limit is None else count(ram.limit, subject),
            ram_cost=amount(ram.charged / GIB * prices.ram_gib, subject),
            gpu_hours=amount(gpu.charged, subject),
            gpu_request_hours=amount(gpu.requested, subject),
            gpu_usage_hours=None if gpu.used is None else amount(gpu.used, subject),
            gpu_usage_max=gpu.peak,
            gpu_card_hours=None if identity.card_hours is None else amount(identity.card_hours, subject),
            gpu_uuids=",".join(identity.uuids),
            gpu_model=identity.model,
            gpu_fraction_source=identity.source,
            gpu_cost=amount(gpu.charged * prices.gpu, subject),
        )

    def _cpu_uses(self, pod: Pod, node: Node | None) -> Mapping[str, Use]:
        most = max(MOST_CORES, node.cores if node else 0.0)

        def rates(key: ContainerKey) -> Demand:
            allocated, requested, peak, limit = (values.mean(key) for values in self._cpu)
            seconds = self._used_seconds(key, pod)
            used = None if seconds is None else seconds / _SECONDS_PER_HOUR / pod.run.hours
            return self._bounded(Demand(allocated, requested, used, peak, limit), most, key)

        whole = ContainerKey(pod.key, "")
        requested, limit = (values.mean(whole) for values in self._whole_cpu)
        seconds = self._whole_seconds.total(whole)
        used = None if seconds is None else seconds / _SECONDS_PER_HOUR / pod.run.hours
        of_pod = self._bounded(Demand(None, requested, used, None, limit), most, whole)
        return uses({name: rates(ContainerKey(pod.key, name)) for name in pod.containers}, of_pod, pod.run.hours)

    def _used_seconds(self, key: ContainerKey, pod: Pod) -> float | None:
        """Return the CPU a container used; of what two exporters report, the larger has the fewer holes."""
        known = [seconds for values in self._cpu_seconds if (seconds := values.total(key)) is not None]
        if len(known) > 1:
            self._notes.notice(FindingKind.USE_REPORTED_TWICE, f"node {pod.node or '(not named)'}")
        return max(known, default=None)

    def _ram_uses(self, pod: Pod, node: Node | None) -> Mapping[str, Use]:
        most = max(MOST_BYTES, node.ram_bytes if node else 0.0)

        def rates(key: ContainerKey) -> Demand:
            allocated, requested, used, limit = (values.mean(key) for values in self._ram)
            return self._bounded(Demand(allocated, requested, used, self._ram_peak.most(key), limit), most, key)

        whole = ContainerKey(pod.key, "")
        requested, limit, used = (values.mean(whole) for values in self._whole_ram)
        of_pod = self._bounded(Demand(None, requested, used, None, limit), most, whole)
        return uses({name: rates(ContainerKey(pod.key, name)) for name in pod.containers}, of_pod, pod.run.hours)

    def _gpu_use(self, key: ContainerKey, pod: Pod, holding: Holding | None) -> Use:
        """GPUs are held, not used: what is charged is what was asked for, or what somebody says is held."""
        if holding is None:
            return Use(0.0, 0.0, None, None, None)
        share, most_share = self._gpu[1].mean(key), self._gpu[2].most(key)
        if share is None:
            share, most_share = (
                None if percent is None else percent / 100
                for percent in (self._gpu_percent[0].mean(key), self._gpu_percent[1].most(key))
            )
        used, peak = (None if one is None else one * holding.gpus for one in (share, most_share))
        asked = key in self._gpu_requests or holding.source is FractionSource.DRA
        rates = Demand(holding.gpus, holding.gpus if asked else None, used, peak, None)
        return uses({"": self._bounded(rates, MOST_GPUS, key)}, NO_DEMAND, pod.run.hours)[""]

    def _identity(self, key: ContainerKey, pod: Pod, holding: Holding | None) -> GpuIdentity:
        """Return which GPUs a container holds; those it has all of are as many as it holds."""
        if holding is None or not 0 < holding.gpus <= MOST_GPUS:
            return NO_GPUS
        uuids = self._gpus.cards.of(key)
        cards = max(len(uuids) or holding.cards, math.ceil(holding.gpus - _ROUNDING))
        model = self._gpus.cards.model(key) or self._gpus.model(pod.node)
        return GpuIdentity(cards * pod.run.hours, uuids, model, holding.source.value)

    def _holding(self, key: ContainerKey, pod: Pod) -> Holding | None:
        requests = self._gpu_requests.get(key)
        if requests:
            if self._gpus.share_unknown(pod.node, requests):
                self._notes.notice(FindingKind.GPU_SHARE_UNKNOWN, _subject(key))
            return self._gpus.held(pod.node, requests)
        allocated = self._gpu[0].mean(key)
        if allocated is not None:
            return self._gpus.held_of_allocated(pod.node, allocated)
        claimed = self._gpus.cards.by_claim(key)
        return None if claimed is None else Holding(claimed, FractionSource.DRA, 1)

    def _bounded(self, rates: Demand, most: float, key: ContainerKey) -> Demand:
        """Return the rates without those that are negative or beyond what can be, which are noticed."""
        possible = [None if rate is None or not 0 <= rate <= most else rate for rate in rates]
        if possible.count(None) == rates.count(None):
            return rates
        self._notes.notice(FindingKind.VALUE_REFUSED, _subject(key))
        return Demand(*possible)


def _of_pods(values: Iterable[PodValue]) -> Iterable[ContainerValue]:
    return (ContainerValue(value.namespace, value.pod, value.uid, "", "", value.value) for value in values)


def _peaks(points: Iterable[ContainerPoints]) -> Iterable[ContainerValue]:
    return (ContainerValue(one.namespace, one.pod, one.uid, one.container, "", one.value) for one in points)


def _by_container(values: Iterable[ContainerResource], pods: Pods) -> Mapping[ContainerKey, dict[str, float]]:
    found: dict[ContainerKey, dict[str, float]] = defaultdict(dict)
    for value in sorted(values, key=lambda v: (v.namespace, v.pod, v.uid, v.container, v.resource, v.value)):
        if value.value > 0:
            for pod in pods.match(value.namespace, value.pod, value.uid):
                found[ContainerKey(pod.key, value.container)][value.resource] = value.value
    return found


def _subject(key: ContainerKey) -> str:
    return f"{key.pod.namespace}/{key.pod.pod}/{key.container}".removesuffix("/")
