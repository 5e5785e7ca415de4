"""How a row becomes a record: which label is which field."""

from __future__ import annotations

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
    Reach,
    Selector,
    SliceEndpoint,
    VolumeInfo,
    VolumeSeen,
    VolumeValue,
)
from fleetcost.samples.reader import Convert, RowReader

LABEL = "label_"
ANNOTATION = "annotation_"

_MACHINE = ("node", "kubernetes_node", "nodename", "instance")
_VOLUME_IDS = ("provider_id", "csi_volume_handle", "ebs_volume_id", "gce_persistent_disk_name", "azure_disk_name")


def number(row: RowReader) -> float:
    """Read a row that is only a number."""
    return row.value


def text(label: str) -> Convert[str]:
    """Return how a row is read of which only one label matters."""
    return lambda row: row.text(label)


def every_label(row: RowReader) -> tuple[tuple[str, str], ...]:
    """Read a row of which only the labels matter."""
    return tuple(sorted(row.labels.items()))


def _pod(row: RowReader) -> tuple[str, str, str]:
    return row.name("namespace"), row.name("pod"), row.text("uid")


def container_seen(row: RowReader) -> ContainerSeen:
    """Read a sighting of a container."""
    return ContainerSeen(*_pod(row), row.name("container"), row.value, row.value)


def container_value(row: RowReader) -> ContainerValue:
    """Read one figure of a container."""
    return ContainerValue(*_pod(row), row.name("container"), row.text("node"), row.value)


def exported_value(row: RowReader) -> ContainerValue:
    """Read one figure of a container from an exporter whose labels the scrape may have renamed."""
    return ContainerValue(
        row.name("exported_namespace", "namespace"),
        row.name("exported_pod", "pod"),
        row.text("uid"),
        row.name("exported_container", "container"),
        "",
        row.value,
    )


def container_points(row: RowReader) -> ContainerPoints:
    """Read what a container used in each five minutes."""
    return ContainerPoints(*container_value(row)[:4], row.value, _values(row))


def exported_points(row: RowReader) -> ContainerPoints:
    """Read the same of an exporter whose own labels a scrape may have renamed."""
    return ContainerPoints(*exported_value(row)[:4], row.value, _values(row))


def _values(row: RowReader) -> tuple[float, ...]:
    return tuple(value for _, value in row.points)


def container_resource(row: RowReader) -> ContainerResource:
    """Read how much of an extended resource a container asked for."""
    return ContainerResource(*_pod(row), row.name("container"), row.text("node"), row.name("resource"), row.value)


def pod_place(row: RowReader) -> PodPlace:
    """Read where a pod runs; a pod that is not scheduled yet is nowhere."""
    return PodPlace(*_pod(row), row.text("node"), row.text("pod_ip"))


def pod_value(row: RowReader) -> PodValue:
    """Read one figure of a pod."""
    return PodValue(*_pod(row), row.value)


def pod_traffic(row: RowReader) -> PodTraffic:
    """Read how much a pod sent how far; `pod` is the exporter's own where there is a `pod_name`."""
    if row.text("internet") == "true":
        reach = Reach.INTERNET
    elif row.text("same_region", "sameRegion") == "false":
        reach = Reach.WORLD
    elif row.text("same_zone", "sameZone") == "false":
        reach = Reach.REGION
    else:
        reach = Reach.ZONE
    return PodTraffic(row.name("namespace"), row.name("pod_name", "pod"), reach, row.value)


def node_seen(row: RowReader) -> NodeSeen:
    """Read a sighting of a node."""
    return NodeSeen(row.name("node", "instance"), row.text("provider_id"), row.value, row.value)


def node_value(row: RowReader) -> NodeValue:
    """Read one figure of a node."""
    return NodeValue(row.name("node", "instance"), row.text("provider_id"), row.value)


def node_type(row: RowReader) -> NodeType:
    """Read what kind of machine a node is."""
    return NodeType(row.name("node", "instance"), row.text("instance_type"), row.text("region"))


def node_resource(row: RowReader) -> NodeResource:
    """Read how much of an extended resource a node has."""
    return NodeResource(row.name("node"), row.name("resource"), row.value)


def node_address(row: RowReader) -> NodeAddress:
    """Read a node's address."""
    return NodeAddress(row.name("node"), row.text("internal_ip"))


def node_taint(row: RowReader) -> NodeTaint:
    """Read a taint of a node."""
    return NodeTaint(row.name("node"), row.name("key"), row.text("value"))


def node_mode(row: RowReader) -> NodeMode:
    """Read the seconds a node spent in one CPU mode."""
    return NodeMode(row.name(*_MACHINE), row.name("mode"), row.value)


def gpu_device(row: RowReader) -> GpuDevice:
    """Read a physical GPU and its holder, whose names the scrape may have renamed."""
    return GpuDevice(
        row.name("Hostname", "node"),
        row.name("UUID"),
        row.text("modelName"),
        row.text("GPU_I_PROFILE"),
        row.text("GPU_I_ID"),
        row.text("exported_namespace", "namespace"),
        row.text("exported_pod", "pod"),
        row.text("uid"),
        row.text("exported_container", "container"),
    )


def volume_seen(row: RowReader) -> VolumeSeen:
    """Read a sighting of a persistent volume."""
    return VolumeSeen(row.name("persistentvolume"), row.value, row.value)


def volume_value(row: RowReader) -> VolumeValue:
    """Read one figure of a persistent volume."""
    return VolumeValue(row.name("volumename", "persistentvolume"), row.text("provider_id"), row.value)


def volume_info(row: RowReader) -> VolumeInfo:
    """Read what a persistent volume is."""
    return VolumeInfo(row.name("persistentvolume"), row.text("storageclass"), row.text(*_VOLUME_IDS), row.value)


def claim_seen(row: RowReader) -> ClaimSeen:
    """Read a sighting of a claim that holds a volume."""
    return ClaimSeen(
        row.name("namespace"),
        row.name("persistentvolumeclaim"),
        row.name("volumename"),
        row.text("storageclass"),
        row.value,
        row.value,
    )


def claim_value(row: RowReader) -> ClaimValue:
    """Read one figure of a claim."""
    return ClaimValue(row.name("namespace"), row.name("persistentvolumeclaim"), row.value)


def mount(row: RowReader) -> Mount:
    """Read which pod mounts which claim."""
    return Mount(*_pod(row), row.name("persistentvolumeclaim"))


def disk_seen(row: RowReader) -> LocalDiskSeen:
    """Read a sighting of a node's own disk."""
    return LocalDiskSeen(row.name(*_MACHINE), row.name("device"), row.value, row.value)


def disk_value(row: RowReader) -> LocalDiskValue:
    """Read one figure of a node's own disk."""
    return LocalDiskValue(row.name(*_MACHINE), row.name("device"), row.value)


def selector(kind: str) -> Convert[Selector]:
    """Return how the selector of a service or controller of this kind is read."""

    def read(row: RowReader) -> Selector:
        return Selector(row.name("namespace"), kind.lower(), row.name(kind), row.starting(LABEL), row.value)

    return read


def endpoint(row: RowReader) -> Endpoint:
    """Read an address behind a service; an endpoint has the name of its service."""
    return Endpoint(row.name("namespace"), row.name("endpoint"), row.name("ip"))


def slice_endpoint(row: RowReader) -> SliceEndpoint:
    """Read an address in an endpoint slice; a slice refers to pods, and rarely to nodes or to nothing."""
    pod = row.text("targetref_name") if row.text("targetref_kind") == "Pod" else ""
    return SliceEndpoint(row.name("namespace"), row.name("endpointslice"), row.text("address"), pod)


def slice_labels(row: RowReader) -> ObjectLabels:
    """Read the labels of an endpoint slice, one of which names its service."""
    return ObjectLabels(row.name("namespace"), row.name("endpointslice"), "", row.starting(LABEL), row.value)


def balancer_seen(row: RowReader) -> LoadBalancerSeen:
    """Read a sighting of a load balancer."""
    service = row.name("service_name", "service")
    address = row.text("ingress_ip", "ip", "hostname")
    return LoadBalancerSeen(row.name("namespace"), service, address, row.value, row.value)


def balancer_price(row: RowReader) -> LoadBalancerPrice:
    """Read what a load balancer costs an hour."""
    return LoadBalancerPrice(row.name("namespace"), row.name("service_name"), row.text("ingress_ip"), row.value)


def management_seen(row: RowReader) -> ManagementSeen:
    """Read a sighting of a management fee."""
    return ManagementSeen(row.text("provisioner_name"), row.value, row.value)


def management_price(row: RowReader) -> ManagementPrice:
    """Read what managing the cluster costs an hour."""
    return ManagementPrice(row.text("provisioner_name"), row.value)


def pod_labels(prefix: str) -> Convert[ObjectLabels]:
    """Return how a pod's labels or annotations are read."""
    return lambda row: ObjectLabels(*_pod(row), row.starting(prefix), row.value)


def namespace_labels(prefix: str) -> Convert[ObjectLabels]:
    """Return how a namespace's labels or annotations are read."""
    return lambda row: ObjectLabels(row.name("namespace"), row.name("namespace"), "", row.starting(prefix), row.value)


def node_labels(prefix: str) -> Convert[ObjectLabels]:
    """Return how a node's labels or annotations are read."""
    return lambda row: ObjectLabels("", row.name("node"), "", row.starting(prefix), row.value)


def owner(kind: str, label: str) -> Convert[Owner]:
    """Return how the owner of an object of this kind is read, whose name is in this label."""

    def read(row: RowReader) -> Owner:
        return Owner(
            row.name("namespace"),
            kind,
            row.name(label),
            row.text("uid"),
            row.text("owner_kind"),
            row.text("owner_name"),
        )

    return read
