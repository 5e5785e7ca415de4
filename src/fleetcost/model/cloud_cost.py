"""The rows of a cloud cost set: what a provider billed for one resource, service or charge on one UTC day."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from fleetcost.model.allocation import Labels, no_labels
from fleetcost.model.amount import ZERO
from fleetcost.model.columns import COST, FLAG, LABELS, MEASURE, PART, TEXT, TIME, Holds, table_of


class Category(enum.StrEnum):
    """What was paid for, in the field's five words."""

    COMPUTE = "Compute"
    STORAGE = "Storage"
    NETWORK = "Network"
    MANAGEMENT = "Management"
    OTHER = "Other"


class ChargeRule(enum.StrEnum):
    """Which rule mapped the bill's rows to this row; the same words for every provider."""

    USAGE = "usage"
    SPOT_USAGE = "spot usage"
    RESERVED_USAGE = "reserved usage"
    PLAN_USAGE = "savings plan usage"
    PLAN_NEGATION = "savings plan negation"
    COMMITMENT_FEE = "commitment fee"
    DISCOUNT = "discount"
    CREDIT = "credit"
    REFUND = "refund"
    TAX = "tax"
    SUPPORT = "support"
    MARKETPLACE = "marketplace"
    FEE = "fee"
    ADJUSTMENT = "adjustment"
    UNMAPPED = "unmapped"

    @property
    def meaning(self) -> str:
        """One sentence for people; the documentation's table is made of these."""
        return _MEANINGS[self]


_MEANINGS = {
    ChargeRule.USAGE: "metered use at on-demand prices",
    ChargeRule.SPOT_USAGE: "metered use at spot prices",
    ChargeRule.RESERVED_USAGE: "metered use that a reservation or committed-use contract covers",
    ChargeRule.PLAN_USAGE: "metered use that a savings plan covers",
    ChargeRule.PLAN_NEGATION: "takes the list price of covered use off again; it costs nothing when amortized",
    ChargeRule.COMMITMENT_FEE: (
        "what a reservation or plan costs; invoiced when charged, amortized only where no use was covered by it"
    ),
    ChargeRule.DISCOUNT: "an agreed discount (enterprise, private rate, sustained use) as a row of its own",
    ChargeRule.CREDIT: "a credit of the provider",
    ChargeRule.REFUND: "money given back",
    ChargeRule.TAX: "taxes",
    ChargeRule.SUPPORT: "the provider's support plans",
    ChargeRule.MARKETPLACE: "another seller's product on the provider's bill",
    ChargeRule.FEE: "a fee that is none of the others",
    ChargeRule.ADJUSTMENT: "rounding and other corrections of the provider",
    ChargeRule.UNMAPPED: "no rule knows this kind of row; its costs are what the bill says, and its kind is reported",
}


class BillState(enum.StrEnum):
    """How far a day's bill has come."""

    ESTIMATED = "estimated"
    PARTIAL = "partial bill"
    FINAL = "final"
    INVOICED = "invoiced"

    @property
    def finished(self) -> bool:
        """Whether the day's bill has come whole."""
        return self in {BillState.FINAL, BillState.INVOICED}

    @property
    def meaning(self) -> str:
        """One sentence for people; the documentation's table is made of these."""
        return _STATE_MEANINGS[self]


_STATE_MEANINGS = {
    BillState.ESTIMATED: "the day is not over, or no row of its bill has come: list prices stand",
    BillState.PARTIAL: "the day is over and its bill is coming in; providers take up to 48 hours",
    BillState.FINAL: "48 hours after its end the bill was read again; later changes make a new version",
    BillState.INVOICED: (
        "final, and each row names its invoice; or its month ended five days ago, and nothing of the month has changed "
        "for as long"
    ),
}


_IDS = "`i-0abc`, `vol-0abc`, an ARN, an Azure resource id; empty for charges without one"
_CATEGORIES = ", ".join(f"`{category}`" for category in Category)
_PRICE = "the {} price of one `pricing_unit` in the bill's pricing currency, an exact number as text"
_RULE = "[rule](../states.md#rows-of-a-bill)"


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudCost:
    """
    One resource, service or charge on one day, as the provider billed it; its fields are the columns of the sets.

    A row is wholly a cluster's or wholly not: what a share of Kubernetes is of several rows follows from their costs.
    Costs are of one currency and on the grid of nine places; credits and negations are negative.
    """

    provider: Annotated[str, Holds(TEXT, "`AWS`, `GCP`, `Azure`, or as a FOCUS file names it")]
    provider_id: Annotated[str, Holds(TEXT, f"the resource as the bill spells it: {_IDS}")] = ""
    account_id: Annotated[str, Holds(TEXT, "who used it: account, subscription, project")] = ""
    account_name: Annotated[str, Holds(TEXT, "the account's name")] = ""
    invoice_entity_id: Annotated[str, Holds(TEXT, "who pays: payer account, billing account")] = ""
    invoice_entity_name: Annotated[str, Holds(TEXT, "the payer's name")] = ""
    region_id: Annotated[str, Holds(TEXT, "where")] = ""
    availability_zone: Annotated[str, Holds(TEXT, "where in the region")] = ""
    service: Annotated[str, Holds(TEXT, "the provider's name of the product")] = ""
    category: Annotated[Category, Holds(TEXT, f"what was paid for: {_CATEGORIES}")] = Category.OTHER
    usage_type: Annotated[str, Holds(TEXT, "what was metered, in the provider's words: usage type, meter, SKU")] = ""
    labels: Annotated[Labels, Holds(LABELS, "tags and labels, keys as the provider spells them")] = field(
        default_factory=no_labels
    )
    kubernetes: Annotated[bool, Holds(FLAG, "a cluster's, by tags, labels or service")] = False
    rule: Annotated[ChargeRule, Holds(TEXT, f"which {_RULE} mapped it; `unmapped` where none did")] = ChargeRule.USAGE
    line_type: Annotated[str, Holds(TEXT, "the bill's own word for the kind of row")] = ""
    start: Annotated[datetime, Holds(TIME, "first moment of use on this day")]
    end: Annotated[datetime, Holds(TIME, "last moment of use on this day")]
    currency: Annotated[str, Holds(TEXT, "ISO 4217 code of this row's costs; unlike currencies are never added")]
    list_cost: Annotated[Decimal, Holds(COST, "at public prices, without any discount")] = ZERO
    net_cost: Annotated[Decimal, Holds(COST, "after discounts, when it is charged")] = ZERO
    amortized_cost: Annotated[Decimal, Holds(COST, "commitments spread over what they cover")] = ZERO
    amortized_net_cost: Annotated[Decimal, Holds(COST, "amortized, after discounts")] = ZERO
    invoiced_cost: Annotated[Decimal, Holds(COST, "what the invoice shows")] = ZERO
    publisher: Annotated[str, Holds(TEXT, "who made what was bought, or sold it on a marketplace", since=2)] = ""
    invoice_id: Annotated[str, Holds(TEXT, "the invoice it is on, where the bill says so", since=2)] = ""
    charge_class: Annotated[str, Holds(TEXT, "`Correction` for what corrects an earlier invoice", since=2)] = ""
    sku_id: Annotated[str, Holds(TEXT, "the provider's id of what was sold: SKU, meter", since=2)] = ""
    sku_price_id: Annotated[str, Holds(TEXT, "the provider's id of its price", since=2)] = ""
    pricing_category: Annotated[str, Holds(TEXT, "the bill's word for the pricing model", since=2)] = ""
    pricing_unit: Annotated[str, Holds(TEXT, "what a price is for, as the provider spells it", since=2)] = ""
    consumed_unit: Annotated[str, Holds(TEXT, "what use is measured in, as the provider spells it", since=2)] = ""
    list_unit_price: Annotated[str, Holds(TEXT, _PRICE.format("public"), since=2)] = ""
    contracted_unit_price: Annotated[str, Holds(TEXT, _PRICE.format("agreed"), since=2)] = ""
    commitment_id: Annotated[
        str, Holds(TEXT, "the reservation, plan or contract that covers it or is paid", since=2)
    ] = ""
    commitment_status: Annotated[str, Holds(TEXT, "`Used` or `Unused`, of charges of commitments", since=2)] = ""
    pricing_quantity: Annotated[Decimal | None, Holds(MEASURE, "what was priced", "`pricing_unit`", since=2)] = None
    consumed_quantity: Annotated[Decimal | None, Holds(MEASURE, "what was used", "`consumed_unit`", since=2)] = None
    contracted_cost: Annotated[
        Decimal | None, Holds(PART, "at agreed prices, before commitments; where the bill says so", since=2)
    ] = None


CLOUD_COST = table_of(
    CloudCost,
    keys=(
        *("currency", "provider", "invoice_entity_id", "account_id", "service", "category", "region_id"),
        *("availability_zone", "provider_id", "usage_type", "rule", "line_type", "kubernetes", "labels"),
        *("publisher", "invoice_id", "charge_class", "sku_id", "sku_price_id", "pricing_category", "pricing_unit"),
        *("consumed_unit", "list_unit_price", "contracted_unit_price", "commitment_id", "commitment_status"),
    ),
    digits=28,
)
"""
The columns of cloud cost sets; rows are sorted by the key, labels as the list of their sorted pairs.

Costs have nineteen digits before their nine places: one row of a large bill in a small currency is beyond nine.
"""

CLOUD_COSTS = CLOUD_COST.costs
"""The five costs of a row: the same charge seen five ways, so they are never added to each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudCostTotal:
    """Sums of the five costs in one currency; unlike currencies are never added."""

    currency: str
    list_cost: Decimal = ZERO
    net_cost: Decimal = ZERO
    amortized_cost: Decimal = ZERO
    amortized_net_cost: Decimal = ZERO
    invoiced_cost: Decimal = ZERO
