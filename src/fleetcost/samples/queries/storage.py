"""Storage: persistent volumes, claims, and nodes' own disks."""

from __future__ import annotations

from fleetcost.samples.queries.parts import (
    CLAIM,
    CLAIM_INFO,
    DISK,
    OWN_DISK,
    POD,
    PRICED_VOLUME,
    VOLUME,
    labels,
    mean,
    most,
    present,
    sightings_of,
)

VOLUME_FIRST, VOLUME_LAST = sightings_of(
    "volume", "kube_persistentvolume_capacity_bytes", VOLUME, "when a persistent volume existed"
)
VOLUME_BYTES = mean("volume size", "kube_persistentvolume_capacity_bytes", VOLUME, "what is paid for: its capacity")
VOLUME_PRICE = mean("volume price", "pv_hourly_cost", PRICED_VOLUME, "price of a GiB-hour of a volume")
VOLUME_INFO = labels(
    "volume information",
    "kube_persistentvolume_info",
    VOLUME,
    "storage class, and the volume's id at the cloud provider",
)
OPENCOST_VOLUME_INFO = labels(
    "volume information of the exporter", "kubecost_pv_info", VOLUME, "the same, from OpenCost's exporter"
)
CLAIM_FIRST, CLAIM_LAST = sightings_of(
    "claim",
    "kube_persistentvolumeclaim_info",
    CLAIM_INFO,
    "which claim held which volume, and when",
    present("volumename"),
)
CLAIM_USED = mean("claim used", "kubelet_volume_stats_used_bytes", CLAIM, "bytes in use on a claim's file system")
CLAIM_USED_MAX = most("claim used at most", "kubelet_volume_stats_used_bytes", CLAIM, "the peak of the same")
MOUNTS = most(
    "mounts",
    "kube_pod_spec_volumes_persistentvolumeclaims_info",
    (*POD, "persistentvolumeclaim"),
    "which pods mount which claim",
)
OPENCOST_MOUNTS = most(
    "mounts of the exporter",
    "pod_pvc_allocation",
    (*POD, "persistentvolumeclaim"),
    "the same, from OpenCost's exporter",
)
DISK_FIRST, DISK_LAST = sightings_of(
    "node's disk", "container_fs_limit_bytes", DISK, "when a node's own disk existed", *OWN_DISK
)
DISK_BYTES = most("node's disk size", "container_fs_limit_bytes", DISK, "what is paid for: its capacity", *OWN_DISK)
DISK_USED = mean("node's disk used", "container_fs_usage_bytes", DISK, "bytes in use on a node's own disk", *OWN_DISK)
DISK_USED_MAX = most("node's disk used at most", "container_fs_usage_bytes", DISK, "the peak of the same", *OWN_DISK)
