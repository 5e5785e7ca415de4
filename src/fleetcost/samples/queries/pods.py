"""Pods and containers: when they ran, what they asked for and used."""

from __future__ import annotations

from fleetcost.model.samples import PodSamples
from fleetcost.samples import records as r
from fleetcost.samples.queries.parts import (
    CONTAINER,
    EXPORTED_CONTAINER,
    GPU_RESOURCE,
    POD,
    REAL_CONTAINER,
    equal,
    first_last_seen,
    growth,
    mean,
    mean_of_either,
    most,
    points,
    present,
)
from fleetcost.samples.query import Fills, Over, Query

CONTAINER_FIRST, CONTAINER_LAST = first_last_seen(
    "container",
    "kube_pod_container_status_running",
    CONTAINER,
    "when a container ran; a stopped one keeps reporting 0, which is not running",
    nonzero=True,
    fills=Fills(PodSamples, "running", r.container_seen),
)
INIT_FIRST, INIT_LAST = first_last_seen(
    "init container",
    "kube_pod_init_container_status_running",
    CONTAINER,
    "when an init container ran: one that runs beside the others is a sidecar",
    nonzero=True,
    fills=Fills(PodSamples, "init_running", r.container_seen),
)
INIT_CPU_REQUESTED = mean(
    "CPU requested by init containers",
    "kube_pod_init_container_resource_requests",
    (*CONTAINER, "node"),
    "cores a sidecar asked for",
    equal("resource", "cpu"),
    fills=Fills(PodSamples, "init_cpu_requested", r.container_value),
)
INIT_RAM_REQUESTED = mean(
    "RAM requested by init containers",
    "kube_pod_init_container_resource_requests",
    (*CONTAINER, "node"),
    "bytes a sidecar asked for",
    equal("resource", "memory"),
    fills=Fills(PodSamples, "init_ram_requested", r.container_value),
)
POD_INFO = most(
    "pod information",
    "kube_pod_info",
    (*POD, "node", "pod_ip"),
    "which node a pod runs on, for containers that request nothing, and its address, for services",
    fills=Fills(PodSamples, "places", r.pod_place),
)
CPU_ALLOCATED = mean(
    "CPU allocated",
    "container_cpu_allocation",
    (*CONTAINER, "node"),
    "mean of max(request, usage) minute by minute, from OpenCost's exporter",
    *REAL_CONTAINER,
    present("node"),
    fills=Fills(PodSamples, "cpu_allocated", r.container_value),
)
CPU_REQUESTED = mean(
    "CPU requested",
    "kube_pod_container_resource_requests",
    (*CONTAINER, "node"),
    "cores a container asked for: the least it is charged",
    equal("resource", "cpu"),
    *REAL_CONTAINER,
    fills=Fills(PodSamples, "cpu_requested", r.container_value),
)
CPU_USED = growth(
    "CPU used",
    "container_cpu_usage_seconds_total",
    CONTAINER,
    ("id", "name"),
    "core-seconds a container used; each restart is a series of its own (`id`), and they add up",
    *REAL_CONTAINER,
    present("id"),
    fills=Fills(PodSamples, "cpu_used_seconds", r.container_value),
)
CPU_USED_BESIDE = growth(
    "CPU used, without control groups",
    "container_cpu_usage_seconds_total",
    CONTAINER,
    (),
    "the same from the kubelet's /metrics/resource, or where a scrape drops the `id`; of both, one counts",
    *REAL_CONTAINER,
    equal("id", ""),
    fills=Fills(PodSamples, "cpu_used_beside_seconds", r.container_value),
)
CPU_USED_MAX = Query(
    name="CPU used at most",
    metric="container_cpu_usage_seconds_total",
    matchers=REAL_CONTAINER,
    over=Over.PEAK_RATE,
    by=CONTAINER,
    why="the peak in cores, for right-sizing",
    fills=Fills(PodSamples, "cpu_used_max", r.container_value),
)
CPU_USED_POINTS = points(
    "CPU used",
    "container_cpu_usage_seconds_total",
    Over.RATE_POINTS,
    CONTAINER,
    "how its use in cores is distributed, for right-sizing",
    *REAL_CONTAINER,
    present("id"),
    distinct=("id", "name"),
    fills=Fills(PodSamples, "cpu_points", r.container_points),
)
CPU_USED_POINTS_BESIDE = points(
    "CPU used, without control groups",
    "container_cpu_usage_seconds_total",
    Over.RATE_POINTS,
    CONTAINER,
    "the same where it is known without an `id`; of both, one counts",
    *REAL_CONTAINER,
    equal("id", ""),
    fills=Fills(PodSamples, "cpu_points_beside", r.container_points),
)
RAM_ALLOCATED = mean(
    "RAM allocated",
    "container_memory_allocation_bytes",
    (*CONTAINER, "node"),
    "mean of max(request, usage) minute by minute, from OpenCost's exporter",
    *REAL_CONTAINER,
    present("node"),
    fills=Fills(PodSamples, "ram_allocated", r.container_value),
)
RAM_REQUESTED = mean(
    "RAM requested",
    "kube_pod_container_resource_requests",
    (*CONTAINER, "node"),
    "bytes a container asked for: the least it is charged",
    equal("resource", "memory"),
    *REAL_CONTAINER,
    fills=Fills(PodSamples, "ram_requested", r.container_value),
)
RAM_USED = mean(
    "RAM used",
    "container_memory_working_set_bytes",
    CONTAINER,
    "mean working set in bytes",
    *REAL_CONTAINER,
    fills=Fills(PodSamples, "ram_used", r.container_value),
)
RAM_USED_POINTS = points(
    "RAM used",
    "container_memory_working_set_bytes",
    Over.PEAK_POINTS,
    CONTAINER,
    "how its peaks in bytes are distributed, for right-sizing; the largest is the peak",
    *REAL_CONTAINER,
    fills=Fills(PodSamples, "ram_points", r.container_points),
)
GPU_ALLOCATED = mean(
    "GPU allocated",
    "container_gpu_allocation",
    (*CONTAINER, "node"),
    "GPUs a container holds, from OpenCost's exporter, which does not say what kind of share they are",
    *REAL_CONTAINER,
    present("node"),
    fills=Fills(PodSamples, "gpu_allocated", r.container_value),
)
GPU_REQUESTED = mean(
    "GPU requested",
    "kube_pod_container_resource_requests",
    (*CONTAINER, "node", "resource"),
    "GPUs, slices and shares of GPUs a container asked for",
    GPU_RESOURCE,
    *REAL_CONTAINER,
    fills=Fills(PodSamples, "gpu_requested", r.container_resource),
)
GPU_USED = mean_of_either(
    "GPU used",
    "DCGM_FI_PROF_GR_ENGINE_ACTIVE",
    ((*EXPORTED_CONTAINER, "container", "uid"), CONTAINER),
    "share of time the graphics engine was active, 0 to 1, mean over the container's GPUs",
    present("container"),
    fills=Fills(PodSamples, "gpu_used", r.exported_value),
)
GPU_USED_MAX = most(
    "GPU used at most",
    "DCGM_FI_PROF_GR_ENGINE_ACTIVE",
    (*CONTAINER, *EXPORTED_CONTAINER),
    "the peak of the same share",
    present("container"),
    fills=Fills(PodSamples, "gpu_used_max", r.exported_value),
)
GPU_USED_POINTS = points(
    "GPU used",
    "DCGM_FI_PROF_GR_ENGINE_ACTIVE",
    Over.MEAN_POINTS,
    (*CONTAINER, *EXPORTED_CONTAINER),
    "how the same share is distributed",
    present("container"),
    fills=Fills(PodSamples, "gpu_points", r.exported_points),
)
