"""The KubeModel set's structs, in the order of their bytes: an inventory of a cluster, without prices."""

from __future__ import annotations

from fleetcost.sets.bingen.grammar import (
    BOOL,
    F64,
    I32,
    LAST,
    TEXT,
    TEXT_MAP,
    TIME,
    Field,
    Map,
    Pointer,
    Slice,
    Struct,
    each,
)
from fleetcost.sets.bingen.versions import KUBEMODEL as VERSIONS

FULL = 2
"""The version that brought everything but cluster, namespaces and quotas."""

_LIFE = each(TIME, "Start", "End")
_WORDS = each(TEXT_MAP, "Labels", "Annotations")
_IN_NAMESPACE = each(TEXT, "UID", "NamespaceUID", "Name")


def _struct(name: str, *fields: Field) -> Struct:
    return Struct(name, VERSIONS, fields)


WINDOW = _struct("Window", *_LIFE)
DIAGNOSTIC = _struct(
    "Diagnostic", Field("Timestamp", TIME), Field("Level", I32), Field("Message", TEXT), Field("Details", TEXT_MAP)
)
METADATA = _struct(
    "Metadata",
    *each(TIME, "CreatedAt", "CompletedAt"),
    Field("ObjectCount", I32),
    Field("Diagnostics", Slice(DIAGNOSTIC)),
    Field("DiagnosticLevel", I32),
)
CLUSTER = _struct(
    "Cluster", *each(TEXT, "UID", "Provider", "Account", "Name"), Field("Region", TEXT, FULL, LAST), *_LIFE
)
NAMESPACE = _struct("Namespace", *each(TEXT, "UID", "ClusterUID", "Name"), *_WORDS, *_LIFE)

QUANTITY = _struct("ResourceQuantity", *each(TEXT, "Resource", "Unit"), Field("Values", Map(TEXT, F64)))
_QUANTITIES = Map(TEXT, QUANTITY)
SIDES = _struct("ResourceQuotaSides", *each(_QUANTITIES, "Requests", "Limits"))
QUOTA = _struct(
    "ResourceQuota",
    *_IN_NAMESPACE,
    Field("Spec", Pointer(_struct("ResourceQuotaSpec", Field("Hard", Pointer(SIDES))))),
    Field("Status", Pointer(_struct("ResourceQuotaStatus", Field("Used", Pointer(SIDES))))),
    *_LIFE,
)

CONTAINER = _struct(
    "Container",
    *each(TEXT, "PodUID", "Name"),
    *each(_QUANTITIES, "ResourceRequests", "ResourceLimits"),
    *each(F64, "CPUCoreAllocationAvg", "CPUCoreUsageAvg", "CPUCoreUsageMax"),
    *each(F64, "RAMBytesAllocationAvg", "RAMBytesUsageAvg", "RAMBytesUsageMax"),
    *_LIFE,
)
DEPLOYMENT = _struct("Deployment", *_IN_NAMESPACE, *_WORDS, Field("MatchLabels", TEXT_MAP), *_LIFE)
STATEFUL_SET = _struct("StatefulSet", *_IN_NAMESPACE, *_WORDS, Field("MatchLabels", TEXT_MAP), *_LIFE)
DAEMON_SET = _struct("DaemonSet", *_IN_NAMESPACE, *_WORDS, Field("DevicePluginInfo", TEXT_MAP), *_LIFE)
JOB = _struct("Job", *_IN_NAMESPACE, *_WORDS, *_LIFE)
CRON_JOB = _struct("CronJob", *_IN_NAMESPACE, *_WORDS, *_LIFE)
OWNER = _struct("Owner", Field("UID", TEXT), Field("Controller", BOOL), Field("Kind", TEXT))
REPLICA_SET = _struct("ReplicaSet", *_IN_NAMESPACE, Field("Owners", Slice(OWNER)), *_WORDS, *_LIFE)
NODE = _struct(
    "Node",
    *each(TEXT, "UID", "ProviderID", "Name"),
    Field("Labels", TEXT_MAP),
    *each(_QUANTITIES, "ResourceCapacities", "ResourcesAllocatable"),
    Field("FileSystem", _struct("FileSystem", *each(F64, "CapacityBytes", "UsageByteAvg", "UsageByteMax"))),
    *_LIFE,
)
POD = _struct(
    "Pod",
    *each(TEXT, "UID", "NamespaceUID", "NodeUID", "Name"),
    Field("Owners", Slice(OWNER)),
    Field("PVCVolumes", Slice(_struct("PodPVCVolume", *each(TEXT, "Name", "PersistentVolumeClaimUID")))),
    *_WORDS,
    Field(
        "NetworkTrafficDetails",
        Slice(
            _struct(
                "NetworkTrafficDetail",
                *each(TEXT, "PodUID", "Endpoint", "TrafficDirection", "TrafficType"),
                Field("IsNatGateway", BOOL),
                Field("Bytes", F64),
            )
        ),
    ),
    *_LIFE,
)
CLAIM = _struct(
    "PersistentVolumeClaim",
    *_IN_NAMESPACE,
    *each(TEXT, "PersistentVolumeUID", "StorageClass"),
    *_LIFE,
    *each(F64, "RequestedBytes", "UsageBytesAvg", "UsageBytesMax"),
)
SERVICE = _struct(
    "Service",
    *_IN_NAMESPACE,
    Field("Type", TEXT),
    *_LIFE,
    Field("Selector", TEXT_MAP),
    Field("LBIngressAddress", TEXT),
)
VOLUME = _struct(
    "PersistentVolume", *each(TEXT, "UID", "Name", "StorageClass", "CSIVolumeHandle"), Field("SizeBytes", F64), *_LIFE
)
_DEVICE_USE = _struct("DCGMContainer", *each(F64, "UsageAvg", "UsageMax"))
DEVICE = _struct(
    "DCGMDevice",
    Field("UUID", TEXT),
    *_LIFE,
    *each(TEXT, "Device", "ModelName"),
    Field("PodUsages", Map(TEXT, _struct("DCGMPod", Field("ContainerUsages", Map(TEXT, _DEVICE_USE))))),
)

KUBEMODEL_SET = _struct(
    "KubeModelSet",
    Field("Metadata", Pointer(METADATA)),
    Field("Window", WINDOW),
    Field("Cluster", Pointer(CLUSTER)),
    Field("Namespaces", Map(TEXT, Pointer(NAMESPACE))),
    Field("ResourceQuotas", Map(TEXT, Pointer(QUOTA))),
    *(
        Field(name, Map(TEXT, Pointer(struct)), FULL, LAST)
        for name, struct in (
            ("Containers", CONTAINER),
            ("Deployments", DEPLOYMENT),
            ("StatefulSets", STATEFUL_SET),
            ("DaemonSets", DAEMON_SET),
            ("Jobs", JOB),
            ("CronJobs", CRON_JOB),
            ("ReplicaSets", REPLICA_SET),
            ("Nodes", NODE),
            ("Pods", POD),
            ("PersistentVolumeClaims", CLAIM),
            ("Services", SERVICE),
            ("PersistentVolumes", VOLUME),
            ("DCGMDevices", DEVICE),
        )
    ),
)
