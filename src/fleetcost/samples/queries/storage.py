"""Storage: persistent volumes, claims, and nodes' own disks."""

from __future__ import annotations

from fleetcost.model.samples import StorageSamples
from fleetcost.samples import records as r
from fleetcost.samples.queries.parts import (
    CLAIM,
    CLAIM_INFO,
    DISK,
    OWN_DISK,
    OWN_FILE_SYSTEM,
    POD,
    PRICED_VOLUME,
    VOLUME,
    equal,
    first_last_seen,
    labels,
    mean,
    most,
    present,
)
from fleetcost.samples.query import Fills

VOLUME_FIRST, VOLUME_LAST = first_last_seen(
    "volume",
    "kube_persistentvolume_capacity_bytes",
    VOLUME,
    "when a persistent volume existed",
    fills=Fills(StorageSamples, "volumes", r.volume_seen),
)
VOLUME_BYTES = mean(
    "volume size",
    "kube_persistentvolume_capacity_bytes",
    VOLUME,
    "what is paid for: its capacity",
    fills=Fills(StorageSamples, "volume_bytes", r.volume_value),
)
VOLUME_PRICE = mean(
    "volume price",
    "pv_hourly_cost",
    PRICED_VOLUME,
    "price of a GiB-hour of a volume",
    fills=Fills(StorageSamples, "volume_price", r.volume_value),
)
VOLUME_INFO = labels(
    "volume information",
    "kube_persistentvolume_info",
    VOLUME,
    "storage class, and the volume's id at the cloud provider",
    fills=Fills(StorageSamples, "volume_info", r.volume_info),
)
OPENCOST_VOLUME_INFO = labels(
    "volume information of the exporter",
    "kubecost_pv_info",
    VOLUME,
    "the same, from OpenCost's exporter",
    fills=Fills(StorageSamples, "volume_info", r.volume_info),
)
CLAIM_FIRST, CLAIM_LAST = first_last_seen(
    "claim",
    "kube_persistentvolumeclaim_info",
    CLAIM_INFO,
    "which claim held which volume, and when",
    present("volumename"),
    fills=Fills(StorageSamples, "claims", r.claim_seen),
)
CLAIM_USED = mean(
    "claim used",
    "kubelet_volume_stats_used_bytes",
    CLAIM,
    "bytes in use on a claim's file system",
    fills=Fills(StorageSamples, "claim_used", r.claim_value),
)
CLAIM_USED_MAX = most(
    "claim used at most",
    "kubelet_volume_stats_used_bytes",
    CLAIM,
    "the peak of the same",
    fills=Fills(StorageSamples, "claim_used_max", r.claim_value),
)
MOUNTS = most(
    "mounts",
    "kube_pod_spec_volumes_persistentvolumeclaims_info",
    (*POD, "persistentvolumeclaim"),
    "which pods mount which claim",
    fills=Fills(StorageSamples, "mounts", r.mount),
)
OPENCOST_MOUNTS = most(
    "mounts of the exporter",
    "pod_pvc_allocation",
    (*POD, "persistentvolumeclaim"),
    "the same, from OpenCost's exporter",
    fills=Fills(StorageSamples, "mounts", r.mount),
)
DISK_FIRST, DISK_LAST = first_last_seen(
    "node's disk",
    "container_fs_limit_bytes",
    DISK,
    "when a node's own disk existed",
    *OWN_DISK,
    fills=Fills(StorageSamples, "local_disks", r.disk_seen),
)
DISK_BYTES = most(
    "node's disk size",
    "container_fs_limit_bytes",
    DISK,
    "what is paid for: its capacity",
    *OWN_DISK,
    fills=Fills(StorageSamples, "local_disk_bytes", r.disk_value),
)
DISK_USED = mean(
    "node's disk used",
    "container_fs_usage_bytes",
    DISK,
    "bytes in use on a node's own disk",
    *OWN_DISK,
    fills=Fills(StorageSamples, "local_disk_used", r.disk_value),
)
DISK_USED_MAX = most(
    "node's disk used at most",
    "container_fs_usage_bytes",
    DISK,
    "the peak of the same",
    *OWN_DISK,
    fills=Fills(StorageSamples, "local_disk_used_max", r.disk_value),
)
FILE_SYSTEM_FIRST, FILE_SYSTEM_LAST = first_last_seen(
    "node's file system",
    "node_filesystem_size_bytes",
    DISK,
    "the same from node-exporter: kube-prometheus-stack drops cAdvisor's series that are of no pod",
    *OWN_FILE_SYSTEM,
    fills=Fills(StorageSamples, "local_disks", r.disk_seen),
)
FILE_SYSTEM_BYTES = most(
    "node's file system size",
    "node_filesystem_size_bytes",
    DISK,
    "what is paid for: its capacity",
    *OWN_FILE_SYSTEM,
    fills=Fills(StorageSamples, "local_disk_bytes", r.disk_value),
)
FILE_SYSTEM_FREE = mean(
    "node's file system free",
    "node_filesystem_avail_bytes",
    DISK,
    "the rest of it is in use",
    *OWN_FILE_SYSTEM,
    fills=Fills(StorageSamples, "local_disk_free", r.disk_value),
)
ROOT_BYTES = mean(
    "node's ephemeral storage",
    "kube_node_status_capacity",
    ("node",),
    "the size of a node's own disk where neither cAdvisor nor node-exporter says it",
    equal("resource", "ephemeral_storage"),
    fills=Fills(StorageSamples, "root_bytes", r.node_value),
)
