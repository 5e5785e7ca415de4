"""
Every query the agent asks, each a named constant with its reason.

`docs/queries.md` is made of these. Metrics of OpenCost's exporter are read where they exist; every figure it would give
has a second query on what kube-state-metrics and cAdvisor give, so neither needs the other.
"""

from __future__ import annotations

from fleetcost.samples.query import Group, Matcher, Op, Over, Query

CONTAINER = ("namespace", "pod", "uid", "container")
POD = ("namespace", "pod", "uid")
NODE = ("node", "provider_id", "instance_type", "region")
CLAIM = ("namespace", "persistentvolumeclaim")
CLAIM_INFO = ("namespace", "persistentvolumeclaim", "storageclass", "volumename")
VOLUME = ("persistentvolume",)
PRICED_VOLUME = ("persistentvolume", "volumename", "provider_id")
LOAD_BALANCER = ("namespace", "service_name", "ingress_ip")
NETWORK_POD = ("namespace", "pod_name", "pod")
ANY: tuple[str, ...] = ()


def _is(label: str, value: str) -> Matcher:
    return Matcher(label, Op.EQUAL, value)


def _set(label: str) -> Matcher:
    return Matcher(label, Op.NOT_EQUAL, "")


REAL_CONTAINER = (_set("container"), Matcher("container", Op.NOT_EQUAL, "POD"))
"""cAdvisor also reports the pod's own control group and its sandbox; neither is a container."""


def _sightings(
    name: str, metric: str, by: tuple[str, ...], why: str, *, matchers: tuple[Matcher, ...] = (), nonzero: bool = False
) -> tuple[Query, Query]:
    first = Query(
        name=f"{name} first seen",
        metric=metric,
        matchers=matchers,
        over=Over.FIRST_SEEN,
        group=Group.MIN,
        by=by,
        nonzero=nonzero,
        why=why,
    )
    last = Query(
        name=f"{name} last seen",
        metric=metric,
        matchers=matchers,
        over=Over.LAST_SEEN,
        group=Group.MAX,
        by=by,
        nonzero=nonzero,
        why=why,
    )
    return first, last


def _mean(name: str, metric: str, by: tuple[str, ...], why: str, *matchers: Matcher) -> Query:
    return Query(name=name, metric=metric, matchers=matchers, over=Over.AVG, group=Group.AVG, by=by, why=why)


def _most(name: str, metric: str, by: tuple[str, ...], why: str, *matchers: Matcher) -> Query:
    return Query(name=name, metric=metric, matchers=matchers, over=Over.MAX, group=Group.MAX, by=by, why=why)


def _labels(name: str, metric: str, by: tuple[str, ...], why: str, *matchers: Matcher) -> Query:
    return Query(name=name, metric=metric, matchers=matchers, over=Over.LABELS, group=Group.MAX, by=by, why=why)


OBSERVED = Query(
    name="observed",
    metric="kube_pod_container_status_running",
    over=Over.MINUTES_SEEN,
    group=Group.MAX,
    by=ANY,
    why="how much of the window the source observed at all; less than the window is a gap, and the set says so",
)

# Pods and containers

CONTAINER_FIRST, CONTAINER_LAST = _sightings(
    "container",
    "kube_pod_container_status_running",
    CONTAINER,
    "when a container ran; a stopped one keeps reporting 0, which is not running",
    nonzero=True,
)
POD_INFO = _labels(
    "pod information", "kube_pod_info", POD, "which node a pod runs on, for containers that request nothing"
)
CPU_ALLOCATED = _mean(
    "CPU allocated",
    "container_cpu_allocation",
    (*CONTAINER, "node"),
    "mean of max(request, usage) minute by minute, from OpenCost's exporter",
    *REAL_CONTAINER,
    _set("node"),
)
CPU_REQUESTED = _mean(
    "CPU requested",
    "kube_pod_container_resource_requests",
    (*CONTAINER, "node"),
    "cores a container asked for: the least it is charged",
    _is("resource", "cpu"),
    *REAL_CONTAINER,
)
CPU_USED = Query(
    name="CPU used",
    metric="container_cpu_usage_seconds_total",
    matchers=REAL_CONTAINER,
    over=Over.INCREASE,
    group=Group.SUM,
    by=CONTAINER,
    distinct=("id", "name"),
    why="core-seconds a container used; each restart is a series of its own (`id`), and they add up",
)
CPU_USED_MAX = Query(
    name="CPU used at most",
    metric="container_cpu_usage_seconds_total",
    matchers=REAL_CONTAINER,
    over=Over.PEAK_RATE,
    group=Group.MAX,
    by=CONTAINER,
    why="the peak in cores, for right-sizing",
)
RAM_ALLOCATED = _mean(
    "RAM allocated",
    "container_memory_allocation_bytes",
    (*CONTAINER, "node"),
    "mean of max(request, usage) minute by minute, from OpenCost's exporter",
    *REAL_CONTAINER,
    _set("node"),
)
RAM_REQUESTED = _mean(
    "RAM requested",
    "kube_pod_container_resource_requests",
    (*CONTAINER, "node"),
    "bytes a container asked for: the least it is charged",
    _is("resource", "memory"),
    *REAL_CONTAINER,
)
RAM_USED = _mean(
    "RAM used",
    "container_memory_working_set_bytes",
    CONTAINER,
    "mean working set in bytes",
    *REAL_CONTAINER,
)
RAM_USED_MAX = _most(
    "RAM used at most",
    "container_memory_working_set_bytes",
    CONTAINER,
    "the peak in bytes, for right-sizing",
    *REAL_CONTAINER,
)
GPU_ALLOCATED = _mean(
    "GPU allocated",
    "container_gpu_allocation",
    (*CONTAINER, "node"),
    "GPUs a container holds, from OpenCost's exporter",
    *REAL_CONTAINER,
    _set("node"),
)
GPU_REQUESTED = _mean(
    "GPU requested",
    "kube_pod_container_resource_requests",
    (*CONTAINER, "node"),
    "whole GPUs a container asked for",
    _is("resource", "nvidia_com_gpu"),
    *REAL_CONTAINER,
)
GPU_USED = _mean(
    "GPU used",
    "DCGM_FI_PROF_GR_ENGINE_ACTIVE",
    CONTAINER,
    "share of time the graphics engine was active, 0 to 1, mean over the container's GPUs",
    _set("container"),
)
GPU_USED_MAX = _most(
    "GPU used at most",
    "DCGM_FI_PROF_GR_ENGINE_ACTIVE",
    CONTAINER,
    "the peak of the same share",
    _set("container"),
)

# Nodes

NODE_FIRST, NODE_LAST = _sightings(
    "node",
    "kube_node_status_capacity",
    ("node",),
    "when a node existed",
    matchers=(_is("resource", "cpu"),),
)
PRICED_NODE_FIRST, PRICED_NODE_LAST = _sightings(
    "priced node",
    "node_total_hourly_cost",
    ("node", "provider_id"),
    "when a node existed under which provider id: a node re-created under its name is another machine",
)
IDENTIFIED_NODE_FIRST, IDENTIFIED_NODE_LAST = _sightings(
    "identified node",
    "kube_node_info",
    ("node", "provider_id"),
    "the same, from kube-state-metrics",
)
NODE_LABELS = _labels(
    "node labels", "kube_node_labels", ("node",), "instance type, region, pool, spot; some are copied to its pods"
)
NODE_CPU_PRICE = _mean("node CPU price", "node_cpu_hourly_cost", NODE, "price of a core-hour")
NODE_RAM_PRICE = _mean("node RAM price", "node_ram_hourly_cost", NODE, "price of a GiB-hour")
NODE_GPU_PRICE = _mean("node GPU price", "node_gpu_hourly_cost", NODE, "price of a GPU-hour")
NODE_GPU_COUNT = _mean("node GPU count", "node_gpu_count", NODE, "GPUs in a node, from OpenCost's exporter")
NODE_SPOT = _most(
    "spot node", "kubecost_node_is_spot", ("node", "provider_id"), "1 where the node may be taken back any time"
)
NODE_CPU_CAPACITY = _mean(
    "node CPU capacity", "kube_node_status_capacity", ("node",), "cores of a node", _is("resource", "cpu")
)
NODE_RAM_CAPACITY = _mean(
    "node RAM capacity", "kube_node_status_capacity", ("node",), "bytes of a node", _is("resource", "memory")
)
NODE_GPU_CAPACITY = _mean(
    "node GPU capacity",
    "kube_node_status_capacity",
    ("node",),
    "GPUs of a node",
    _is("resource", "nvidia_com_gpu"),
)
NODE_CPU_ALLOCATABLE = _mean(
    "node CPU allocatable",
    "kube_node_status_allocatable",
    ("node",),
    "cores pods can have; the rest is overhead",
    _is("resource", "cpu"),
)
NODE_RAM_ALLOCATABLE = _mean(
    "node RAM allocatable",
    "kube_node_status_allocatable",
    ("node",),
    "bytes pods can have; the rest is overhead",
    _is("resource", "memory"),
)

# Storage

VOLUME_FIRST, VOLUME_LAST = _sightings(
    "volume", "kube_persistentvolume_capacity_bytes", VOLUME, "when a persistent volume existed"
)
VOLUME_BYTES = _mean("volume size", "kube_persistentvolume_capacity_bytes", VOLUME, "what is paid for: its capacity")
VOLUME_PRICE = _mean("volume price", "pv_hourly_cost", PRICED_VOLUME, "price of a GiB-hour of a volume")
VOLUME_INFO = _labels(
    "volume information",
    "kube_persistentvolume_info",
    VOLUME,
    "storage class, and the volume's id at the cloud provider",
)
OPENCOST_VOLUME_INFO = _labels(
    "volume information of the exporter", "kubecost_pv_info", VOLUME, "the same, from OpenCost's exporter"
)
CLAIM_FIRST, CLAIM_LAST = _sightings(
    "claim",
    "kube_persistentvolumeclaim_info",
    CLAIM_INFO,
    "which claim held which volume, and when",
    matchers=(_set("volumename"),),
)
CLAIM_USED = _mean("claim used", "kubelet_volume_stats_used_bytes", CLAIM, "bytes in use on a claim's file system")
CLAIM_USED_MAX = _most("claim used at most", "kubelet_volume_stats_used_bytes", CLAIM, "the peak of the same")
MOUNTS = _most(
    "mounts",
    "kube_pod_spec_volumes_persistentvolumeclaims_info",
    (*POD, "persistentvolumeclaim"),
    "which pods mount which claim",
)
OPENCOST_MOUNTS = _most(
    "mounts of the exporter",
    "pod_pvc_allocation",
    (*POD, "persistentvolumeclaim", "persistentvolume"),
    "the same, from OpenCost's exporter",
)

# Names

POD_LABELS = _labels("pod labels", "kube_pod_labels", POD, "costs are asked for by label")
NAMESPACE_LABELS = _labels("namespace labels", "kube_namespace_labels", ("namespace",), "costs are asked for by label")
POD_ANNOTATIONS = _labels("pod annotations", "kube_pod_annotations", POD, "costs are asked for by annotation")
NAMESPACE_ANNOTATIONS = _labels(
    "namespace annotations", "kube_namespace_annotations", ("namespace",), "costs are asked for by annotation"
)
POD_OWNERS = _most(
    "pod owners",
    "kube_pod_owner",
    (*POD, "owner_kind", "owner_name"),
    "the controller of a pod",
    Matcher("owner_is_controller", Op.NOT_EQUAL, "false"),
)
REPLICASET_OWNERS = _most(
    "ReplicaSet owners",
    "kube_replicaset_owner",
    ("namespace", "replicaset", "owner_kind", "owner_name"),
    "the Deployment or Rollout above a ReplicaSet",
)
JOB_OWNERS = _most(
    "Job owners",
    "kube_job_owner",
    ("namespace", "job_name", "owner_kind", "owner_name"),
    "the CronJob above a Job",
)

# Identity

CLUSTER_BORN = _most(
    "cluster born",
    "kube_namespace_created",
    ("namespace",),
    "when kube-system was made: the same for a cluster's whole life, and another one's is another",
    _is("namespace", "kube-system"),
)
