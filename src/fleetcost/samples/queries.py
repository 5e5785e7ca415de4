"""
Every query the agent asks, each a named constant with its reason; `docs/queries.md` is made of these.

Metrics of OpenCost's exporter are read where they exist; every figure it would give has a second query on what
kube-state-metrics and cAdvisor give, so neither needs the other.
"""

from __future__ import annotations

from fleetcost.samples.query import Group, Matcher, Op, Over, Query

CONTAINER = ("namespace", "pod", "uid", "container")
POD = ("namespace", "pod", "uid")
NODE = ("node", "instance", "provider_id", "instance_type", "region")
CLAIM = ("namespace", "persistentvolumeclaim")
CLAIM_INFO = ("namespace", "persistentvolumeclaim", "storageclass", "volumename")
VOLUME = ("persistentvolume",)
PRICED_VOLUME = ("persistentvolume", "volumename", "provider_id")
PRICED_BALANCER = ("namespace", "service_name", "ingress_ip")
BALANCER = ("namespace", "service", "ip", "hostname")
DISK = ("node", "kubernetes_node", "instance", "device")
MACHINE = ("node", "kubernetes_node", "nodename", "instance")
SCRAPER = ("node", "job", "instance")
CLUSTER_LABELS = ("cluster", "cluster_id", "cluster_name", "k8s_cluster", "k8s_cluster_name")
ANY: tuple[str, ...] = ()


def _is(label: str, value: str) -> Matcher:
    return Matcher(label, Op.EQUAL, value)


def _like(label: str, pattern: str) -> Matcher:
    return Matcher(label, Op.REGEX, pattern)


def _set(label: str) -> Matcher:
    return Matcher(label, Op.NOT_EQUAL, "")


REAL_CONTAINER = (_set("container"), Matcher("container", Op.NOT_EQUAL, "POD"))
"""cAdvisor also reports the pod's own control group and its sandbox; neither is a container."""

GPU_RESOURCE = _like("resource", "nvidia_com_.*|amd_com_gpu|gpu_intel_com_.*|k8s_amazonaws_com_vgpu")
"""Whole GPUs, time slices, MIG slices, virtual GPUs, and shares of cores or memory."""

OWN_DISK = (
    _is("id", "/"),
    _like("device", "/dev/(nvme|sd|xvd|vd|hd|md|dm-|mmcblk|mapper/|root|disk/).*"),
)
"""The root control group's file systems on real devices, on any cloud and any metal."""


def _sightings(
    name: str, metric: str, by: tuple[str, ...], why: str, *matchers: Matcher, nonzero: bool = False
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


def _growth(
    name: str, metric: str, by: tuple[str, ...], distinct: tuple[str, ...], why: str, *matchers: Matcher
) -> Query:
    return Query(
        name=name,
        metric=metric,
        matchers=matchers,
        over=Over.INCREASE,
        group=Group.SUM,
        by=by,
        distinct=distinct,
        why=why,
    )


# What the source is

OBSERVED = Query(
    name="observed",
    metric="kube_node_status_capacity",
    matchers=(_is("resource", "cpu"),),
    over=Over.MINUTES_SEEN,
    group=Group.MAX,
    by=ANY,
    why="how much of the window the source observed at all; less than the window is a gap, and the set says so",
)
SCRAPES = Query(
    name="scrapes",
    metric="kube_node_status_capacity",
    matchers=(_is("resource", "cpu"),),
    over=Over.COUNT,
    group=Group.SUM,
    by=("node",),
    distinct=("job", "instance"),
    why="how often the source scrapes, because times can be no finer",
)
SCRAPER_FIRST, SCRAPER_LAST = _sightings(
    "scraper",
    "kube_node_status_capacity",
    SCRAPER,
    "which scrapes report the same node at the same time: two are one too many",
    _is("resource", "cpu"),
)
CLUSTERS = _most(
    "clusters",
    "kube_node_status_capacity",
    CLUSTER_LABELS,
    "whether the source holds several clusters, which must not be read as one",
    _is("resource", "cpu"),
)
EXPORTED = _most(
    "renamed labels",
    "kube_pod_container_status_running",
    ("job",),
    "whether the scrape renamed the labels of the pods, which hides them",
    _set("exported_pod"),
)

# Pods and containers

CONTAINER_FIRST, CONTAINER_LAST = _sightings(
    "container",
    "kube_pod_container_status_running",
    CONTAINER,
    "when a container ran; a stopped one keeps reporting 0, which is not running",
    nonzero=True,
)
POD_INFO = _most(
    "pod information",
    "kube_pod_info",
    (*POD, "node", "pod_ip"),
    "which node a pod runs on, for containers that request nothing, and its address, for services",
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
CPU_USED = _growth(
    "CPU used",
    "container_cpu_usage_seconds_total",
    CONTAINER,
    ("id", "name"),
    "core-seconds a container used; each restart is a series of its own (`id`), and they add up",
    *REAL_CONTAINER,
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
    "RAM used", "container_memory_working_set_bytes", CONTAINER, "mean working set in bytes", *REAL_CONTAINER
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
    "GPUs a container holds, from OpenCost's exporter, which does not say what kind of share they are",
    *REAL_CONTAINER,
    _set("node"),
)
GPU_REQUESTED = _mean(
    "GPU requested",
    "kube_pod_container_resource_requests",
    (*CONTAINER, "node", "resource"),
    "GPUs, slices and shares of GPUs a container asked for",
    GPU_RESOURCE,
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
    "node", "kube_node_status_capacity", ("node",), "when a node existed", _is("resource", "cpu")
)
PRICED_NODE_FIRST, PRICED_NODE_LAST = _sightings(
    "priced node",
    "node_total_hourly_cost",
    ("node", "instance", "provider_id"),
    "when a node existed under which provider id: a node re-created under its name is another machine",
)
IDENTIFIED_NODE_FIRST, IDENTIFIED_NODE_LAST = _sightings(
    "identified node", "kube_node_info", ("node", "provider_id"), "the same, from kube-state-metrics"
)
NODE_ADDRESSES = _most(
    "node addresses",
    "kube_node_info",
    ("node", "internal_ip"),
    "which node an exporter means that only knows the address it is scraped at",
)
NODE_LABELS = _labels(
    "node labels", "kube_node_labels", ("node",), "instance type, region, pool, spot; some are copied to its pods"
)
NODE_ANNOTATIONS = _labels(
    "node annotations", "kube_node_annotations", ("node",), "a price file may name nodes by an annotation"
)
NODE_CPU_PRICE = _mean("node CPU price", "node_cpu_hourly_cost", NODE, "price of a core-hour")
NODE_RAM_PRICE = _mean("node RAM price", "node_ram_hourly_cost", NODE, "price of a GiB-hour")
NODE_GPU_PRICE = _mean("node GPU price", "node_gpu_hourly_cost", NODE, "price of a GPU-hour")
NODE_GPU_COUNT = _mean("node GPU count", "node_gpu_count", NODE, "GPUs in a node, from OpenCost's exporter")
NODE_SPOT = _most("spot node", "kubecost_node_is_spot", NODE, "1 where the node may be taken back any time")
NODE_CPU_CAPACITY = _mean(
    "node CPU capacity", "kube_node_status_capacity", ("node",), "cores of a node", _is("resource", "cpu")
)
NODE_RAM_CAPACITY = _mean(
    "node RAM capacity", "kube_node_status_capacity", ("node",), "bytes of a node", _is("resource", "memory")
)
NODE_GPU_CAPACITY = _mean(
    "node GPU capacity",
    "kube_node_status_capacity",
    ("node", "resource"),
    "GPUs, slices and shares of GPUs a node offers",
    GPU_RESOURCE,
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
NODE_CPU_MODES = _growth(
    "node CPU modes",
    "node_cpu_seconds_total",
    (*MACHINE, "mode"),
    ("cpu",),
    "how a node's cores were used: system, user, idle and the rest",
)
GPU_DEVICES = _most(
    "GPU devices",
    "DCGM_FI_DEV_GPU_UTIL",
    ("Hostname", "node", "UUID"),
    "physical GPUs of a node, which sharing hides from Kubernetes",
    _set("UUID"),
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
    _set("volumename"),
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
    (*POD, "persistentvolumeclaim"),
    "the same, from OpenCost's exporter",
)
DISK_FIRST, DISK_LAST = _sightings(
    "node's disk", "container_fs_limit_bytes", DISK, "when a node's own disk existed", *OWN_DISK
)
DISK_BYTES = _most("node's disk size", "container_fs_limit_bytes", DISK, "what is paid for: its capacity", *OWN_DISK)
DISK_USED = _mean("node's disk used", "container_fs_usage_bytes", DISK, "bytes in use on a node's own disk", *OWN_DISK)
DISK_USED_MAX = _most("node's disk used at most", "container_fs_usage_bytes", DISK, "the peak of the same", *OWN_DISK)

# Network

RECEIVED = _growth(
    "bytes received",
    "container_network_receive_bytes_total",
    POD,
    ("interface", "id", "name"),
    "traffic of a pod, which has no price of its own",
    _set("pod"),
)
SENT = _growth(
    "bytes sent",
    "container_network_transmit_bytes_total",
    POD,
    ("interface", "id", "name"),
    "traffic of a pod, which has no price of its own",
    _set("pod"),
)
TRAFFIC = _growth(
    "bytes sent by reach",
    "kubecost_pod_network_egress_bytes_total",
    ("namespace", "pod_name", "pod", "internet", "same_region", "same_zone", "sameRegion", "sameZone"),
    ("instance", "service", "ip", "nat_gateway"),
    "traffic that costs, by how far it went; older exporters spell two of the labels otherwise",
)
ZONE_PRICE = _mean("zone egress price", "kubecost_network_zone_egress_cost", ANY, "price of a GiB to another zone")
REGION_PRICE = _mean(
    "region egress price", "kubecost_network_region_egress_cost", ANY, "price of a GiB to another region"
)
INTERNET_PRICE = _mean(
    "internet egress price", "kubecost_network_internet_egress_cost", ANY, "price of a GiB to the internet"
)

# Services and the cluster itself

SELECTORS = tuple(
    _labels(f"{kind} selectors", metric, ("namespace", kind), f"which pods a {kind} selects")
    for kind, metric in (
        ("service", "service_selector_labels"),
        ("deployment", "deployment_match_labels"),
        ("statefulSet", "statefulSet_match_labels"),
    )
)
ENDPOINTS = _most(
    "endpoints",
    "kube_endpoint_address",
    ("namespace", "endpoint", "ip"),
    "which pods are behind a service, where nobody reports its selector",
)
PRICED_BALANCER_FIRST, PRICED_BALANCER_LAST = _sightings(
    "priced load balancer",
    "kubecost_load_balancer_cost",
    PRICED_BALANCER,
    "when a load balancer existed; one without an address is still being made",
    _set("ingress_ip"),
)
BALANCER_PRICE = _mean(
    "load balancer price", "kubecost_load_balancer_cost", PRICED_BALANCER, "what it costs an hour", _set("ingress_ip")
)
BALANCER_FIRST, BALANCER_LAST = _sightings(
    "load balancer", "kube_service_status_load_balancer_ingress", BALANCER, "the same, from kube-state-metrics"
)
MANAGEMENT_FIRST, MANAGEMENT_LAST = _sightings(
    "management fee", "kubecost_cluster_management_cost", ("provisioner_name",), "since when managing the cluster costs"
)
MANAGEMENT_PRICE = _mean(
    "management price", "kubecost_cluster_management_cost", ("provisioner_name",), "what it costs an hour"
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


def every() -> tuple[Query, ...]:
    """Return every query of this module, in the order it is written."""
    found: list[Query] = []
    for value in globals().values():
        found.extend(one for one in (value if isinstance(value, tuple) else (value,)) if isinstance(one, Query))
    return tuple(found)


# Identity

CLUSTER_BORN = _most(
    "cluster born",
    "kube_namespace_created",
    ("namespace",),
    "when kube-system was made: the same for a cluster's whole life, and another one's is another",
    _is("namespace", "kube-system"),
)

# What the agent's own health checks look for; never part of a cost.

SEES_CADVISOR = _most(
    "cAdvisor is there", "container_memory_working_set_bytes", ANY, "use is measured by cAdvisor", *REAL_CONTAINER
)
SEES_KUBE_STATE = _most(
    "kube-state-metrics is there",
    "kube_pod_container_resource_requests",
    ANY,
    "requests are reported by kube-state-metrics",
    _is("resource", "memory"),
)
SEES_PRICES = _most("prices are there", "node_total_hourly_cost", ANY, "prices are reported by OpenCost's exporter")
SEES_ANYTHING = _most("the source is scraping", "up", ANY, "tells a source that is down from one that lacks a metric")
OWN_PODS = Matcher("pod", Op.REGEX, ".*(fleetcost|kubecost|opencost).*")
PENDING_PODS = _most(
    "own pods pending",
    "kube_pod_status_phase",
    ("namespace", "pod"),
    "a pod of ours that waits for a node builds nothing",
    _is("phase", "Pending"),
    OWN_PODS,
)
KILLED_PODS = _most(
    "own pods killed",
    "kube_pod_container_status_last_terminated_reason",
    ("namespace", "pod", "container"),
    "a container of ours that ran out of memory lost its work",
    _is("reason", "OOMKilled"),
    OWN_PODS,
)
