"""
Samples: what a source knew of one cluster in one window, as typed records.

Times are Unix seconds of real samples; values are what the query says, in base units (cores, bytes, seconds, GPUs;
prices an hour). An absent label is an empty text. Records come in any order; nothing here is priced or judged.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from fleetcost.model.allocation import Labels
from fleetcost.model.finding import Finding
from fleetcost.model.window import Window


@dataclass(frozen=True, slots=True)
class ContainerSeen:
    """A container was running from at least `first` to at least `last`."""

    namespace: str
    pod: str
    uid: str
    container: str
    first: float
    last: float


@dataclass(frozen=True, slots=True)
class ContainerValue:
    """One figure of a container; sources that know no uid or node leave them empty."""

    namespace: str
    pod: str
    uid: str
    container: str
    node: str
    value: float


@dataclass(frozen=True, slots=True)
class ContainerResource:
    """How much of one extended resource a container asked for; `resource` in Prometheus spelling."""

    namespace: str
    pod: str
    uid: str
    container: str
    node: str
    resource: str
    value: float


@dataclass(frozen=True, slots=True)
class PodPlace:
    """A pod was on this node and had this address."""

    namespace: str
    pod: str
    uid: str
    node: str
    ip: str


@dataclass(frozen=True, slots=True)
class PodValue:
    """One figure of a pod."""

    namespace: str
    pod: str
    uid: str
    value: float


class Reach(enum.StrEnum):
    """How far traffic went."""

    ZONE = "same zone"
    REGION = "another zone"
    WORLD = "another region"
    INTERNET = "internet"


@dataclass(frozen=True, slots=True)
class PodTraffic:
    """Bytes a pod sent this far; no exporter of these knows uids."""

    namespace: str
    pod: str
    reach: Reach
    value: float


@dataclass(frozen=True, slots=True)
class NodeSeen:
    """A node existed from at least `first` to at least `last`, under this provider id if known."""

    node: str
    provider_id: str
    first: float
    last: float


@dataclass(frozen=True, slots=True)
class NodeValue:
    """One figure of a node; capacity knows only its name."""

    node: str
    provider_id: str
    instance_type: str
    region: str
    value: float


@dataclass(frozen=True, slots=True)
class NodeMode:
    """
    Seconds all cores of a node spent in one CPU mode, such as `user` or `iowait`.

    `node` is what the source calls the node: its name, or the address it was scraped at.
    """

    node: str
    mode: str
    seconds: float


@dataclass(frozen=True, slots=True)
class NodeAddress:
    """A node and its address inside the cluster."""

    node: str
    ip: str


@dataclass(frozen=True, slots=True)
class NodeResource:
    """How much of one extended resource a node has; `resource` in Prometheus spelling."""

    node: str
    resource: str
    value: float


@dataclass(frozen=True, slots=True)
class GpuDevice:
    """A physical GPU in a node, named or addressed as in `NodeMode`."""

    node: str
    device: str


@dataclass(frozen=True, slots=True)
class VolumeSeen:
    """A persistent volume existed from at least `first` to at least `last`."""

    volume: str
    first: float
    last: float


@dataclass(frozen=True, slots=True)
class VolumeValue:
    """One figure of a persistent volume."""

    volume: str
    provider_id: str
    value: float


@dataclass(frozen=True, slots=True)
class VolumeInfo:
    """What a persistent volume is; `seen` is the time of its newest sample."""

    volume: str
    storage_class: str
    provider_id: str
    seen: float


@dataclass(frozen=True, slots=True)
class ClaimSeen:
    """A claim held this volume from at least `first` to at least `last`."""

    namespace: str
    claim: str
    volume: str
    storage_class: str
    first: float
    last: float


@dataclass(frozen=True, slots=True)
class ClaimValue:
    """One figure of a claim."""

    namespace: str
    claim: str
    value: float


@dataclass(frozen=True, slots=True)
class Mount:
    """A pod mounts a claim."""

    namespace: str
    pod: str
    uid: str
    claim: str


@dataclass(frozen=True, slots=True)
class ObjectLabels:
    """
    The labels or annotations of one object, keys in Prometheus spelling; `seen` is the time of their newest sample.

    Nodes have no namespace; a namespace is its own name.
    """

    namespace: str
    name: str
    uid: str
    labels: Labels
    seen: float


@dataclass(frozen=True, slots=True)
class Owner:
    """An object and the object that controls it; kinds in Kubernetes' spelling."""

    namespace: str
    kind: str
    name: str
    uid: str
    owner_kind: str
    owner_name: str


@dataclass(frozen=True, slots=True)
class Selector:
    """The labels by which a service or a controller selects its pods; kinds in lower case."""

    namespace: str
    kind: str
    name: str
    labels: Labels
    seen: float


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A service sends its traffic to this pod address."""

    namespace: str
    service: str
    ip: str


@dataclass(frozen=True, slots=True)
class LoadBalancerSeen:
    """A service had a load balancer from at least `first` to at least `last`; `ip` is its address or host name."""

    namespace: str
    service: str
    ip: str
    first: float
    last: float


@dataclass(frozen=True, slots=True)
class LoadBalancerPrice:
    """What a service's load balancer costs an hour."""

    namespace: str
    service: str
    ip: str
    value: float


@dataclass(frozen=True, slots=True)
class ManagementSeen:
    """A provisioner charged for managing the cluster from at least `first` to at least `last`."""

    provisioner: str
    first: float
    last: float


@dataclass(frozen=True, slots=True)
class ManagementPrice:
    """What managing the cluster costs an hour."""

    provisioner: str
    value: float


@dataclass(frozen=True, slots=True)
class LocalDiskSeen:
    """A node's own disk existed; `node` is its name, or the address it was scraped at."""

    node: str
    device: str
    first: float
    last: float


@dataclass(frozen=True, slots=True)
class LocalDiskValue:
    """One figure of a node's own disk."""

    node: str
    device: str
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PodSamples:
    """
    What was seen of pods and containers.

    `*_allocated` is the exporter's mean of max(request, usage); `cpu_used_seconds` is core-seconds in the window; GPU
    use is a share of 1. `init_*` are the same of init containers.
    """

    running: tuple[ContainerSeen, ...] = ()
    init_running: tuple[ContainerSeen, ...] = ()
    init_cpu_requested: tuple[ContainerValue, ...] = ()
    init_ram_requested: tuple[ContainerValue, ...] = ()
    places: tuple[PodPlace, ...] = ()
    cpu_allocated: tuple[ContainerValue, ...] = ()
    cpu_requested: tuple[ContainerValue, ...] = ()
    cpu_used_seconds: tuple[ContainerValue, ...] = ()
    cpu_used_max: tuple[ContainerValue, ...] = ()
    ram_allocated: tuple[ContainerValue, ...] = ()
    ram_requested: tuple[ContainerValue, ...] = ()
    ram_used: tuple[ContainerValue, ...] = ()
    ram_used_max: tuple[ContainerValue, ...] = ()
    gpu_allocated: tuple[ContainerValue, ...] = ()
    gpu_requested: tuple[ContainerResource, ...] = ()
    gpu_used: tuple[ContainerValue, ...] = ()
    gpu_used_max: tuple[ContainerValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSamples:
    """What was seen of nodes; prices are of a core-hour, a GiB-hour and a GPU-hour."""

    seen: tuple[NodeSeen, ...] = ()
    addresses: tuple[NodeAddress, ...] = ()
    labels: tuple[ObjectLabels, ...] = ()
    annotations: tuple[ObjectLabels, ...] = ()
    cpu_price: tuple[NodeValue, ...] = ()
    ram_price: tuple[NodeValue, ...] = ()
    gpu_price: tuple[NodeValue, ...] = ()
    spot: tuple[NodeValue, ...] = ()
    cpu_capacity: tuple[NodeValue, ...] = ()
    ram_capacity: tuple[NodeValue, ...] = ()
    gpu_count: tuple[NodeValue, ...] = ()
    gpu_capacity: tuple[NodeResource, ...] = ()
    gpu_devices: tuple[GpuDevice, ...] = ()
    cpu_allocatable: tuple[NodeValue, ...] = ()
    ram_allocatable: tuple[NodeValue, ...] = ()
    cpu_modes: tuple[NodeMode, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageSamples:
    """What was seen of persistent volumes, claims and nodes' own disks; prices are of a GiB-hour."""

    volumes: tuple[VolumeSeen, ...] = ()
    volume_bytes: tuple[VolumeValue, ...] = ()
    volume_price: tuple[VolumeValue, ...] = ()
    volume_info: tuple[VolumeInfo, ...] = ()
    claims: tuple[ClaimSeen, ...] = ()
    claim_used: tuple[ClaimValue, ...] = ()
    claim_used_max: tuple[ClaimValue, ...] = ()
    mounts: tuple[Mount, ...] = ()
    local_disks: tuple[LocalDiskSeen, ...] = ()
    local_disk_bytes: tuple[LocalDiskValue, ...] = ()
    local_disk_used: tuple[LocalDiskValue, ...] = ()
    local_disk_used_max: tuple[LocalDiskValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSamples:
    """Bytes that pods moved in the window, those that cost by how far, and the prices of a GiB; None if not known."""

    received: tuple[PodValue, ...] = ()
    sent: tuple[PodValue, ...] = ()
    traffic: tuple[PodTraffic, ...] = ()
    zone_price: float | None = None
    region_price: float | None = None
    internet_price: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NameSamples:
    """What objects are called: labels, annotations, who controls and who selects whom."""

    pod_labels: tuple[ObjectLabels, ...] = ()
    pod_annotations: tuple[ObjectLabels, ...] = ()
    namespace_labels: tuple[ObjectLabels, ...] = ()
    namespace_annotations: tuple[ObjectLabels, ...] = ()
    owners: tuple[Owner, ...] = ()
    selectors: tuple[Selector, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSamples:
    """Load balancers, the pods behind services, and what managing the cluster costs."""

    endpoints: tuple[Endpoint, ...] = ()

    load_balancers: tuple[LoadBalancerSeen, ...] = ()
    load_balancer_prices: tuple[LoadBalancerPrice, ...] = ()
    management: tuple[ManagementSeen, ...] = ()
    management_prices: tuple[ManagementPrice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """
    Everything a source knew of one cluster in one window.

    Attributes:
        window: half-open
        resolution_seconds: step of the running-time queries, the error of every start and end
        coverage_minutes: minutes of the window in which the source was observed
        source: what the samples were read from, in words
        findings: what was noticed while reading
    """

    window: Window
    resolution_seconds: int
    coverage_minutes: float
    source: str
    pods: PodSamples = field(default_factory=PodSamples)
    nodes: NodeSamples = field(default_factory=NodeSamples)
    storage: StorageSamples = field(default_factory=StorageSamples)
    network: NetworkSamples = field(default_factory=NetworkSamples)
    names: NameSamples = field(default_factory=NameSamples)
    services: ServiceSamples = field(default_factory=ServiceSamples)
    findings: tuple[Finding, ...] = ()
