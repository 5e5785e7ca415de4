"""The network insight set's structs, in the order of their bytes."""

from __future__ import annotations

from fleetcost.sets.bingen.fields_window import WINDOW
from fleetcost.sets.bingen.grammar import F64, TEXT, TEXT_MAP, Field, Map, Pointer, Struct, each
from fleetcost.sets.bingen.versions import NETWORK_INSIGHT as VERSIONS

DETAIL = Struct(
    "NetworkDetail",
    VERSIONS,
    (
        *each(F64, "Cost", "Bytes"),
        *each(TEXT, "EndPoint", "TrafficDirection", "TrafficType"),
    ),
)

NETWORK_INSIGHT = Struct(
    "NetworkInsight",
    VERSIONS,
    (
        *each(TEXT, "Cluster", "Namespace", "Controller", "Pod", "Node"),
        Field("Labels", TEXT_MAP),
        *each(TEXT, "Region", "Zone"),
        *each(F64, "NetworkTotalCost", "NetworkCrossZoneCost", "NetworkCrossRegionCost", "NetworkInternetCost"),
        Field("NetworkDetails", Map(TEXT, Pointer(DETAIL))),
    ),
)

NETWORK_INSIGHT_SET = Struct(
    "NetworkInsightSet",
    VERSIONS,
    (
        Field("NetworkInsights", Map(TEXT, Pointer(NETWORK_INSIGHT))),
        Field("Window", WINDOW),
    ),
)
