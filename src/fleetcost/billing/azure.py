"""Azure cost exports: the columns of enterprise, customer and pay-as-you-go agreements, of 2017 to today."""

from __future__ import annotations

from collections.abc import Mapping

from fleetcost.billing.columns import BillColumnKind, columns, entries, found, quoted, sorted_map

_COSTS = ("CostInBillingCurrency", "PreTaxCost", "Cost", "ExtendedCost")
COSTS = (*_COSTS, "CostInPricingCurrency")

MARKS = tuple((cost, key) for cost in COSTS for key in ("MeterCategory", "MeterId", "ResourceRate"))
REQUIRED = (("cost", "pricing_cost"), ("usage_start",))
COLUMNS = (
    *columns(
        BillColumnKind.TEXT,
        "invoice_entity_id: BillingAccountId, BillingProfileId, AccountOwnerId, EnrollmentNumber",
        "invoice_entity_name: BillingAccountName, BillingProfileName, AccountName",
        "account_id: SubscriptionId, SubscriptionGuid",
        "account_name: SubscriptionName",
        "region_id: ResourceLocation, ResourceLocationNormalized, MeterRegion",
        "availability_zone: AvailabilityZone",
        "resource_id: ResourceId, InstanceId",
        "meter_category: MeterCategory",
        "meter: MeterName, MeterId",
        "consumed_service: ConsumedService",
        "charge_type: ChargeType",
        "publisher_type: PublisherType",
        "pricing_model: PricingModel",
        "reservation_id: ReservationId",
        "benefit_id: BenefitId",
        "publisher: PublisherName",
        "invoice_id: InvoiceId",
        "sku_id: MeterId",
        "pricing_unit: UnitOfMeasure",
        "frequency: Frequency",
        "additional_info: AdditionalInfo",
        "currency: BillingCurrencyCode, BillingCurrency, Currency",
        "pricing_currency: PricingCurrency, PricingCurrencyCode",
    ),
    *columns(
        BillColumnKind.TIME,
        "usage_start: Date, UsageDateTime, UsageDate, ChargePeriodStart",
        "service_end: ServicePeriodEndDate, ServicePeriodEnd",
    ),
    *columns(
        BillColumnKind.AMOUNT,
        f"cost: {', '.join(_COSTS)}",
        "pricing_cost: CostInPricingCurrency",
        "list_total: PayGCostInBillingCurrency",
        "list_price: PayGPrice",
        "unit_price: UnitPrice, ResourceRate",
        "quantity: Quantity, UsageQuantity, ConsumedQuantity",
        "exchange_rate: ExchangeRatePricingToBilling",
    ),
    *columns(BillColumnKind.COUNT, "bill_rows"),
)


def computed(types: Mapping[str, str]) -> str:
    """Return the tags as they are."""
    header = found(list(types)).get("tags")
    return f"{quoted(header) if header else 'NULL::VARCHAR'} AS tags"


def labels(types: Mapping[str, str]) -> str:
    """Return the tags of a row as a map: they are JSON, with or without the braces around it, or a map in Parquet."""
    header = found(list(types)).get("tags")
    if header and types[header].startswith("MAP"):
        return sorted_map(entries("tags", types[header]))
    text = "coalesce(trim(tags), '')"
    braced = f"CASE WHEN {text} LIKE '{{%' THEN {text} ELSE '{{' || {text} || '}}' END"
    # A text that is no JSON is kept whole: a tag nobody can read is better than none.
    pairs = (
        f"CASE WHEN json_valid({braced}) THEN from_json({braced}, '\"MAP(VARCHAR, VARCHAR)\"') "
        f"ELSE MAP {{'Tags': {text}}} END"
    )
    return sorted_map(f"map_entries({pairs})")
