"""The allocation set's structs, in the order of their bytes."""

from __future__ import annotations

from fleetcost.sets.bingen.fields_window import WINDOW
from fleetcost.sets.bingen.grammar import BOOL, F64, TEXT, TEXT_MAP, TEXTS, TIME, Field, Map, Pointer, Struct, each
from fleetcost.sets.bingen.versions import ALLOCATION as VERSIONS

PROPERTIES = Struct(
    "AllocationProperties",
    VERSIONS,
    (
        *each(TEXT, "Cluster", "Node", "Container", "Controller", "ControllerKind", "Namespace", "Pod"),
        Field("Services", TEXTS),
        Field("ProviderID", TEXT),
        *each(TEXT_MAP, "Labels", "Annotations"),
        *each(TEXT_MAP, "NamespaceLabels", "NamespaceAnnotations", since=17),
    ),
)

RAW_ONLY = Struct(
    "RawAllocationOnlyData",
    VERSIONS,
    (
        *each(F64, "CPUCoreUsageMax", "RAMBytesUsageMax"),
        Field("GPUUsageMax", Pointer(F64), since=23),
    ),
)

PV_KEY = Struct("PVKey", VERSIONS, each(TEXT, "Cluster", "Name"))

PV_ALLOCATION = Struct(
    "PVAllocation",
    VERSIONS,
    (
        *each(F64, "ByteHours", "Cost"),
        Field("ProviderID", TEXT, since=20),
    ),
)

LB_ALLOCATION = Struct(
    "LbAllocation",
    VERSIONS,
    (
        Field("Service", TEXT),
        Field("Cost", F64),
        Field("Private", BOOL),
        Field("Ip", TEXT, since=19),
        Field("Hours", F64, since=21),
    ),
)

GPU_ALLOCATION = Struct(
    "GPUAllocation",
    VERSIONS,
    (
        *each(TEXT, "GPUDevice", "GPUModel", "GPUUUID"),
        Field("IsGPUShared", Pointer(BOOL)),
        *each(Pointer(F64), "GPUUsageAverage", "GPURequestAverage"),
    ),
)

ALLOCATION = Struct(
    "Allocation",
    VERSIONS,
    (
        Field("Name", TEXT),
        Field("Properties", Pointer(PROPERTIES)),
        Field("Window", WINDOW),
        *each(TIME, "Start", "End"),
        *each(F64, "CPUCoreHours", "CPUCoreRequestAverage", "CPUCoreUsageAverage", "CPUCost", "CPUCostAdjustment"),
        *each(F64, "GPUHours", "GPUCost", "GPUCostAdjustment"),
        *each(F64, "NetworkTransferBytes", "NetworkReceiveBytes", "NetworkCost"),
        *each(F64, "NetworkCrossZoneCost", "NetworkCrossRegionCost", "NetworkInternetCost", since=16),
        *each(F64, "NetworkCostAdjustment", "LoadBalancerCost", "LoadBalancerCostAdjustment"),
        Field("PVs", Map(PV_KEY, Pointer(PV_ALLOCATION))),
        Field("PVCostAdjustment", F64),
        *each(F64, "RAMByteHours", "RAMBytesRequestAverage", "RAMBytesUsageAverage", "RAMCost", "RAMCostAdjustment"),
        *each(F64, "SharedCost", "ExternalCost"),
        Field("RawAllocationOnly", Pointer(RAW_ONLY)),
        Field("LoadBalancers", Map(TEXT, Pointer(LB_ALLOCATION)), since=18),
        *each(F64, "GPURequestAverage", "GPUUsageAverage", since=22, until=22),
        # The same bytes; the names changed when GPUAllocation took over, and writers still fill them.
        *each(F64, "DeprecatedGPURequestAverage", "DeprecatedGPUUsageAverage", since=23),
        Field("GPUAllocation", Pointer(GPU_ALLOCATION), since=23),
        *each(F64, "CPUCoreLimitAverage", "RAMBytesLimitAverage", since=24),
        *each(F64, "NetworkNatGatewayEgressCost", "NetworkNatGatewayIngressCost", since=25),
    ),
)

ALLOCATION_SET = Struct(
    "AllocationSet",
    VERSIONS,
    (
        Field("Allocations", Map(TEXT, Pointer(ALLOCATION))),
        *each(Map(TEXT, BOOL), "ExternalKeys", "IdleKeys"),
        Field("FromSource", TEXT),
        Field("Window", WINDOW),
        *each(TEXTS, "Warnings", "Errors"),
    ),
)
