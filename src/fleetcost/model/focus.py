"""
The columns of FOCUS, each said once: for what reads bills, what writes exports, and what checks both.

Dataset Cost and Usage of versions 1.2 and 1.3 (https://focus.finops.org/focus-specification/). A column says its
type, whether it may be null and when it must or must not be, its values where they are named, and the version that
brought it.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass


class FocusVersion(enum.StrEnum):
    """A version of the specification that is written and checked."""

    V1_2 = "1.2"
    V1_3 = "1.3"


class FocusPart(enum.StrEnum):
    """What a row of a workload stands for in an export."""

    CONTAINER = "container"
    POD = "pod"
    CONTROLLER = "controller"
    NAMESPACE = "namespace"
    CLUSTER = "cluster"


class FocusFormat(enum.StrEnum):
    """How a file is written; the value is the ending of its name."""

    PARQUET = "parquet"
    CSV = "csv"


class FocusType(enum.StrEnum):
    """What a column holds, in the specification's words; JSON is an object as text."""

    TEXT = "String"
    DECIMAL = "Decimal"
    TIME = "Date/Time"
    JSON = "JSON"


class FocusLevel(enum.StrEnum):
    """Whether a column has to be there: always, where the provider supports what it is about, or as advice."""

    MANDATORY = "Mandatory"
    CONDITIONAL = "Conditional"
    RECOMMENDED = "Recommended"


@dataclass(frozen=True, slots=True)
class FocusCase:
    """
    What another column says: one of some values, or any value where none are named.

    Attributes:
        column: which
        values: of it
        otherwise: the case is met where the column says something else, or nothing
    """

    column: str
    values: tuple[str, ...] = ()
    otherwise: bool = False

    def __str__(self) -> str:
        what = " or ".join(self.values) or "given"
        return f"{self.column} is {'not ' * self.otherwise}{what}"


@dataclass(frozen=True, slots=True)
class FocusDemand:
    """
    What a column must be where other columns say so.

    Attributes:
        given: it must have a value; False: it must be null
        cases: all of them must be met
        since: the version that demands it
    """

    given: bool
    cases: tuple[FocusCase, ...]
    since: FocusVersion = FocusVersion.V1_2

    def __str__(self) -> str:
        return f"{'not ' * self.given}null where {' and '.join(map(str, self.cases))}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FocusColumn:
    """
    One column of Cost and Usage.

    Attributes:
        name: as the specification writes it
        level: whether it has to be there
        type: what it holds
        nullable: whether it may be null at all
        allowed: its values where they are named
        unsigned: a number that is never negative
        demands: when it must be null, or must not
        since: the version that brought it
    """

    name: str
    level: FocusLevel
    type: FocusType
    nullable: bool
    allowed: tuple[str, ...] = ()
    unsigned: bool = False
    demands: tuple[FocusDemand, ...] = ()
    since: FocusVersion = FocusVersion.V1_2


_TEXT, _DECIMAL, _TIME, _JSON = FocusType
_V12, _V13 = FocusVersion
_CORRECTED = FocusCase("ChargeClass", ("Correction",), otherwise=True)
_BOUGHT = FocusCase("ChargeCategory", ("Usage", "Purchase"))
_OUTSIDE_OF_TAX = (
    FocusDemand(given=False, cases=(FocusCase("ChargeCategory", ("Tax",)),)),
    FocusDemand(given=True, cases=(_BOUGHT, _CORRECTED)),
)


def _null_without(name: str, since: FocusVersion = _V12) -> FocusDemand:
    return FocusDemand(given=False, cases=(FocusCase(name, otherwise=True),), since=since)


def _with(name: str) -> tuple[FocusDemand, ...]:
    """Return the demands of a column that is there where another one is, and only there."""
    return _null_without(name), FocusDemand(given=True, cases=(FocusCase(name),))


_PRICED = (*_OUTSIDE_OF_TAX, _null_without("SkuPriceId", _V13))
_UNUSED = FocusCase("CommitmentDiscountStatus", ("Unused",))
_USE = FocusCase("ChargeCategory", ("Usage",))
_METERED = (
    FocusDemand(given=False, cases=(FocusCase("ChargeCategory", ("Usage",), otherwise=True),)),
    FocusDemand(given=False, cases=(_USE, _UNUSED)),
    FocusDemand(
        given=True, cases=(_USE, FocusCase("CommitmentDiscountStatus", ("Unused",), otherwise=True), _CORRECTED)
    ),
    _null_without("SkuPriceId", _V13),
)
_COMMITTED = (
    _null_without("CommitmentDiscountId"),
    FocusDemand(given=False, cases=(FocusCase("ChargeCategory", ("Usage", "Purchase"), otherwise=True),)),
    FocusDemand(given=True, cases=(FocusCase("CommitmentDiscountId"), _BOUGHT, _CORRECTED)),
    _null_without("SkuPriceId", _V13),
)


def _status(name: str) -> tuple[FocusDemand, ...]:
    return _null_without(name), FocusDemand(given=True, cases=(FocusCase(name), _USE))


def _mandatory(name: str, kind: FocusType = _TEXT, **more: object) -> FocusColumn:
    facts = {"nullable": False} | more
    return FocusColumn(name=name, level=FocusLevel.MANDATORY, type=kind, **facts)  # type: ignore[arg-type]


def _conditional(name: str, kind: FocusType = _TEXT, **more: object) -> FocusColumn:
    facts = {"nullable": True} | more
    return FocusColumn(name=name, level=FocusLevel.CONDITIONAL, type=kind, **facts)  # type: ignore[arg-type]


def _recommended(name: str, kind: FocusType = _TEXT, **more: object) -> FocusColumn:
    facts = {"nullable": True} | more
    return FocusColumn(name=name, level=FocusLevel.RECOMMENDED, type=kind, **facts)  # type: ignore[arg-type]


SUBCATEGORIES: dict[str, tuple[str, ...]] = {
    "AI and Machine Learning": (
        *("AI Platforms", "Bots", "Generative AI", "Machine Learning", "Natural Language Processing"),
    ),
    "Analytics": ("Analytics Platforms", "Business Intelligence", "Data Processing", "Search", "Streaming Analytics"),
    "Business Applications": ("Productivity and Collaboration",),
    "Compute": ("Containers", "End User Computing", "Quantum Compute", "Serverless Compute", "Virtual Machines"),
    "Databases": (
        *("Caching", "Data Warehouses", "Ledger Databases", "NoSQL Databases", "Relational Databases"),
        "Time Series Databases",
    ),
    "Developer Tools": (
        *("Developer Platforms", "Continuous Integration and Deployment", "Development Environments"),
        *("Source Code Management", "Quality Assurance"),
    ),
    "Identity": ("Identity and Access Management",),
    "Integration": ("API Management", "Messaging", "Workflow Orchestration"),
    "Internet of Things": ("IoT Analytics", "IoT Platforms"),
    "Management and Governance": (
        *("Architecture", "Compliance", "Cost Management", "Data Governance", "Disaster Recovery"),
        *("Endpoint Management", "Observability", "Support"),
    ),
    "Media": ("Content Creation", "Gaming", "Media Streaming", "Mixed Reality"),
    "Migration": ("Data Migration", "Resource Migration"),
    "Mobile": (),
    "Multicloud": ("Multicloud Integration",),
    "Networking": (
        *("Application Networking", "Content Delivery", "Network Connectivity", "Network Infrastructure"),
        *("Network Routing", "Network Security"),
    ),
    "Security": ("Secret Management", "Security Posture Management", "Threat Detection and Response"),
    "Storage": ("Backup Storage", "Block Storage", "File Storage", "Object Storage", "Storage Platforms"),
    "Web": ("Application Platforms",),
    "Other": (),
}
"""The categories of services and their subcategories; each has `Other (<category>)` besides."""


def subcategories(category: str) -> tuple[str, ...]:
    """Return every subcategory of a category of services."""
    return (*SUBCATEGORIES[category], f"Other ({category})")


COST_AND_USAGE: tuple[FocusColumn, ...] = (
    _recommended("AllocatedMethodDetails", _JSON, since=_V13, demands=(_null_without("AllocatedMethodId"),)),
    _conditional("AllocatedMethodId", since=_V13),
    _conditional("AllocatedResourceId", since=_V13, demands=(_null_without("AllocatedMethodId"),)),
    _conditional("AllocatedResourceName", since=_V13, demands=(_null_without("AllocatedResourceId"),)),
    _conditional("AllocatedTags", _JSON, since=_V13, demands=(_null_without("AllocatedMethodId"),)),
    _recommended("AvailabilityZone"),
    _mandatory("BilledCost", _DECIMAL),
    _mandatory("BillingAccountId"),
    _mandatory("BillingAccountName", nullable=True),
    _conditional("BillingAccountType", demands=_with("BillingAccountId")),
    _mandatory("BillingCurrency"),
    _mandatory("BillingPeriodEnd", _TIME),
    _mandatory("BillingPeriodStart", _TIME),
    _conditional("CapacityReservationId"),
    _conditional("CapacityReservationStatus", allowed=("Used", "Unused"), demands=_status("CapacityReservationId")),
    _mandatory("ChargeCategory", allowed=("Usage", "Purchase", "Tax", "Credit", "Adjustment")),
    _mandatory("ChargeClass", nullable=True, allowed=("Correction",)),
    _mandatory("ChargeDescription", nullable=True),
    _recommended("ChargeFrequency", nullable=False, allowed=("One-Time", "Recurring", "Usage-Based")),
    _mandatory("ChargePeriodEnd", _TIME),
    _mandatory("ChargePeriodStart", _TIME),
    _conditional("CommitmentDiscountCategory", allowed=("Spend", "Usage"), demands=_with("CommitmentDiscountId")),
    _conditional("CommitmentDiscountId"),
    _conditional("CommitmentDiscountName", demands=(_null_without("CommitmentDiscountId"),)),
    _conditional("CommitmentDiscountQuantity", _DECIMAL, demands=_COMMITTED),
    _conditional("CommitmentDiscountStatus", allowed=("Used", "Unused"), demands=_status("CommitmentDiscountId")),
    _conditional("CommitmentDiscountType", demands=_with("CommitmentDiscountId")),
    _conditional("CommitmentDiscountUnit", demands=_with("CommitmentDiscountQuantity")),
    _conditional("ConsumedQuantity", _DECIMAL, demands=_METERED),
    _conditional("ConsumedUnit", demands=_with("ConsumedQuantity")),
    _conditional("ContractApplied", _JSON, since=_V13),
    _mandatory("ContractedCost", _DECIMAL),
    _conditional("ContractedUnitPrice", _DECIMAL, unsigned=True, demands=_PRICED),
    _mandatory("EffectiveCost", _DECIMAL),
    _mandatory("HostProviderName", since=_V13),
    _recommended("InvoiceId"),
    _mandatory("InvoiceIssuerName"),
    _mandatory("ListCost", _DECIMAL),
    _conditional("ListUnitPrice", _DECIMAL, unsigned=True, demands=_PRICED),
    _conditional("PricingCategory", allowed=("Standard", "Dynamic", "Committed", "Other"), demands=_PRICED),
    _conditional("PricingCurrency"),
    _conditional("PricingCurrencyContractedUnitPrice", _DECIMAL, unsigned=True, demands=_OUTSIDE_OF_TAX),
    _conditional("PricingCurrencyEffectiveCost", _DECIMAL, nullable=False),
    _conditional("PricingCurrencyListUnitPrice", _DECIMAL, unsigned=True, demands=_OUTSIDE_OF_TAX),
    _mandatory("PricingQuantity", _DECIMAL, nullable=True, demands=_PRICED),
    _mandatory("PricingUnit", nullable=True, demands=_with("PricingQuantity")),
    _mandatory("ProviderName"),
    _mandatory("PublisherName"),
    _conditional("RegionId"),
    _conditional("RegionName", demands=_with("RegionId")),
    _conditional("ResourceId"),
    _conditional("ResourceName", demands=(_null_without("ResourceId"),)),
    _conditional("ResourceType", demands=_with("ResourceId")),
    _mandatory("ServiceCategory", allowed=tuple(SUBCATEGORIES)),
    _mandatory("ServiceName"),
    _mandatory("ServiceProviderName", since=_V13),
    _recommended(
        "ServiceSubcategory",
        nullable=False,
        allowed=tuple(one for each in SUBCATEGORIES for one in subcategories(each)),
    ),
    _conditional("SkuId", demands=_OUTSIDE_OF_TAX),
    _conditional("SkuMeter", demands=(_null_without("SkuId"),)),
    _conditional("SkuPriceDetails", _JSON, demands=(_null_without("SkuPriceId"),)),
    _conditional("SkuPriceId", demands=_OUTSIDE_OF_TAX),
    _conditional("SubAccountId"),
    _conditional("SubAccountName", demands=_with("SubAccountId")),
    _conditional("SubAccountType", demands=_with("SubAccountId")),
    _conditional("Tags", _JSON),
)
"""Every column of the versions that are written, in the order of their names."""

FOCUS_COLUMNS = {one.name: one for one in COST_AND_USAGE}
"""The same by name."""

FOCUS_COSTS = ("BilledCost", "ContractedCost", "EffectiveCost", "ListCost")
"""The costs of a row: one charge seen four ways."""


def focus_columns(version: FocusVersion) -> tuple[FocusColumn, ...]:
    """Return the columns of a version."""
    return tuple(one for one in COST_AND_USAGE if one.since <= version)
