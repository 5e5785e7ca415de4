"""
Billed fleets whose every row of a bill can be found again: each has an invoice of its own, and five costs that differ.

What may happen to bills happens to them: credits, purchases and unused parts of commitments, corrections, taxes,
amounts that nobody priced, bills that have not come far enough, a day without a cluster's metrics.
"""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal
from typing import Any

from fleetcost.bucket.memory import MemoryBucket
from fleetcost.model.cloud_cost import BillState, ChargeRule, CloudCost
from unit.ingest.billed_fleet import DAYS, NANO, BilledFleet, Row, billed_fleet

GAP = ("gcp", 1)
"""The cluster and the day on which nobody saw what ran."""

WAITING = ("bills-azure", 1)
"""The bill that has not come far enough."""


def ledger_fleet(seed: int) -> BilledFleet:
    """Return a fleet that is the same for the same seed."""
    chance = random.Random(seed)
    made = billed_fleet(seed)
    for key, rows in made.rows.items():
        made.rows[key] = [*(_priced(row, chance) for row in rows), *_commitments(chance, rows[0].cost)]
        made.rows[key] = [_named(row, f"{key[0]}-{key[1]}-{n}") for n, row in enumerate(made.rows[key])]
    made.states[WAITING] = BillState.ESTIMATED
    for (cluster, window), _ in list(made.allocations.items()):
        if (cluster, window.start.day - 10) == GAP:
            made.allocations[cluster, window] = []
    return made


def published(fleet: BilledFleet) -> MemoryBucket:
    """Return a bucket with everything of a fleet."""
    bucket = MemoryBucket()
    fleet.publish(bucket)
    return bucket


def rows_of(fleet: BilledFleet) -> list[CloudCost]:
    """Return every row of every bill."""
    return [row.cost for number in DAYS for key, rows in fleet.rows.items() if key[1] == number for row in rows]


def _named(row: Row, invoice: str) -> Row:
    cost = replace(row.cost, invoice_id=invoice, invoice_entity_id="payer", account_id=row.cost.account_id or "member",
                   service=row.cost.service or "Compute Cloud", sku_id=row.cost.sku_id or "sku-1",
                   usage_type=row.cost.usage_type or "BoxUsage", region_id="eu-1")  # fmt: skip
    return replace(row, cost=cost)


def _priced(row: Row, chance: random.Random) -> Row:
    """Return a row whose five costs differ, some of them negative, with quantities where somebody said them."""

    def amount() -> Decimal:
        return Decimal(chance.randint(-(10**8), 9 * 10**9)) * NANO

    facts: dict[str, Any] = {"net_cost": amount(), "invoiced_cost": amount(), "list_cost": abs(amount())}
    if chance.random() < 0.7:
        facts |= {
            "pricing_quantity": abs(amount()),
            "consumed_quantity": abs(amount()),
            "contracted_cost": abs(amount()),
        }
        facts |= {"pricing_unit": "Hours", "consumed_unit": "Hours", "sku_price_id": "price-1"}
    if chance.random() < 0.1:
        facts["charge_class"] = "Correction"
    if row.cost.rule in {ChargeRule.PLAN_USAGE, ChargeRule.RESERVED_USAGE}:
        facts["commitment_id"] = "arn:aws:savingsplans::1:savingsplan/a"
    return replace(row, cost=replace(row.cost, **facts))


def _commitments(chance: random.Random, like: CloudCost) -> list[Row]:
    """Return the fee of a commitment with its unused part, and a purchase that covers later use whole."""
    fee = {"rule": ChargeRule.COMMITMENT_FEE, "kubernetes": False, "provider_id": "", "labels": {}}
    fee |= {"commitment_id": "arn:aws:ec2:eu:1:reserved-instances/b", "line_type": "RIFee"}
    none, cost = Decimal(0), Decimal(chance.randint(1, 10**9)) * NANO
    paid = replace(like, **fee, invoiced_cost=cost * 3, net_cost=cost * 3, list_cost=none, amortized_cost=cost,
                   amortized_net_cost=cost)  # fmt: skip
    ahead = replace(paid, line_type="Purchase", amortized_cost=none, amortized_net_cost=none)
    return [Row(paid), Row(ahead)]
