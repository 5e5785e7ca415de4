"""Columns of our own behind those of FOCUS: what it has no word for."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class FocusKind(enum.StrEnum):
    """What a row is to a cluster; the value is in `x_CostKind`."""

    WORKLOAD = "workload"
    UNMOUNTED = "unmounted"
    IDLE = "idle"
    TENANCY = "tenancy"
    UNASSIGNED = "unassigned"
    OUTSIDE = "outside"

    @property
    def meaning(self) -> str:
        """One sentence for people; the documentation's table is made of these."""
        return _KINDS[self]


_KINDS = {
    FocusKind.WORKLOAD: "the part of a workload",
    FocusKind.UNMOUNTED: "storage that a claim held and no pod used",
    FocusKind.IDLE: "the part of a node that nobody was charged for",
    FocusKind.TENANCY: "what the cluster itself costs: its nodes' own disks, its management; not divided",
    FocusKind.UNASSIGNED: "a cluster's, and of nothing that is known there",
    FocusKind.OUTSIDE: "of no cluster: the bill's row as it came",
}


class FocusPrice(enum.StrEnum):
    """What stands behind a row's costs; the value is in `x_PriceState`."""

    BILLED = "billed"
    PARTIAL = "partial"
    AGENT = "agent"
    LIST = "list"

    @property
    def meaning(self) -> str:
        """One sentence for people; the documentation's table is made of these."""
        return _PRICES[self]


_PRICES = {
    FocusPrice.BILLED: "a row of a bill",
    FocusPrice.PARTIAL: "a row of a bill that has not come far enough; beside it is what is missing to the list price",
    FocusPrice.AGENT: "a row of a bill on an asset whose agent reconciled it; pages show the agent's figure",
    FocusPrice.LIST: "no bill: the list price of our prices, in no invoice",
}


@dataclass(frozen=True, slots=True)
class OwnFocusColumn:
    """One column of our own: name, type of the engine, meaning."""

    name: str
    type: str
    meaning: str


OWN_COLUMNS = (
    OwnFocusColumn("x_Cluster", "VARCHAR", "the cluster, null outside of clusters"),
    OwnFocusColumn("x_Namespace", "VARCHAR", "the namespace of a workload or claim"),
    OwnFocusColumn("x_ControllerKind", "VARCHAR", "the kind of its controller; `pod` for a pod without one"),
    OwnFocusColumn("x_Controller", "VARCHAR", "its controller"),
    OwnFocusColumn("x_Pod", "VARCHAR", "its pod, at the levels of pods and containers"),
    OwnFocusColumn("x_Container", "VARCHAR", "its container, at that level"),
    OwnFocusColumn("x_CostKind", "VARCHAR", "what the row is to a cluster"),
    OwnFocusColumn("x_PriceState", "VARCHAR", "what stands behind its costs"),
    OwnFocusColumn(
        "x_SplitOriginId", "VARCHAR", "the same on all parts of one row of a bill, or of one asset at list price"
    ),
    OwnFocusColumn("x_SplitOriginCost", "DECIMAL(28, 9)", "EffectiveCost of the origin, to which its parts add up"),
    OwnFocusColumn("x_BillRowId", "VARCHAR", "the row of the bill, also where it is not divided; null at list price"),
    OwnFocusColumn("x_CoverageRatio", "DECIMAL(9, 6)", "the part of the day in which the cluster's metrics were seen"),
)
"""In the order of the file."""


UNKNOWN = {
    "CommitmentDiscountQuantity": "no bill that is read says how much of a commitment a charge takes, in its units",
    "CommitmentDiscountCategory": "the id of the commitment does not say whether it is of use or of spend",
    "CommitmentDiscountType": "the id of the commitment does not say what kind it is",
    "PricingQuantity": "the bill does not say what was priced, or the unused part of a commitment is no quantity",
    "PricingUnit": "the bill gives a quantity without its unit",
    "ConsumedQuantity": "the bill does not say what was used",
    "ConsumedUnit": "the bill gives a quantity without its unit",
    "ListUnitPrice": "without a quantity, or with one of zero, there is no price of one",
    "ContractedUnitPrice": "without a quantity, or with one of zero, there is no price of one",
    "PricingCurrencyListUnitPrice": "as ListUnitPrice",
    "PricingCurrencyContractedUnitPrice": "as ContractedUnitPrice",
    "PricingCategory": "the bill names no price, no SKU and no meter; 1.3 wants null then, and a value for use",
    "SkuId": "the bill names no SKU and no meter",
    "SkuPriceId": "the bill names no price, no SKU and no meter",
    "ServiceName": "the bill names no service",
    "BillingAccountId": "the bill names neither payer nor account",
    "ProviderName": "the bill names no provider",
}
"""
Columns that are null where a rule wants a value, each with the reason: nothing is invented to please a rule.

The rules of a file that can be broken are those that such a column is given, or never null.
"""
