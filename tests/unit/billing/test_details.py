"""What exports need of a charge is kept: SKU, units, quantities, prices, commitment, invoice; a gap stays one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from making.bills.reading import read_sets

DAY = datetime(2026, 11, 12, tzinfo=UTC)
DETAILS = (
    "publisher", "invoice_id", "charge_class", "sku_id", "sku_price_id", "pricing_category", "pricing_unit",
    "consumed_unit", "list_unit_price", "contracted_unit_price", "commitment_id", "commitment_status",
    "pricing_quantity", "consumed_quantity", "contracted_cost",
)  # fmt: skip


def details(folder: Path, *rows: Mapping[str, object], name: str = "bill.jsonl") -> list[dict[str, object]]:
    """Return what is kept of the rows of a bill beside their costs, without what is empty."""
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    found = read_sets(folder, (name, content))[DAY].table.to_pylist()
    return [{name: row[name] for name in DETAILS if row[name] not in {"", None}} for row in found]


FOCUS = {
    "BilledCost": "2", "EffectiveCost": "2", "ListCost": "3", "ContractedCost": "2.5", "BillingCurrency": "USD",
    "ChargeCategory": "Usage", "ChargeClass": "Correction", "ChargePeriodStart": "2026-11-12T00:00:00Z",
    "ChargePeriodEnd": "2026-11-12T01:00:00Z", "ServiceName": "S", "ServiceProviderName": "P", "PublisherName": "P Ltd",
    "InvoiceId": "inv-7", "SkuId": "sku-1", "SkuPriceId": "price-1", "PricingCategory": "Committed",
    "PricingUnit": "Hours", "ConsumedUnit": "Seconds", "ListUnitPrice": "0.0750000000001",
    "ContractedUnitPrice": "0.06",
    "CommitmentDiscountId": "plan-1", "CommitmentDiscountStatus": "Used", "PricingQuantity": "1.5",
    "ConsumedQuantity": "5400",
}  # fmt: skip


def test_focus_columns_are_kept_and_quantities_added(tmp_path: Path) -> None:
    """Two hours of one charge are one row: quantities and contracted cost add up, a price stays as written."""
    later = FOCUS | {"ChargePeriodStart": "2026-11-12T01:00:00Z", "ChargePeriodEnd": "2026-11-12T02:00:00Z"}
    (kept,) = details(tmp_path, FOCUS, later)
    assert kept == {
        "publisher": "P Ltd", "invoice_id": "inv-7", "charge_class": "Correction", "sku_id": "sku-1",
        "sku_price_id": "price-1", "pricing_category": "Committed", "pricing_unit": "Hours", "consumed_unit": "Seconds",
        "list_unit_price": "0.0750000000001", "contracted_unit_price": "0.06", "commitment_id": "plan-1",
        "commitment_status": "Used", "pricing_quantity": Decimal(3), "consumed_quantity": Decimal(10800),
        "contracted_cost": Decimal(5),
    }  # fmt: skip


def test_charges_at_unlike_prices_or_units_are_not_added(tmp_path: Path) -> None:
    """A second tier, another unit, another invoice: a row each."""
    others = [FOCUS | change for change in ({"ListUnitPrice": "0.05"}, {"PricingUnit": "GB"}, {"InvoiceId": "inv-8"})]
    assert len(details(tmp_path, FOCUS, *others)) == 4


def test_what_a_bill_does_not_say_is_a_gap(tmp_path: Path) -> None:
    """Without quantities and a contracted cost there are none, not zero."""
    bare = {name: FOCUS[name] for name in ("BilledCost", "BillingCurrency", "ChargeCategory", "ChargePeriodStart")}
    assert details(tmp_path, bare) == [{}]


def test_aws_says_which_plan_covers_what(tmp_path: Path) -> None:
    """The plan's ARN, the invoice, the seller of record, the price that is public and the amount of use."""
    row = {
        "line_item_line_item_type": "SavingsPlanCoveredUsage", "line_item_usage_start_date": "2026-11-12T00:00:00Z",
        "line_item_unblended_cost": "24", "line_item_currency_code": "USD", "line_item_usage_amount": "24",
        "savings_plan_savings_plan_a_r_n": "arn:sp", "savings_plan_savings_plan_effective_cost": "15",
        "bill_invoice_id": "77", "line_item_legal_entity": "Amazon Web Services, Inc.", "product_sku": "SKU",
        "pricing_unit": "Hrs", "pricing_public_on_demand_rate": "1.0000000000", "pricing_rate_code": "SKU.A.B",
    }  # fmt: skip
    assert details(tmp_path, row) == [{
        "publisher": "Amazon Web Services, Inc.", "invoice_id": "77", "sku_id": "SKU", "sku_price_id": "SKU.A.B",
        "pricing_unit": "Hrs", "consumed_unit": "Hrs", "list_unit_price": "1.0000000000", "commitment_id": "arn:sp",
        "commitment_status": "Used", "pricing_quantity": Decimal(24), "consumed_quantity": Decimal(24),
        "contracted_cost": Decimal(24),
    }]  # fmt: skip
