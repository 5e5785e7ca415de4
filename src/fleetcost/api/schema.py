"""
Types of the documents that routes make, for the OpenAPI document.

The field's documents are made as mappings, because their names, their order and what is left out are the products';
tests decode real answers through these types, so they say what is true.
"""

from __future__ import annotations

from typing import Annotated, Any, Generic, TypeVar

import msgspec

from fleetcost.api.behind import CompletenessJson
from fleetcost.api.cloud import BillStepJson, CurrencyTotalsJson
from fleetcost.api.compared import PreviousJson, WindowJson
from fleetcost.api.compat.numbers import wire
from fleetcost.api.currency import ConversionJson, CurrencyFiguresJson, WarningJson
from fleetcost.api.native import (
    BillCompletenessJson,
    PageJson,
    PriceBasisJson,
    QuestionJson,
    StepJson,
)
from fleetcost.api.rows import HIDDEN, ROW_COLUMNS
from fleetcost.model.allocation import ALLOCATION
from fleetcost.model.asset import ASSET
from fleetcost.model.cloud_cost import CLOUD_COST
from fleetcost.model.columns import ColumnTable
from fleetcost.query.measures import ESTIMATES
from fleetcost.query.rows import AllocationRow, AssetRow, CloudCostRow

Data = TypeVar("Data")
_Fields = list[tuple[str, type] | tuple[str, type, Any]]

_NUMBER: Any = float | None


def _words(text: str) -> list[str]:
    return text.split()


def _numbers(names: str) -> list[Any]:
    return [(name, float) for name in names.split()]


Properties: Any = msgspec.defstruct(
    "Properties",
    [
        *(
            (name, str, "")
            for name in _words("cluster node container controller controllerKind namespace pod providerID")
        ),
        ("services", list[str], []),
        *((name, dict[str, str], {}) for name in _words("labels annotations namespaceLabels namespaceAnnotations")),
    ],
    frozen=True,
    forbid_unknown_fields=True,
)
"""What an allocation is part of; a property on which a group does not agree is left out."""

Allocation: Any = msgspec.defstruct(
    "Allocation",
    [
        ("name", str), ("properties", Properties), ("window", WindowJson), ("start", str), ("end", str),
        *_numbers("minutes cpuCores cpuCoreRequestAverage cpuCoreUsageAverage cpuCoreHours cpuCost cpuCostAdjustment"),
        ("cpuCostIdle", float), ("cpuEfficiency", _NUMBER),
        *_numbers("gpuCount gpuRequestAverage gpuUsageAverage gpuHours gpuCost gpuCostAdjustment gpuCostIdle"),
        ("gpuEfficiency", _NUMBER),
        *_numbers("networkTransferBytes networkReceiveBytes networkCost networkCrossZoneCost networkCrossRegionCost"),
        *_numbers("networkInternetCost networkCostAdjustment loadBalancerCost loadBalancerCostAdjustment"),
        *_numbers("pvBytes pvByteHours pvCost"), ("pvs", dict[str, Any] | None), ("pvCostAdjustment", float),
        *_numbers("ramBytes ramByteRequestAverage ramByteUsageAverage ramByteHours ramCost ramCostAdjustment"),
        ("ramCostIdle", float), ("ramEfficiency", _NUMBER),
        *_numbers("externalCost sharedCost totalCost"), ("totalEfficiency", _NUMBER),
        ("proportionalAssetResourceCosts", dict[str, Any]), ("lbAllocations", dict[str, Any] | None),
        ("sharedCostBreakdown", dict[str, Any]),
        *((wire(name), float, 0.0) for name in (*ESTIMATES["allocation"], "estimated_hours")),
        ("rawAllocationOnly", dict[str, Any] | None, None),
    ],
    frozen=True,
    forbid_unknown_fields=True,
)  # fmt: skip
"""One allocation in the field's shape."""

Summary: Any = msgspec.defstruct(
    "Summary",
    [
        ("name", str), ("start", str), ("end", str),
        *_numbers("cpuCoreRequestAverage cpuCoreUsageAverage cpuCost cpuCostIdle gpuRequestAverage gpuUsageAverage"),
        *_numbers("gpuCost gpuCostIdle networkCost loadBalancerCost pvCost ramByteRequestAverage ramByteUsageAverage"),
        *_numbers("ramCost ramCostIdle sharedCost externalCost"), ("totalEfficiency", _NUMBER), ("totalCost", float),
    ],
    frozen=True,
    forbid_unknown_fields=True,
)  # fmt: skip
"""One allocation with fewer figures."""

AssetProperties: Any = msgspec.defstruct(
    "AssetProperties",
    [(name, str, "") for name in _words("category provider account project service cluster name providerID")],
    frozen=True,
    forbid_unknown_fields=True,
)
"""What an asset is part of; empty ones are left out."""

Asset: Any = msgspec.defstruct(
    "Asset",
    [
        ("properties", AssetProperties), ("labels", dict[str, str]), ("window", WindowJson),
        ("start", str), ("end", str), ("minutes", float),
        ("totalCost", float), ("type", str, ""), ("adjustment", float, 0.0), ("credit", float, 0.0),
        ("nodeType", str, ""), ("pool", str, ""),
        *((name, float, 0.0) for name in _words("cpuCores ramBytes cpuCoreHours ramByteHours GPUHours preemptible")),
        *((name, float, 0.0) for name in _words("discount cpuCost gpuCost gpuCount ramCost byteHours bytes")),
        *((name, _NUMBER, None) for name in ("byteHoursUsed", "byteUsageMax")),
        *((name, dict[str, Any], {}) for name in ("cpuBreakdown", "ramBreakdown", "breakdown", "overhead")),
        *((name, str, "") for name in ("storageClass", "volumeName", "claimName", "claimNamespace", "ip")),
        *((name, float, 0.0) for name in ("costEstimated", "estimatedHours")), ("private", bool, False),
    ],
    frozen=True,
    forbid_unknown_fields=True,
)  # fmt: skip
"""One asset in the field's shape; which figures it has depends on its type."""


class Enveloped(msgspec.Struct, Generic[Data], frozen=True):
    """The field's envelope; `warning` is there where the answer is not whole."""

    code: int
    status: str
    data: Data
    warning: str | msgspec.UnsetType = msgspec.UNSET


SummarySet: Any = msgspec.defstruct(
    "SummarySet",
    [("allocations", dict[str, Summary]), ("window", WindowJson)],
    frozen=True,
)
SummaryRange: Any = msgspec.defstruct(
    "SummaryRange",
    [("step", int), ("sets", list[SummarySet]), ("window", WindowJson)],
    frozen=True,
)
Topline: Any = msgspec.defstruct("Topline", [("numResults", int), ("combined", SummarySet)], frozen=True)
AssetTopline: Any = msgspec.defstruct(
    "AssetTopline", [("totalCost", float), ("adjustment", float), ("numResults", int)], frozen=True
)

Envelope: Any = Enveloped[Any]
AllocationEnvelope: Any = Enveloped[list[dict[str, Allocation]]]
AssetsEnvelope: Any = Enveloped[list[dict[str, Asset]]]
AssetSetEnvelope: Any = Enveloped[dict[str, Asset]]
SummaryEnvelope: Any = Enveloped[SummaryRange]
ToplineEnvelope: Any = Enveloped[Topline]
AssetToplineEnvelope: Any = Enveloped[AssetTopline]
ValuesEnvelope: Any = Enveloped[list[str]]


class PreviousRow(msgspec.Struct, frozen=True):
    """
    What a row cost in the part of both windows that is compared; all None where there is none.

    Attributes:
        total_cost: in the window before
        change, relative: the difference; `relative` is None where there was nothing before
        compared_cost: in the window that is asked about; None for bills, which are compared whole
    """

    total_cost: float | None
    change: float | None
    relative: float | None
    compared_cost: float | None = None


_UNSET_NUMBER: Any = float | None | msgspec.UnsetType


def _row(name: str, kind: type[msgspec.Struct], table: ColumnTable, more: list[Any]) -> Any:  # noqa: ANN401 - a type
    own = [
        (field.name, _described(field, table) | msgspec.UnsetType, msgspec.UNSET)
        for field in msgspec.structs.fields(kind)
        if field.name not in HIDDEN
    ]
    return msgspec.defstruct(
        name,
        [("name", str), ("key", dict[str, str]), *own, *more, ("previous", PreviousRow | None, None)],
        frozen=True,
        kw_only=True,
        forbid_unknown_fields=True,
    )


def _described(field: msgspec.structs.FieldInfo, table: ColumnTable) -> Any:  # noqa: ANN401 - a type
    """Return a field's type in JSON, with what the table says of it."""
    kind = str if field.name in {"start", "end"} else field.type
    known = table.by_name.get(field.name)
    if known is None:
        return kind
    unit = f", in {known.holds.unit}" if known.holds.unit else ""
    return Annotated[kind, msgspec.Meta(description=f"{known.holds.meaning}{unit} ({known.holds.kind.adds_up})")]


def _figures(*names: str) -> list[Any]:
    return [(name, _UNSET_NUMBER, msgspec.UNSET) for name in names]


AllocationRowJson: Any = _row(
    "AllocationRow",
    AllocationRow,
    ALLOCATION,
    _figures(*ROW_COLUMNS.efficiencies, *ROW_COLUMNS.show_back, "estimated_cost", "total_cost"),
)
"""One group of allocations; figures that `columns` leaves out are not there."""

AssetRowJson: Any = _row(
    "AssetRow",
    AssetRow,
    ASSET,
    [("asset_name", str | msgspec.UnsetType, msgspec.UNSET), *_figures("estimated_cost", "total_cost")],
)
"""One group of assets; figures that `columns` leaves out are not there."""

CloudCostRowJson: Any = _row("CloudCostRow", CloudCostRow, CLOUD_COST, _figures("kubernetes_percent"))
"""One group of cloud costs in one currency; figures that `columns` leaves out are not there."""

Row = TypeVar("Row")


class NativeAnswer(msgspec.Struct, Generic[Row], frozen=True, kw_only=True):
    """The envelope of every native answer."""

    question: QuestionJson
    currency: str
    rows: list[Row]
    totals: dict[str, float | None]
    series: list[StepJson]
    completeness: list[CompletenessJson]
    warnings: list[WarningJson]
    as_of: str
    took_ms: float
    page: PageJson
    previous: PreviousJson | None = None
    prices: PriceBasisJson | None = None
    by_currency: list[CurrencyFiguresJson] = []
    conversion: ConversionJson | None = None


AllocationsJson: Any = NativeAnswer[AllocationRowJson]
AssetsJson: Any = NativeAnswer[AssetRowJson]


class CloudCostsJson(msgspec.Struct, frozen=True, kw_only=True):
    """The envelope of an answer about cloud costs."""

    question: QuestionJson
    metric: str
    currency: str
    rows: list[CloudCostRowJson]
    totals: dict[str, float]
    by_currency: list[CurrencyTotalsJson]
    series: list[BillStepJson]
    completeness: list[BillCompletenessJson]
    warnings: list[WarningJson]
    as_of: str
    took_ms: float
    page: PageJson
    previous: PreviousJson | None = None
    conversion: ConversionJson | None = None


CloudTrend: Any = msgspec.defstruct(
    "CloudTrend", [("isInfinite", bool), ("isNaN", bool), ("value", float)], frozen=True
)
CostShare: Any = msgspec.defstruct("CostShare", [("cost", float), ("kubernetesPercent", float)], frozen=True)
CloudProperties: Any = msgspec.defstruct(
    "CloudProperties",
    [
        *((name, str, "") for name in _words("providerID provider accountID accountName invoiceEntityID")),
        *((name, str, "") for name in _words("invoiceEntityName regionID availabilityZone service category")),
        ("labels", dict[str, str], {}),
    ],
    frozen=True,
    forbid_unknown_fields=True,
)
"""What a cloud cost is part of; a property on which a group does not agree is left out."""
CloudCostItem: Any = msgspec.defstruct(
    "CloudCostItem",
    [
        ("properties", CloudProperties),
        ("window", WindowJson),
        *((name, CostShare) for name in _words("listCost netCost amortizedNetCost invoicedCost amortizedCost")),
    ],
    frozen=True,
    forbid_unknown_fields=True,
)
CloudCostSet: Any = msgspec.defstruct(
    "CloudCostSet",
    [("cloudCosts", dict[str, CloudCostItem]), ("window", WindowJson), ("aggregationProperties", list[str])],
    frozen=True,
)
CloudCostRange: Any = msgspec.defstruct(
    "CloudCostRange", [("sets", list[CloudCostSet]), ("window", WindowJson)], frozen=True
)
CloudViewRow: Any = msgspec.defstruct(
    "CloudViewRow",
    [("name", str), ("labels", dict[str, str]), ("kubernetesPercent", float), ("cost", float)],
    frozen=True,
)
CloudViewTotals: Any = msgspec.defstruct(
    "CloudViewTotals", [("numResults", int), ("combined", CloudViewRow)], frozen=True
)
CloudTrends: Any = msgspec.defstruct(
    "CloudTrends",
    [("trends", dict[str, CloudTrend]), ("window", WindowJson), ("comparisonWindow", WindowJson)],
    frozen=True,
)
CloudCostEnvelope: Any = Enveloped[CloudCostRange]
CloudTotalsEnvelope: Any = Enveloped[CloudViewTotals]
CloudTableEnvelope: Any = Enveloped[list[CloudViewRow]]
CloudTrendsEnvelope: Any = Enveloped[CloudTrends]


class CustomCostTotal(msgspec.Struct, frozen=True):
    """Custom costs of a window; `customCosts` is empty where no source of them is configured."""

    window: WindowJson
    totalBilledCost: float  # noqa: N815 - the field's name
    totalListCost: float  # noqa: N815 - the field's name
    customCosts: list[dict[str, Any]]  # noqa: N815 - the field's name


class CustomCostSeries(msgspec.Struct, frozen=True):
    """Custom costs by step."""

    window: WindowJson
    timeseries: list[CustomCostTotal]


CustomCostTotalEnvelope: Any = Enveloped[CustomCostTotal]
CustomCostSeriesEnvelope: Any = Enveloped[CustomCostSeries]
