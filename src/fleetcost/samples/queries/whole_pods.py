"""Pods as a whole: what they ask for beyond their containers, and the use of their own control group; limits."""

from __future__ import annotations

from fleetcost.model.samples import PodSamples
from fleetcost.samples import records as r
from fleetcost.samples.queries.parts import CONTAINER, POD, REAL_CONTAINER, equal, growth, mean, present
from fleetcost.samples.query import Fills

_PODS_OWN = (equal("container", ""), present("pod"))
"""cAdvisor's series of a pod's control group have no container; some runtimes have no others."""

CPU_LIMIT = mean(
    "CPU limit",
    "kube_pod_container_resource_limits",
    (*CONTAINER, "node"),
    "cores a container may use at most",
    equal("resource", "cpu"),
    *REAL_CONTAINER,
    fills=Fills(PodSamples, "cpu_limit", r.container_value),
)
RAM_LIMIT = mean(
    "RAM limit",
    "kube_pod_container_resource_limits",
    (*CONTAINER, "node"),
    "bytes a container may use at most",
    equal("resource", "memory"),
    *REAL_CONTAINER,
    fills=Fills(PodSamples, "ram_limit", r.container_value),
)
WHOLE_CPU_REQUESTED = mean(
    "CPU requested by pods",
    "kube_pod_resource_request",
    POD,
    "cores the scheduler keeps free for a pod as a whole, from kube-scheduler; kube-state-metrics has containers only",
    equal("resource", "cpu"),
    fills=Fills(PodSamples, "whole_cpu_requested", r.pod_value),
)
WHOLE_RAM_REQUESTED = mean(
    "RAM requested by pods",
    "kube_pod_resource_request",
    POD,
    "bytes the scheduler keeps free for a pod as a whole",
    equal("resource", "memory"),
    fills=Fills(PodSamples, "whole_ram_requested", r.pod_value),
)
WHOLE_CPU_LIMIT = mean(
    "CPU limit of pods",
    "kube_pod_resource_limit",
    POD,
    "cores a pod may use at most",
    equal("resource", "cpu"),
    fills=Fills(PodSamples, "whole_cpu_limit", r.pod_value),
)
WHOLE_RAM_LIMIT = mean(
    "RAM limit of pods",
    "kube_pod_resource_limit",
    POD,
    "bytes a pod may use at most",
    equal("resource", "memory"),
    fills=Fills(PodSamples, "whole_ram_limit", r.pod_value),
)
WHOLE_CPU_USED = growth(
    "CPU used by pods",
    "container_cpu_usage_seconds_total",
    POD,
    ("id", "name"),
    "core-seconds of a pod's control group, where cAdvisor knows no containers",
    *_PODS_OWN,
    fills=Fills(PodSamples, "whole_cpu_used_seconds", r.pod_value),
)
WHOLE_RAM_USED = mean(
    "RAM used by pods",
    "container_memory_working_set_bytes",
    POD,
    "bytes of a pod's control group, where cAdvisor knows no containers",
    *_PODS_OWN,
    fills=Fills(PodSamples, "whole_ram_used", r.pod_value),
)
