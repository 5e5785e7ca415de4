"""
Records: what a source says of one object, one fact each.

Times are Unix seconds of real samples; values are what the query says, in base units (cores, bytes, seconds, GPUs;
prices an hour). An absent label is an empty text. They are tuples because an hour of a large cluster has very many, and
making them as frozen dataclasses was a fifth of reading it (`bench/agent.py`).
"""

from __future__ import annotations

import enum
from typing import NamedTuple

from fleetcost.model.allocation import Labels


class ContainerSeen(NamedTuple):
    """A container was running from at least `first` to at least `last`."""

    namespace: str
    pod: str
    uid: str
    container: str
    first: float
    last: float


class ContainerValue(NamedTuple):
    """One figure of a container; sources that know no uid or node leave them empty."""

    namespace: str
    pod: str
    uid: str
    container: str
    node: str
    value: float


class ContainerPoints(NamedTuple):
    """How much a container used in each five minutes in which it was measured, and the most of all."""

    namespace: str
    pod: str
    uid: str
    container: str
    value: float
    points: tuple[float, ...]


class ContainerResource(NamedTuple):
    """How much of one extended resource a container asked for; `resource` in Prometheus spelling."""

    namespace: str
    pod: str
    uid: str
    container: str
    node: str
    resource: str
    value: float


class PodPlace(NamedTuple):
    """A pod was on this node and had this address."""

    namespace: str
    pod: str
    uid: str
    node: str
    ip: str


class PodValue(NamedTuple):
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


class PodTraffic(NamedTuple):
    """Bytes a pod sent this far; no exporter of these knows uids."""

    namespace: str
    pod: str
    reach: Reach
    value: float


class NodeSeen(NamedTuple):
    """A node existed from at least `first` to at least `last`, under this provider id if known."""

    node: str
    provider_id: str
    first: float
    last: float


class NodeValue(NamedTuple):
    """One figure of a node; capacity knows only its name."""

    node: str
    provider_id: str
    value: float


class NodeType(NamedTuple):
    """What kind of machine a node is and where; the exporter of prices may not know."""

    node: str
    instance_type: str
    region: str


class NodeMode(NamedTuple):
    """
    Seconds all cores of a node spent in one CPU mode, such as `user` or `iowait`.

    `node` is what the source calls the node: its name, or the address it was scraped at.
    """

    node: str
    mode: str
    seconds: float


class NodeAddress(NamedTuple):
    """A node and its address inside the cluster."""

    node: str
    ip: str


class NodeTaint(NamedTuple):
    """A taint of a node, key in Kubernetes' spelling."""

    node: str
    key: str
    value: str


class NodeResource(NamedTuple):
    """How much of one extended resource a node has; `resource` in Prometheus spelling."""

    node: str
    resource: str
    value: float


class GpuDevice(NamedTuple):
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


class VolumeSeen(NamedTuple):
    """A persistent volume existed from at least `first` to at least `last`."""

    volume: str
    first: float
    last: float


class VolumeValue(NamedTuple):
    """One figure of a persistent volume."""

    volume: str
    provider_id: str
    value: float


class VolumeInfo(NamedTuple):
    """What a persistent volume is; `seen` is the time of its newest sample."""

    volume: str
    storage_class: str
    provider_id: str
    seen: float


class ClaimSeen(NamedTuple):
    """A claim held this volume from at least `first` to at least `last`."""

    namespace: str
    claim: str
    volume: str
    storage_class: str
    first: float
    last: float


class ClaimValue(NamedTuple):
    """One figure of a claim."""

    namespace: str
    claim: str
    value: float


class Mount(NamedTuple):
    """A pod mounts a claim."""

    namespace: str
    pod: str
    uid: str
    claim: str


class ObjectLabels(NamedTuple):
    """
    The labels or annotations of one object, keys in Prometheus spelling; `seen` is the time of their newest sample.

    Nodes have no namespace; a namespace is its own name.
    """

    namespace: str
    name: str
    uid: str
    labels: Labels
    seen: float


class Owner(NamedTuple):
    """An object and the object that controls it; kinds in Kubernetes' spelling."""

    namespace: str
    kind: str
    name: str
    uid: str
    owner_kind: str
    owner_name: str


class Selector(NamedTuple):
    """The labels by which a service or a controller selects its pods; kinds in lower case."""

    namespace: str
    kind: str
    name: str
    labels: Labels
    seen: float


class Endpoint(NamedTuple):
    """A service sends its traffic to this pod address."""

    namespace: str
    service: str
    ip: str


class SliceEndpoint(NamedTuple):
    """An endpoint slice holds this address, which is this pod's; `pod` is empty where it is no pod's."""

    namespace: str
    name: str
    ip: str
    pod: str


class LoadBalancerSeen(NamedTuple):
    """A service had a load balancer from at least `first` to at least `last`; `ip` is its address or host name."""

    namespace: str
    service: str
    ip: str
    first: float
    last: float


class LoadBalancerPrice(NamedTuple):
    """What a service's load balancer costs an hour."""

    namespace: str
    service: str
    ip: str
    value: float


class ManagementSeen(NamedTuple):
    """A provisioner charged for managing the cluster from at least `first` to at least `last`."""

    provisioner: str
    first: float
    last: float


class ManagementPrice(NamedTuple):
    """What managing the cluster costs an hour."""

    provisioner: str
    value: float


class LocalDiskSeen(NamedTuple):
    """A node's own disk existed; `node` is its name, or the address it was scraped at."""

    node: str
    device: str
    first: float
    last: float


class LocalDiskValue(NamedTuple):
    """One figure of a node's own disk."""

    node: str
    device: str
    value: float
