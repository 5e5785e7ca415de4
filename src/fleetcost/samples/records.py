"""How a row becomes a record: which label is which field."""

from __future__ import annotations

from fleetcost.model.samples import (
    ClaimSeen,
    ClaimValue,
    ContainerSeen,
    ContainerValue,
    Mount,
    NodeSeen,
    NodeValue,
    ObjectLabels,
    Owner,
    PodPlace,
    VolumeInfo,
    VolumeSeen,
    VolumeValue,
)
from fleetcost.samples.asker import Convert, Reader

LABEL = "label_"
ANNOTATION = "annotation_"


def container_seen(row: Reader) -> ContainerSeen:
    """Read a sighting of a container."""
    return ContainerSeen(
        row.name("namespace"), row.name("pod"), row.text("uid"), row.name("container"), row.value, row.value
    )


def container_value(row: Reader) -> ContainerValue:
    """Read one figure of a container."""
    return ContainerValue(
        row.name("namespace"),
        row.name("pod"),
        row.text("uid"),
        row.name("container"),
        row.text("node"),
        row.value,
    )


def pod_place(row: Reader) -> PodPlace:
    """Read where a pod runs; a pod that is not scheduled yet is nowhere."""
    return PodPlace(row.name("namespace"), row.name("pod"), row.text("uid"), row.text("node"))


def node_seen(row: Reader) -> NodeSeen:
    """Read a sighting of a node."""
    return NodeSeen(row.name("node", "instance"), row.text("provider_id"), row.value, row.value)


def node_value(row: Reader) -> NodeValue:
    """Read one figure of a node."""
    return NodeValue(
        row.name("node", "instance"),
        row.text("provider_id"),
        row.text("instance_type"),
        row.text("region"),
        row.value,
    )


def volume_seen(row: Reader) -> VolumeSeen:
    """Read a sighting of a persistent volume."""
    return VolumeSeen(row.name("persistentvolume"), row.value, row.value)


def volume_value(row: Reader) -> VolumeValue:
    """Read one figure of a persistent volume."""
    return VolumeValue(row.name("volumename", "persistentvolume"), row.text("provider_id"), row.value)


def volume_info(row: Reader) -> VolumeInfo:
    """Read what a persistent volume is."""
    return VolumeInfo(
        row.name("persistentvolume"),
        row.text("storageclass"),
        row.text("provider_id", "csi_volume_handle", "ebs_volume_id", "gce_persistent_disk_name", "azure_disk_name"),
        row.value,
    )


def claim_seen(row: Reader) -> ClaimSeen:
    """Read a sighting of a claim that holds a volume."""
    return ClaimSeen(
        row.name("namespace"),
        row.name("persistentvolumeclaim"),
        row.name("volumename"),
        row.text("storageclass"),
        row.value,
        row.value,
    )


def claim_value(row: Reader) -> ClaimValue:
    """Read one figure of a claim."""
    return ClaimValue(row.name("namespace"), row.name("persistentvolumeclaim"), row.value)


def mount(row: Reader) -> Mount:
    """Read which pod mounts which claim."""
    return Mount(row.name("namespace"), row.name("pod"), row.text("uid"), row.name("persistentvolumeclaim"))


def pod_labels(row: Reader) -> ObjectLabels:
    """Read a pod's labels."""
    return ObjectLabels(row.name("namespace"), row.name("pod"), row.text("uid"), row.starting(LABEL), row.value)


def pod_annotations(row: Reader) -> ObjectLabels:
    """Read a pod's annotations."""
    return ObjectLabels(row.name("namespace"), row.name("pod"), row.text("uid"), row.starting(ANNOTATION), row.value)


def namespace_labels(row: Reader) -> ObjectLabels:
    """Read a namespace's labels."""
    name = row.name("namespace")
    return ObjectLabels(name, name, "", row.starting(LABEL), row.value)


def namespace_annotations(row: Reader) -> ObjectLabels:
    """Read a namespace's annotations."""
    name = row.name("namespace")
    return ObjectLabels(name, name, "", row.starting(ANNOTATION), row.value)


def node_labels(row: Reader) -> ObjectLabels:
    """Read a node's labels."""
    return ObjectLabels("", row.name("node"), "", row.starting(LABEL), row.value)


def owner(kind: str, label: str) -> Convert[Owner]:
    """Return how the owner of an object of this kind is read, whose name is in this label."""

    def read(row: Reader) -> Owner:
        return Owner(
            row.name("namespace"),
            kind,
            row.name(label),
            row.text("uid"),
            row.text("owner_kind"),
            row.text("owner_name"),
        )

    return read
