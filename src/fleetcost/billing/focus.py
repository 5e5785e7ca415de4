"""FOCUS 1.0 to 1.4: the columns its rules read; whichever provider wrote the file, they have these names."""

from __future__ import annotations

from collections.abc import Mapping

from fleetcost.billing.columns import BillColumnKind, columns, entries, found, quoted, sorted_map

MARKS = (("ChargeCategory", "BilledCost"),)
REQUIRED = (("billed",), ("usage_start",))
COLUMNS = (
    *columns(
        BillColumnKind.TEXT,
        "provider: ProviderName, HostProviderName, ServiceProviderName",
        "seller: PublisherName, ServiceProviderName",
        "invoice_issuer: InvoiceIssuerName",
        "invoice_entity_id: BillingAccountId",
        "invoice_entity_name: BillingAccountName",
        "account_id: SubAccountId",
        "account_name: SubAccountName",
        "region_id: RegionId, RegionName, Region",
        "availability_zone: AvailabilityZone",
        "service: ServiceName",
        "service_category: ServiceCategory",
        "resource_id: ResourceId",
        "resource_name: ResourceName",
        "resource_type: ResourceType",
        "charge_category: ChargeCategory",
        "charge_class: ChargeClass",
        "usage_type: SkuMeter, x_SkuMeterName, SkuId",
        "pricing_category: PricingCategory",
        "commitment_id: CommitmentDiscountId",
        "commitment_category: CommitmentDiscountCategory",
        "commitment_status: CommitmentDiscountStatus",
        "currency: BillingCurrency",
        "invoice_id: InvoiceId",
        "sku_id: SkuId",
        "sku_price_id: SkuPriceId",
        "pricing_unit: PricingUnit",
        "consumed_unit: ConsumedUnit",
        "list_unit_price: ListUnitPrice",
        "contracted_unit_price: ContractedUnitPrice",
    ),
    *columns(BillColumnKind.TIME, "usage_start: ChargePeriodStart", "usage_end: ChargePeriodEnd"),
    *columns(
        BillColumnKind.AMOUNT,
        "billed: BilledCost",
        "effective: EffectiveCost",
        "listed: ListCost",
        "contracted: ContractedCost",
        "pricing_quantity: PricingQuantity",
        "consumed_quantity: ConsumedQuantity",
    ),
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
