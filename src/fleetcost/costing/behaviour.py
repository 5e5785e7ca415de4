"""How containers behaved: how their use is distributed, and what went wrong. It costs nothing; it is evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from fleetcost.costing.nodes import Node
from fleetcost.costing.notes import Notes
from fleetcost.costing.pods import ContainerKey, Pod, Pods, Values
from fleetcost.costing.resources import MOST_BYTES, MOST_CORES
from fleetcost.model.histogram import Histogram, UsageScale, histogram_of
from fleetcost.model.records import ContainerPoints
from fleetcost.model.samples import Samples


class Behaviour(NamedTuple):
    """How one container behaved: fields of an allocation, as `model.allocation` defines them."""

    cpu_usage_histogram: Histogram | None
    cpu_periods: int | None
    cpu_throttled_periods: int | None
    cpu_pressure_seconds: Decimal | None
    ram_usage_histogram: Histogram | None
    ram_pressure_seconds: Decimal | None
    restarts: int | None
    oom_kills: int | None
    gpu_usage_histogram: Histogram | None


class Watcher:
    """Reads the samples once and says how container after container behaved."""

    def __init__(self, samples: Samples, pods: Pods, notes: Notes) -> None:
        of = samples.pods
        self._notes = notes
        self._cpu = _points((*of.cpu_points, *of.cpu_points_beside), pods)
        self._ram, self._gpu = _points(of.ram_points, pods), _points(of.gpu_points, pods)
        self._grown = {
            name: Values(getattr(of, name), pods, shared=True)
            for name in (
                "restarts", "oom_events", "cpu_periods", "cpu_throttled_periods", "cpu_pressure_seconds",
                "ram_pressure_seconds",
            )
        }  # fmt: skip
        self._oom_ended = Values(of.oom_ended, pods)

    def of(self, key: ContainerKey, node: Node | None) -> Behaviour:
        """Return how a container behaved on its node; what was not measured is None."""
        cores, ram_bytes = (node.cores, node.ram_bytes) if node else (0.0, 0.0)
        restarts = self._count("restarts", key)
        return Behaviour(
            cpu_usage_histogram=_histogram(self._cpu, key, UsageScale.CPU, max(MOST_CORES, cores)),
            cpu_periods=self._count("cpu_periods", key),
            cpu_throttled_periods=self._count("cpu_throttled_periods", key),
            cpu_pressure_seconds=self._seconds("cpu_pressure_seconds", key),
            ram_usage_histogram=_histogram(self._ram, key, UsageScale.RAM, max(MOST_BYTES, ram_bytes)),
            ram_pressure_seconds=self._seconds("ram_pressure_seconds", key),
            restarts=restarts,
            oom_kills=self._oom_kills(key, restarts),
            gpu_usage_histogram=_histogram(self._gpu, key, UsageScale.GPU, 1.0),
        )

    def _oom_kills(self, key: ContainerKey, restarts: int | None) -> int | None:
        """Return how often memory ran out: as the kernel counts it, or once where that is how the last restart came."""
        counted = self._count("oom_events", key)
        if counted is None and restarts is None:
            return None
        return max(counted or 0, int(bool(restarts) and bool(self._oom_ended.most(key))))

    def _count(self, name: str, key: ContainerKey) -> int | None:
        value = self._grown[name].total(key)
        return None if value is None else self._notes.count(value, _subject(key))

    def _seconds(self, name: str, key: ContainerKey) -> Decimal | None:
        value = self._grown[name].total(key)
        return None if value is None else self._notes.amount(value, _subject(key))


def _points(records: Iterable[ContainerPoints], pods: Pods) -> Mapping[ContainerKey, tuple[float, ...]]:
    """Return the points of each container: of what several sources say, the most points, then the larger ones."""
    found: dict[ContainerKey, list[tuple[float, ...]]] = defaultdict(list)
    for record in records:
        matches = pods.match(record.namespace, record.pod, record.uid)
        if matches and record.points:
            found[ContainerKey(_longest(matches).key, record.container)].append(record.points)
    return {key: max(several, key=lambda points: (len(points), points)) for key, several in found.items()}


def _longest(pods: Iterable[Pod]) -> Pod:
    """Return the pod that ran longest: points of pods of one name cannot be distinguished."""
    return max(pods, key=lambda pod: (pod.run.hours, pod.key))


def _histogram(
    points: Mapping[ContainerKey, tuple[float, ...]], key: ContainerKey, scale: UsageScale, most: float
) -> Histogram | None:
    found = histogram_of((point for point in points.get(key, ()) if point <= most), scale)
    return found if found.points else None


def _subject(key: ContainerKey) -> str:
    return f"{key.pod.namespace}/{key.pod.pod}/{key.container}"
