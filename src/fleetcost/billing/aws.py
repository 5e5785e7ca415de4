"""AWS cost and usage reports: the columns their rules read, as the legacy report, Athena and version 2.0 spell them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fleetcost.billing.columns import Kind, columns, found, json_map, literal, quoted, sorted_map

COLUMNS = (
    *columns(
        Kind.TEXT,
        "billing_entity: bill_billing_entity",
        "invoice_entity_id: bill_payer_account_id",
        "invoice_entity_name: bill_payer_account_name",
        "account_id: line_item_usage_account_id",
        "account_name: line_item_usage_account_name",
        "line_type: line_item_line_item_type",
        "product_code: line_item_product_code",
        "usage_type: line_item_usage_type",
        "availability_zone: line_item_availability_zone",
        "region_id: product_region_code, product_region",
        "resource_id: line_item_resource_id",
        "currency: line_item_currency_code",
        "reservation_arn: reservation_reservation_a_r_n",
    ),
    *columns(Kind.TIME, "usage_start: line_item_usage_start_date", "usage_end: line_item_usage_end_date"),
    *columns(
        Kind.AMOUNT,
        "unblended: line_item_unblended_cost",
        "net_unblended: line_item_net_unblended_cost",
        "on_demand: pricing_public_on_demand_cost",
        "reserved: reservation_effective_cost",
        "net_reserved: reservation_net_effective_cost",
        "reserved_unused: reservation_unused_recurring_fee",
        "reserved_unused_upfront: reservation_unused_amortized_upfront_fee_for_billing_period",
        "net_reserved_unused: reservation_net_unused_recurring_fee",
        "net_reserved_unused_upfront: reservation_net_unused_amortized_upfront_fee_for_billing_period",
        "plan: savings_plan_savings_plan_effective_cost",
        "net_plan: savings_plan_net_savings_plan_effective_cost",
        "plan_commitment: savings_plan_total_commitment_to_date",
        "plan_used: savings_plan_used_commitment",
    ),
    *columns(Kind.COUNT, "bill_rows"),
)

_TAG = re.compile(r"^(?:resourceTags/|resource_tags_)(?:user[:_])?(?P<key>.+)$", re.DOTALL)


def computed(types: Mapping[str, str]) -> str:
    """Return what the rules need beside the columns: the tags as they are, and whether the report has net costs."""
    keys = _tag_columns(types)
    tags = (
        "resource_tags" if "resource_tags" in types else f"[{', '.join(quoted(keys[key]) for key in keys)}]::VARCHAR[]"
    )
    return f"{tags} AS tags,\n    {'lineitemnetunblendedcost' in found(list(types))} AS has_net"


def labels(types: Mapping[str, str]) -> str:
    """
    Return the tags of a row as a map.

    The legacy report has a column a tag, version 2.0 one map of all (a text of JSON in CSV). A user's tag loses its
    `user` prefix, one of AWS keeps its own.
    """
    if "resource_tags" in types:
        pairs = "tags" if types["resource_tags"].startswith("MAP") else json_map("tags")
        one = "{'key': regexp_replace(tag.key, '^user[_:]', ''), 'value': tag.value}"
        return sorted_map(f"map_from_entries(list_transform(map_entries({pairs}), lambda tag: {one}))")
    names = ", ".join(literal(key) for key in _tag_columns(types))
    one = f"{{'key': ([{names}]::VARCHAR[])[number], 'value': value}}"
    return sorted_map(f"map_from_entries(list_transform(tags, lambda value, number: {one}))")


def _tag_columns(types: Mapping[str, str]) -> dict[str, str]:
    """Return the tags that have columns of their own, sorted, each with its column."""
    return dict(sorted((match["key"], header) for header in types if (match := _TAG.match(header))))
