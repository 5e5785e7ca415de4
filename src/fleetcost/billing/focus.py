"""FOCUS 1.0 to 1.2: the columns its rules read; whichever provider wrote the file, they have these names."""

from __future__ import annotations

from collections.abc import Mapping

from fleetcost.billing.columns import Kind, columns, found, json_map, quoted, sorted_map

COLUMNS = (
    *columns(
        Kind.TEXT,
        "provider: ProviderName, ServiceProviderName",
        "publisher: PublisherName",
        "invoice_entity_id: BillingAccountId",
        "invoice_entity_name: BillingAccountName",
        "account_id: SubAccountId",
        "account_name: SubAccountName",
        "region_id: RegionId, RegionName, Region",
        "availability_zone: AvailabilityZone",
        "service: ServiceName",
        "service_category: ServiceCategory",
        "resource_id: ResourceId",
        "resource_type: ResourceType",
        "charge_category: ChargeCategory",
        "charge_class: ChargeClass",
        "usage_type: SkuMeter, x_SkuMeterName, SkuId",
        "pricing_category: PricingCategory",
        "commitment_id: CommitmentDiscountId",
        "commitment_category: CommitmentDiscountCategory",
        "commitment_status: CommitmentDiscountStatus",
        "currency: BillingCurrency",
    ),
    *columns(Kind.TIME, "usage_start: ChargePeriodStart", "usage_end: ChargePeriodEnd"),
    *columns(
        Kind.AMOUNT, "billed: BilledCost", "effective: EffectiveCost", "listed: ListCost", "contracted: ContractedCost"
    ),
    *columns(Kind.COUNT, "bill_rows"),
)


def computed(types: Mapping[str, str]) -> str:
    """Return the tags: a map, a list of pairs, a struct, or a text of JSON."""
    header = found(list(types)).get("tags")
    if header is None:
        return "MAP {}::MAP(VARCHAR, VARCHAR) AS labels"
    name, kind = quoted(header), types[header]
    if kind.startswith("MAP"):
        pairs = f"CAST({name} AS MAP(VARCHAR, VARCHAR))"
    elif kind.endswith("[]"):
        pairs = f"map_from_entries({name})"
    elif kind == "VARCHAR":
        pairs = json_map(name)
    else:
        pairs = json_map(f"CAST(to_json({name}) AS VARCHAR)")
    return f"{sorted_map(pairs)} AS labels"
