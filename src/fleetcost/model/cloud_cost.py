"""The rows of a cloud cost set: what a provider billed for one resource, service or charge on one UTC day."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from fleetcost.model.allocation import Labels, no_labels
from fleetcost.model.amount import ZERO

CLOUD_COSTS = ("list_cost", "net_cost", "amortized_cost", "amortized_net_cost", "invoiced_cost")
"""The five costs of a row: the same charge seen five ways, so they are never added to each other."""


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
    ChargeRule.UNMAPPED: "no rule knows this kind of row; its costs are what the bill says, and its kind is told",
}


class BillState(enum.StrEnum):
    """How far a day's bill has come."""

    ESTIMATED = "estimated"
    PARTIAL = "partial bill"
    FINAL = "final"

    @property
    def meaning(self) -> str:
        """One sentence for people; the documentation's table is made of these."""
        return _STATE_MEANINGS[self]


_STATE_MEANINGS = {
    BillState.ESTIMATED: "the day is not over, or no row of its bill has come: list prices stand",
    BillState.PARTIAL: "the day is over and its bill is coming in; providers take up to 48 hours",
    BillState.FINAL: "48 hours after its end the bill was read again; later changes make a new version",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudCost:
    """
    One resource, service or charge on one day, as the provider billed it.

    A row is wholly a cluster's or wholly not: what a share of Kubernetes is of several rows follows from their costs.
    Costs are of one currency and on the grid of nine places; credits and negations are negative.

    Attributes:
        provider: `AWS`, `GCP`, `Azure`, or as a FOCUS file names it
        provider_id: the resource as the bill spells it: `i-0abc`, `vol-0abc`, an ARN, an Azure resource id, a GCP name
        account_id, account_name: who used it: account, subscription, project
        invoice_entity_id, invoice_entity_name: who pays: payer account, billing account
        region_id, availability_zone: where
        service: the provider's name of the product
        category: compute, storage, network, management, other
        usage_type: the provider's name of what was metered: usage type, meter, SKU
        labels: tags and labels of the resource, keys as the provider spells them
        kubernetes: True where tags, labels or the service say that it is a cluster's
        rule: which rule mapped it
        line_type: the bill's own word for the kind of row, such as `SavingsPlanCoveredUsage`
        start, end: first and last moment of use on this day
        currency: ISO 4217 code
        list_cost: at public prices, without any discount
        net_cost: after discounts, when it is charged
        amortized_cost: commitments spread over what they cover
        amortized_net_cost: amortized, after discounts
        invoiced_cost: what the invoice shows
    """

    provider: str
    provider_id: str = ""
    account_id: str = ""
    account_name: str = ""
    invoice_entity_id: str = ""
    invoice_entity_name: str = ""
    region_id: str = ""
    availability_zone: str = ""
    service: str = ""
    category: Category = Category.OTHER
    usage_type: str = ""
    labels: Labels = field(default_factory=no_labels)
    kubernetes: bool = False
    rule: ChargeRule = ChargeRule.USAGE
    line_type: str = ""
    start: datetime
    end: datetime
    currency: str
    list_cost: Decimal = ZERO
    net_cost: Decimal = ZERO
    amortized_cost: Decimal = ZERO
    amortized_net_cost: Decimal = ZERO
    invoiced_cost: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudCostTotal:
    """Sums of the five costs in one currency; unlike currencies are never added."""

    currency: str
    list_cost: Decimal = ZERO
    net_cost: Decimal = ZERO
    amortized_cost: Decimal = ZERO
    amortized_net_cost: Decimal = ZERO
    invoiced_cost: Decimal = ZERO
