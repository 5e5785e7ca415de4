"""
Sidecars: init containers that run beside the others, for as long as the pod does.

Kubernetes calls them init containers with `restartPolicy: Always`. Their requests are held all the pod's life, like
those of any container; other init containers are done before the first container starts and hold nothing of their own
(https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from fleetcost.model.records import ContainerSeen, ContainerValue
from fleetcost.model.samples import Samples

_Container = tuple[str, str, str, str]


def adopt(samples: Samples) -> Samples:
    """Return the samples with sidecars among the containers; other init containers stay where they are."""
    pods = samples.pods
    if not pods.init_running:
        return samples
    sidecars = {_key(seen) for seen in _beside(pods.init_running, pods.running, samples.resolution_seconds)}
    adopted = replace(
        pods,
        running=(*pods.running, *(seen for seen in pods.init_running if _key(seen) in sidecars)),
        cpu_requested=(*pods.cpu_requested, *(value for value in pods.init_cpu_requested if _key(value) in sidecars)),
        ram_requested=(*pods.ram_requested, *(value for value in pods.init_ram_requested if _key(value) in sidecars)),
    )
    return replace(samples, pods=adopted)


def _beside(
    init: Iterable[ContainerSeen], running: Iterable[ContainerSeen], resolution_seconds: int
) -> Iterable[ContainerSeen]:
    """Iterate the init containers that were seen a step after a container of their pod had started."""
    started: dict[tuple[str, str, str], float] = {}
    for seen in running:
        pod = (seen.namespace, seen.pod, seen.uid)
        started[pod] = min(seen.first, started.get(pod, seen.first))
    for seen in init:
        first = started.get((seen.namespace, seen.pod, seen.uid))
        if first is not None and seen.last >= first + resolution_seconds:
            yield seen


def _key(record: ContainerSeen | ContainerValue) -> _Container:
    return (record.namespace, record.pod, record.uid, record.container)
