"""FOCUS 1.0 to 1.4: the columns its rules read; whichever provider wrote the file, they have these names."""

from __future__ import annotations

from collections.abc import Mapping

from fleetcost.billing.columns import BillColumn, BillColumnKind, columns, entries, found, quoted, sorted_map
from fleetcost.model.focus import FOCUS_COLUMNS, FocusType

MARKS = (("ChargeCategory", "BilledCost"),)
REQUIRED = (("billed",), ("usage_start",))
_KINDS = {
    FocusType.TEXT: BillColumnKind.TEXT,
    FocusType.DECIMAL: BillColumnKind.AMOUNT,
    FocusType.TIME: BillColumnKind.TIME,
}
_AS_TEXT = ("list_unit_price", "contracted_unit_price")
"""Prices, which are kept as they are written: nobody adds them up."""


def _column(name: str, *headers: str) -> BillColumn:
    """Return a column of the type that the specification gives the first of its headers."""
    kind = BillColumnKind.TEXT if name in _AS_TEXT else _KINDS[FOCUS_COLUMNS[headers[0]].type]
    return BillColumn(name, kind, headers)


COLUMNS = (
    _column("provider", "ProviderName", "HostProviderName", "ServiceProviderName"),
    _column("seller", "PublisherName", "ServiceProviderName"),
    _column("invoice_issuer", "InvoiceIssuerName"),
    _column("invoice_entity_id", "BillingAccountId"),
    _column("invoice_entity_name", "BillingAccountName"),
    _column("account_id", "SubAccountId"),
    _column("account_name", "SubAccountName"),
    _column("region_id", "RegionId", "RegionName", "Region"),
    _column("availability_zone", "AvailabilityZone"),
    _column("service", "ServiceName"),
    _column("service_category", "ServiceCategory"),
    _column("resource_id", "ResourceId"),
    _column("resource_name", "ResourceName"),
    _column("resource_type", "ResourceType"),
    _column("charge_category", "ChargeCategory"),
    _column("charge_class", "ChargeClass"),
    _column("usage_type", "SkuMeter", "x_SkuMeterName", "SkuId"),
    _column("pricing_category", "PricingCategory"),
    _column("commitment_id", "CommitmentDiscountId"),
    _column("commitment_category", "CommitmentDiscountCategory"),
    _column("commitment_status", "CommitmentDiscountStatus"),
    _column("currency", "BillingCurrency"),
    _column("invoice_id", "InvoiceId"),
    _column("sku_id", "SkuId"),
    _column("sku_price_id", "SkuPriceId"),
    _column("pricing_unit", "PricingUnit"),
    _column("consumed_unit", "ConsumedUnit"),
    _column("list_unit_price", "ListUnitPrice"),
    _column("contracted_unit_price", "ContractedUnitPrice"),
    _column("usage_start", "ChargePeriodStart"),
    _column("usage_end", "ChargePeriodEnd"),
    _column("billed", "BilledCost"),
    _column("effective", "EffectiveCost"),
    _column("listed", "ListCost"),
    _column("contracted", "ContractedCost"),
    _column("pricing_quantity", "PricingQuantity"),
    _column("consumed_quantity", "ConsumedQuantity"),
    *columns(BillColumnKind.COUNT, "bill_rows"),
)


def computed(types: Mapping[str, str]) -> str:
    """Return the tags as they are."""
    header = found(list(types)).get("tags")
    return f"{quoted(header) if header else 'NULL::VARCHAR'} AS tags"


def labels(types: Mapping[str, str]) -> str:
    """Return the tags of a row as a map; Google's view lists a resource's own beside those that it inherits."""
    header = found(list(types)).get("tags")
    kind = types[header] if header else "VARCHAR"
    return sorted_map(entries("tags", kind, inherited="x_inherited" in kind))
