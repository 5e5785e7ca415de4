"""Samples of one window, put together object by object."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

from fleetcost.model.records import (
    ClaimSeen,
    ClaimValue,
    ContainerResource,
    ContainerSeen,
    ContainerValue,
    LoadBalancerPrice,
    LoadBalancerSeen,
    Mount,
    NodeSeen,
    NodeValue,
    ObjectLabels,
    Owner,
    PodPlace,
    PodTraffic,
    PodValue,
    Reach,
    Selector,
    VolumeInfo,
    VolumeSeen,
    VolumeValue,
)
from fleetcost.model.samples import (
    NameSamples,
    NetworkSamples,
    NodeSamples,
    PodSamples,
    Samples,
    ServiceSamples,
    StorageSamples,
)
from fleetcost.model.window import Window

GIB = 2.0**30
DAY = Window(datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 2, tzinfo=UTC))
NAMESPACE = "shop"


class Making:
    """
    Collects samples; times are hours since the window's start.

    Args:
        window: a day unless said otherwise
        resolution_seconds: of the running-time queries
    """

    def __init__(self, window: Window = DAY, resolution_seconds: int = 300) -> None:
        self.window = window
        self.resolution_seconds = resolution_seconds
        self.pods: dict[str, list[Any]] = defaultdict(list)
        self.nodes: dict[str, list[Any]] = defaultdict(list)
        self.storage: dict[str, list[Any]] = defaultdict(list)
        self.names: dict[str, list[Any]] = defaultdict(list)
        self.services: dict[str, list[Any]] = defaultdict(list)
        self.network: dict[str, Any] = defaultdict(list)

    def at(self, hour: float) -> float:
        """Return the Unix time of an hour of the window."""
        return (self.window.start + timedelta(hours=hour)).timestamp()

    def seen(self, hours: tuple[float, float] | None) -> tuple[float, float]:
        """Return the first and last sighting of what ran from the first to the second hour: half a step inside."""
        first, last = hours if hours is not None else (0.0, self.hours)
        half = min(self.resolution_seconds / 2, (last - first) * 1800)
        return self.at(first) + half, self.at(last) - half

    @property
    def hours(self) -> float:
        return self.window.hours

    def pod(
        self,
        name: str,
        hours: tuple[float, float] | None = None,
        *,
        uid: str = "",
        namespace: str = NAMESPACE,
        node: str = "",
        containers: tuple[str, ...] = ("main",),
    ) -> None:
        """Add a pod seen from the first to the second hour, the whole window unless said otherwise."""
        seen = self.seen(hours)
        for container in containers:
            self.pods["running"].append(ContainerSeen(namespace, name, uid, container, *seen))
        if node:
            self.pods["places"].append(PodPlace(namespace, name, uid, node, ""))

    def container(
        self,
        pod: str,
        *,
        container: str = "main",
        uid: str = "",
        namespace: str = NAMESPACE,
        node: str = "",
        **values: float,
    ) -> None:
        """Add figures of a container, by the names of the fields of `PodSamples`."""
        for name, value in values.items():
            self.pods[name].append(ContainerValue(namespace, pod, uid, container, node, value))

    def gpu_request(self, pod: str, resource: str, value: float, *, node: str = "", uid: str = "") -> None:
        """Add an extended resource a container asks for."""
        self.pods["gpu_requested"].append(ContainerResource(NAMESPACE, pod, uid, "main", node, resource, value))

    def node(
        self,
        name: str,
        hours: tuple[float, float] | None = None,
        *,
        cores: float | None = None,
        gib: float | None = None,
        provider_id: str = "",
        labels: dict[str, str] | None = None,
        **values: float,
    ) -> None:
        """Add a node with its size and further figures, by the names of the fields of `NodeSamples`."""
        seen = self.seen(hours)
        self.nodes["seen"].append(NodeSeen(name, provider_id, *seen))
        sizes = {"cpu_capacity": cores, "ram_capacity": None if gib is None else gib * GIB, **values}
        for field, value in sizes.items():
            if value is not None:
                self.nodes[field].append(NodeValue(name, provider_id, value))
        if labels:
            self.nodes["labels"].append(ObjectLabels("", name, "", labels, seen[1]))

    def volume(
        self,
        name: str,
        gib: float,
        hours: tuple[float, float] | None = None,
        *,
        price: float | None = None,
        storage_class: str = "",
    ) -> None:
        """Add a persistent volume."""
        seen = self.seen(hours)
        self.storage["volumes"].append(VolumeSeen(name, *seen))
        self.storage["volume_bytes"].append(VolumeValue(name, "", gib * GIB))
        if price is not None:
            self.storage["volume_price"].append(VolumeValue(name, f"id-{name}", price))
        if storage_class:
            self.storage["volume_info"].append(VolumeInfo(name, storage_class, "", seen[1]))

    def claim(
        self, name: str, volume: str, hours: tuple[float, float] | None = None, *, namespace: str = NAMESPACE
    ) -> None:
        """Add a claim that holds a volume."""
        self.storage["claims"].append(ClaimSeen(namespace, name, volume, "standard", *self.seen(hours)))

    def claim_used(self, name: str, used: float) -> None:
        """Add the bytes in use on a claim."""
        self.storage["claim_used"].append(ClaimValue(NAMESPACE, name, used))
        self.storage["claim_used_max"].append(ClaimValue(NAMESPACE, name, used))

    def mount(self, pod: str, claim: str, *, uid: str = "", namespace: str = NAMESPACE) -> None:
        """Let a pod mount a claim."""
        self.storage["mounts"].append(Mount(namespace, pod, uid, claim))

    def traffic(self, pod: str, reach: Reach, gib: float) -> None:
        """Add traffic that costs."""
        self.network["traffic"].append(PodTraffic(NAMESPACE, pod, reach, gib * GIB))

    def received(self, pod: str, byte_count: float) -> None:
        """Add traffic that came in."""
        self.network["received"].append(PodValue(NAMESPACE, pod, "", byte_count))

    def balancer(self, service: str, hours: tuple[float, float], *, ip: str = "10.0.0.1", price: float | None) -> None:
        """Add a load balancer."""
        self.services["load_balancers"].append(LoadBalancerSeen(NAMESPACE, service, ip, *self.seen(hours)))
        if price is not None:
            self.services["load_balancer_prices"].append(LoadBalancerPrice(NAMESPACE, service, ip, price))

    def selector(self, kind: str, name: str, labels: dict[str, str]) -> None:
        """Add the selector of a service or a controller."""
        self.names["selectors"].append(Selector(NAMESPACE, kind, name, labels, self.at(0)))

    def labels(self, pod: str, labels: dict[str, str], *, uid: str = "", hour: float = 0.0) -> None:
        """Add a pod's labels, last seen at this hour."""
        self.names["pod_labels"].append(ObjectLabels(NAMESPACE, pod, uid, labels, self.at(hour)))

    def owner(self, kind: str, name: str, owner_kind: str, owner_name: str) -> None:
        """Add who owns an object."""
        self.names["owners"].append(Owner(NAMESPACE, kind, name, "", owner_kind, owner_name))

    def samples(self) -> Samples:
        """Return all of it."""
        return Samples(
            window=self.window,
            resolution_seconds=self.resolution_seconds,
            coverage_minutes=self.window.minutes,
            source="made by a test",
            pods=PodSamples(**_frozen(self.pods)),
            nodes=NodeSamples(**_frozen(self.nodes)),
            storage=StorageSamples(**_frozen(self.storage)),
            network=NetworkSamples(**_frozen(self.network)),
            names=NameSamples(**_frozen(self.names)),
            services=ServiceSamples(**_frozen(self.services)),
        )


def _frozen(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}
