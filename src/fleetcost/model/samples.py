"""
Samples: what a source knew of one cluster in one window, in groups of records.

Records come in any order; nothing here is priced or judged.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from fleetcost.model.finding import Finding
from fleetcost.model.records import (
    ClaimSeen,
    ClaimValue,
    ContainerPoints,
    ContainerResource,
    ContainerSeen,
    ContainerValue,
    Endpoint,
    GpuDevice,
    LoadBalancerPrice,
    LoadBalancerSeen,
    LocalDiskSeen,
    LocalDiskValue,
    ManagementPrice,
    ManagementSeen,
    Mount,
    NodeAddress,
    NodeMode,
    NodeResource,
    NodeSeen,
    NodeTaint,
    NodeType,
    NodeValue,
    ObjectLabels,
    Owner,
    PodPlace,
    PodTraffic,
    PodValue,
    Selector,
    SliceEndpoint,
    VolumeInfo,
    VolumeSeen,
    VolumeValue,
)
from fleetcost.model.window import Window


class Silence(NamedTuple):
    """A stretch of time, half-open, in Unix seconds."""

    start: float
    end: float

    def overlap(self, start: float, end: float) -> float:
        """Return how many seconds it shares with another."""
        return max(min(self.end, end) - max(self.start, start), 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PodSamples:
    """
    What was seen of pods and containers.

    `*_allocated` is the exporter's mean of max(request, usage); `cpu_used_seconds` is core-seconds in the window, and
    `cpu_used_beside_seconds` the same by a second exporter; GPU use is a share of 1, and `gpu_busy_percent` the coarser
    measure of GPUs that have no other. `init_*` are the same of init containers, `whole_*` of pods: what they ask for
    as a whole, and the use of their own control group. `*_points` are means of five minutes, of RAM peaks. `oom_ended`
    are containers that last ended because memory ran out. `device_claims` are pods that hold devices by ResourceClaims.
    """

    running: tuple[ContainerSeen, ...] = ()
    init_running: tuple[ContainerSeen, ...] = ()
    init_cpu_requested: tuple[ContainerValue, ...] = ()
    init_ram_requested: tuple[ContainerValue, ...] = ()
    places: tuple[PodPlace, ...] = ()
    cpu_allocated: tuple[ContainerValue, ...] = ()
    cpu_requested: tuple[ContainerValue, ...] = ()
    cpu_used_seconds: tuple[ContainerValue, ...] = ()
    cpu_used_beside_seconds: tuple[ContainerValue, ...] = ()
    cpu_used_max: tuple[ContainerValue, ...] = ()
    cpu_points: tuple[ContainerPoints, ...] = ()
    cpu_points_beside: tuple[ContainerPoints, ...] = ()
    ram_allocated: tuple[ContainerValue, ...] = ()
    ram_requested: tuple[ContainerValue, ...] = ()
    ram_used: tuple[ContainerValue, ...] = ()
    ram_points: tuple[ContainerPoints, ...] = ()
    gpu_allocated: tuple[ContainerValue, ...] = ()
    gpu_requested: tuple[ContainerResource, ...] = ()
    gpu_used: tuple[ContainerValue, ...] = ()
    gpu_used_max: tuple[ContainerValue, ...] = ()
    gpu_points: tuple[ContainerPoints, ...] = ()
    gpu_busy_percent: tuple[ContainerValue, ...] = ()
    gpu_busy_percent_max: tuple[ContainerValue, ...] = ()
    cpu_limit: tuple[ContainerValue, ...] = ()
    ram_limit: tuple[ContainerValue, ...] = ()
    restarts: tuple[ContainerValue, ...] = ()
    oom_events: tuple[ContainerValue, ...] = ()
    oom_ended: tuple[ContainerValue, ...] = ()
    cpu_periods: tuple[ContainerValue, ...] = ()
    cpu_throttled_periods: tuple[ContainerValue, ...] = ()
    cpu_pressure_seconds: tuple[ContainerValue, ...] = ()
    ram_pressure_seconds: tuple[ContainerValue, ...] = ()
    whole_cpu_requested: tuple[PodValue, ...] = ()
    whole_ram_requested: tuple[PodValue, ...] = ()
    whole_cpu_limit: tuple[PodValue, ...] = ()
    whole_ram_limit: tuple[PodValue, ...] = ()
    whole_cpu_used_seconds: tuple[PodValue, ...] = ()
    whole_ram_used: tuple[PodValue, ...] = ()
    device_claims: tuple[PodValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSamples:
    """What was seen of nodes; prices are of a core-hour, a GiB-hour and a GPU-hour."""

    seen: tuple[NodeSeen, ...] = ()
    addresses: tuple[NodeAddress, ...] = ()
    labels: tuple[ObjectLabels, ...] = ()
    annotations: tuple[ObjectLabels, ...] = ()
    types: tuple[NodeType, ...] = ()
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
    taints: tuple[NodeTaint, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageSamples:
    """
    What was seen of persistent volumes, claims and nodes' own disks; prices are of a GiB-hour.

    `local_disk_free` is of those disks of which nobody says how much is used, `root_bytes` the size of the file system
    that a node's pods share.
    """

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
    local_disk_free: tuple[LocalDiskValue, ...] = ()
    root_bytes: tuple[NodeValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSamples:
    """
    Bytes that pods moved in the window, those that cost by how far, and the prices of a GiB; None if not known.

    `host_pods` are on their node's own network, so that their counters are the node's.
    """

    received: tuple[PodValue, ...] = ()
    sent: tuple[PodValue, ...] = ()
    host_pods: tuple[PodValue, ...] = ()
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
    slice_endpoints: tuple[SliceEndpoint, ...] = ()
    slice_labels: tuple[ObjectLabels, ...] = ()
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
        partial: some of the storage behind the source did not answer
        bridged: stretches of the window without scrapes, over which what was the same before and after was there, too
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
    partial: bool = False
    bridged: tuple[Silence, ...] = ()

    @property
    def estimated_minutes(self) -> float:
        """Minutes of the window that were not observed and are estimated."""
        return min(sum(one.end - one.start for one in self.bridged) / 60, self.window.minutes - self.coverage_minutes)
