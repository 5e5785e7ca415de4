"""
Records: what a source says of one object, one fact each.

Times are Unix seconds of real samples; values are what the query says, in base units (cores, bytes, seconds, GPUs;
prices an hour). An absent label is an empty text.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from fleetcost.model.allocation import Labels


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
    value: float


@dataclass(frozen=True, slots=True)
class NodeType:
    """What kind of machine a node is and where; the exporter of prices may not know."""

    node: str
    instance_type: str
    region: str


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
class NodeTaint:
    """A taint of a node, key in Kubernetes' spelling."""

    node: str
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class NodeResource:
    """How much of one extended resource a node has; `resource` in Prometheus spelling."""

    node: str
    resource: str
    value: float


@dataclass(frozen=True, slots=True)
class GpuDevice:
    """
    A physical GPU in a node, named or addressed as in `NodeMode`, and one container that holds it or a slice of it.

    Attributes:
        device: its UUID
        profile, instance: of a slice cut by MIG, such as `1g.5gb` and `7`
        pod: empty where nobody holds it
    """

    node: str
    device: str
    model: str = ""
    profile: str = ""
    instance: str = ""
    namespace: str = ""
    pod: str = ""
    uid: str = ""
    container: str = ""


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
class SliceEndpoint:
    """An endpoint slice holds this address, which is this pod's; `pod` is empty where it is no pod's."""

    namespace: str
    name: str
    ip: str
    pod: str


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
