"""The cloud cost set's structs, in the order of their bytes."""

from __future__ import annotations

from fleetcost.sets.bingen.fields_window import WINDOW
from fleetcost.sets.bingen.grammar import F64, TEXT, TEXT_MAP, TEXTS, Field, Map, Pointer, Struct, each
from fleetcost.sets.bingen.versions import CLOUD_COST as VERSIONS

PROPERTIES = Struct(
    "CloudCostProperties",
    VERSIONS,
    (
        *each(TEXT, "ProviderID", "Provider", "AccountID"),
        Field("AccountName", TEXT, since=3),
        Field("InvoiceEntityID", TEXT),
        *each(TEXT, "InvoiceEntityName", "RegionID", "AvailabilityZone", since=3),
        *each(TEXT, "Service", "Category"),
        Field("Labels", TEXT_MAP),
    ),
)

METRIC = Struct("CostMetric", VERSIONS, each(F64, "Cost", "KubernetesPercent"))

CLOUD_COST = Struct(
    "CloudCost",
    VERSIONS,
    (
        Field("Properties", Pointer(PROPERTIES)),
        Field("Window", WINDOW),
        *each(METRIC, "ListCost", "NetCost", "AmortizedNetCost", "InvoicedCost"),
        Field("AmortizedCost", METRIC, since=2),
    ),
)

CLOUD_COST_SET = Struct(
    "CloudCostSet",
    VERSIONS,
    (
        Field("CloudCosts", Map(TEXT, Pointer(CLOUD_COST))),
        Field("Window", WINDOW),
        Field("Integration", TEXT),
        Field("AggregationProperties", TEXTS),
    ),
)
