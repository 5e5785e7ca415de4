"""What goes wrong with containers of a simulated cluster: restarts, kills for want of memory, throttling at limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from fleetcost.demo.fleet import GIB, HOUR_SECONDS
from fleetcost.demo.pods import DemoPod
from fleetcost.samples.source import Floats

RAM_LIMIT = 1.1
"""A container's memory limit over its request."""

_PERIODS_PER_SECOND = 10

Value = Callable[[Floats], Floats]
Mishap = Callable[[DemoPod], Iterator[tuple[dict[str, str], float, Value]]]
"""The series of a pod: labels beside the container's own, Unix seconds since when it is there, its value."""


def limits(pod: DemoPod) -> Iterator[tuple[dict[str, str], float, Value]]:
    """Iterate its limits: of memory always, of CPU where it is throttled."""
    work = pod.workload
    amounts = {"memory": ("byte", work.ram_request_gib * GIB * RAM_LIMIT)}
    if work.throttled:
        amounts["cpu"] = ("core", work.cpu_request)
    for resource, (unit, amount) in amounts.items():
        labels = {"node": pod.node.name, "resource": resource, "unit": unit}
        yield labels, pod.start, lambda times, amount=amount: np.full(len(times), amount)  # type: ignore[misc]


def restarts(pod: DemoPod) -> Iterator[tuple[dict[str, str], float, Value]]:
    """Give how often it was restarted."""
    every = pod.workload.killed_every_hours * HOUR_SECONDS
    yield {}, pod.start, lambda times: np.floor((times - pod.start) / every) if every else np.zeros(len(times))


def kills(pod: DemoPod) -> Iterator[tuple[dict[str, str], float, Value]]:
    """Say that its memory had run out, once it has."""
    killed = pod.start + pod.workload.killed_every_hours * HOUR_SECONDS
    if pod.start < killed < pod.end:
        yield {"reason": "OOMKilled"}, killed, lambda times: np.ones(len(times))


def periods(pod: DemoPod) -> Iterator[tuple[dict[str, str], float, Value]]:
    """Count the scheduling periods of what has a CPU limit."""
    if pod.workload.throttled:
        yield {"id": f"/kubepods/{pod.uid}"}, pod.start, lambda times: _PERIODS_PER_SECOND * (times - pod.start)


def throttled_periods(pod: DemoPod) -> Iterator[tuple[dict[str, str], float, Value]]:
    """Count those in which the limit stops it."""
    share = _PERIODS_PER_SECOND * pod.workload.throttled
    for labels, since, _ in periods(pod):
        yield labels, since, lambda times: np.floor(share * (times - pod.start))


MISHAPS: dict[str, Mishap] = {
    "kube_pod_container_resource_limits": limits,
    "kube_pod_container_status_restarts_total": restarts,
    "kube_pod_container_status_last_terminated_reason": kills,
    "container_cpu_cfs_periods_total": periods,
    "container_cpu_cfs_throttled_periods_total": throttled_periods,
}
"""By metric."""
