"""
The asset set's structs, in the order of their bytes.

Labels come before Properties in some types and after them in others; the order here is the file's.
"""

from __future__ import annotations

from fleetcost.sets.bingen.fields_window import WINDOW
from fleetcost.sets.bingen.grammar import (
    BOOL,
    F64,
    TEXT,
    TEXT_MAP,
    TEXTS,
    TIME,
    Field,
    Interface,
    Map,
    Pointer,
    Struct,
    VersionSet,
    each,
)
from fleetcost.sets.bingen.versions import ASSETS as VERSIONS
from fleetcost.sets.bingen.versions import ASSETS_OF_1_95_0

PROPERTIES = Struct(
    "AssetProperties",
    VERSIONS,
    each(TEXT, "Category", "Provider", "Account", "Project", "Service", "Cluster", "Name", "ProviderID"),
)

BREAKDOWN = Struct("Breakdown", VERSIONS, each(F64, "Idle", "Other", "System", "User"))

NODE_OVERHEAD = Struct(
    "NodeOverhead",
    VERSIONS,
    each(F64, "CpuOverheadFraction", "RamOverheadFraction", "OverheadCostFraction"),
)

LABELS = Field("Labels", TEXT_MAP)
OWNER = Field("Properties", Pointer(PROPERTIES))
RUN = (*each(TIME, "Start", "End"), Field("Window", WINDOW))
COSTS = each(F64, "Adjustment", "Cost")

ANY = Struct("Any", VERSIONS, (LABELS, OWNER, *RUN, *COSTS))

CLOUD = Struct("Cloud", VERSIONS, (LABELS, OWNER, *RUN, *COSTS, Field("Credit", F64)))

CLUSTER_MANAGEMENT = Struct(
    "ClusterManagement",
    VERSIONS,
    (
        LABELS,
        OWNER,
        Field("Window", WINDOW),
        Field("Cost", F64),
        Field("Adjustment", F64, since=16),
    ),
)

CLUSTER_MANAGEMENT_OF_1_95_0 = Struct(
    "ClusterManagement",
    ASSETS_OF_1_95_0,
    (LABELS, OWNER, Field("Window", WINDOW), *COSTS),
)

DISK = Struct(
    "Disk",
    VERSIONS,
    (
        LABELS,
        OWNER,
        *RUN,
        *COSTS,
        *each(F64, "ByteHours", "Local"),
        Field("Breakdown", Pointer(BREAKDOWN)),
        Field("StorageClass", TEXT, since=17),
        *each(Pointer(F64), "ByteHoursUsed", "ByteUsageMax", since=18),
        *each(TEXT, "VolumeName", "ClaimName", "ClaimNamespace", since=18),
    ),
)

LOAD_BALANCER = Struct(
    "LoadBalancer",
    VERSIONS,
    (
        OWNER,
        LABELS,
        *RUN,
        *COSTS,
        Field("Private", BOOL, since=20),
        Field("Ip", TEXT, since=21),
    ),
)

NETWORK = Struct("Network", VERSIONS, (OWNER, LABELS, *RUN, *COSTS))

NODE = Struct(
    "Node",
    VERSIONS,
    (
        OWNER,
        LABELS,
        *RUN,
        Field("Adjustment", F64),
        Field("NodeType", TEXT),
        *each(F64, "CPUCoreHours", "RAMByteHours", "GPUHours"),
        *each(Pointer(BREAKDOWN), "CPUBreakdown", "RAMBreakdown"),
        *each(F64, "CPUCost", "GPUCost", "GPUCount", "RAMCost", "Discount", "Preemptible"),
        Field("Overhead", Pointer(NODE_OVERHEAD), since=19),
    ),
)

SHARED = Struct("SharedAsset", VERSIONS, (OWNER, LABELS, Field("Window", WINDOW), Field("Cost", F64)))


def _asset_set(versions: VersionSet, management: Struct) -> Struct:
    """Return the set's struct with the layout of cluster management that its writer used."""
    choices = (ANY, CLOUD, management, DISK, LOAD_BALANCER, NETWORK, NODE, SHARED)
    return Struct(
        "AssetSet",
        versions,
        (
            Field("AggregationKeys", TEXTS),
            Field("Assets", Map(TEXT, Interface(choices))),
            Field("FromSource", TEXT),
            Field("Window", WINDOW),
            *each(TEXTS, "Warnings", "Errors"),
        ),
    )


ASSET_SET = _asset_set(VERSIONS, CLUSTER_MANAGEMENT)
ASSET_SET_OF_1_95_0 = _asset_set(ASSETS_OF_1_95_0, CLUSTER_MANAGEMENT_OF_1_95_0)
