"""AWS cost and usage reports: the columns their rules read, as the legacy report, Athena and version 2.0 spell them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fleetcost.billing.columns import BillColumnKind, columns, entries, found, literal, plain, quoted, sorted_map

MARKS = (("line_item_line_item_type",),)
REQUIRED = (("unblended",), ("usage_start",))
COLUMNS = (
    *columns(
        BillColumnKind.TEXT,
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
        "plan_arn: savings_plan_savings_plan_a_r_n",
        "publisher: line_item_legal_entity",
        "invoice_id: bill_invoice_id",
        "sku_id: product_sku",
        "sku_price_id: pricing_rate_code, pricing_rate_id",
        "pricing_unit",
        "pricing_category: pricing_term",
        "list_unit_price: pricing_public_on_demand_rate",
    ),
    *columns(BillColumnKind.TIME, "usage_start: line_item_usage_start_date", "usage_end: line_item_usage_end_date"),
    *columns(
        BillColumnKind.AMOUNT,
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
        "quantity: line_item_usage_amount",
    ),
    *columns(BillColumnKind.COUNT, "bill_rows"),
)

_TAG = re.compile(r"^(?:resourceTags/|resource_tags_)(?:user[:_])?(?P<key>.+)$", re.DOTALL)
MAPS = ("resource_tags", "tags")
"""Maps of tags in version 2.0; `tags` has those of accounts and users as well, distinguished by a prefix of the key."""


def computed(types: Mapping[str, str]) -> str:
    """Return what the rules need beside the columns: the tags as they are, and whether the report has net costs."""
    known = found(list(types))
    maps = ", ".join(f"'{name}': {quoted(known[name])}" for name in map(plain, MAPS) if name in known)
    keys = _tag_columns(types)
    tags = f"{{{maps}}}" if maps else f"[{', '.join(quoted(keys[key]) for key in keys)}]::VARCHAR[]"
    return f"{tags} AS tags,\n    {'lineitemnetunblendedcost' in known} AS has_net"


def labels(types: Mapping[str, str]) -> str:
    """
    Return the tags of a row as a map.

    The legacy report has a column a tag, version 2.0 one map of all (a text of JSON in CSV). A user's tag loses its
    `user` prefix, one of AWS keeps its own.
    """
    known = found(list(types))
    lists = [_own(entries(f"tags.{name}", types[known[name]]), name) for name in map(plain, MAPS) if name in known]
    if lists:
        return sorted_map(f"list_concat({', '.join((*lists, 'NULL'))})")
    names = ", ".join(literal(key) for key in _tag_columns(types))
    one = f"{{'key': ([{names}]::VARCHAR[])[number], 'value': value}}"
    return sorted_map(f"list_transform(tags, lambda value, number: {one})")


def _own(pairs: str, name: str) -> str:
    """Return the pairs of resources' own tags, without what says so."""
    own = f"list_filter({pairs}, lambda tag: starts_with(tag.key, 'resourceTags/'))" if name == "tags" else pairs
    one = "{'key': regexp_replace(tag.key, '^(?:resourceTags/)?(?:user[_:])?', ''), 'value': tag.value}"
    return f"list_transform({own}, lambda tag: {one})"


def _tag_columns(types: Mapping[str, str]) -> dict[str, str]:
    """Return the tags that have columns of their own, sorted, each with its column."""
    return dict(sorted((match["key"], header) for header in types if (match := _TAG.match(header))))
