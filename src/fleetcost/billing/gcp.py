"""GCP detailed usage exports: rows as BigQuery has them (structs and lists), or flat as our query and dumps have."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from fleetcost.billing.columns import BillColumnKind, columns, entries, found, quoted, sorted_map
from fleetcost.errors import BillDamagedError

_NESTED = ("service", "sku", "cost", "usage_start_time")
_FLAT = ("service_description", "sku_description", "cost", "usage_start_time")
STANDARD = (_NESTED, _FLAT)
"""What the standard and the detailed export have; the standard one names no resources."""

MARKS = ((*_NESTED, "resource"), (*STANDARD[1], "resource_name"), (*STANDARD[1], "resource_global_name"))
REQUIRED = (("cost",), ("usage_start",))

_FIELDS = {
    "service_description": ("service", "description"),
    "sku_description": ("sku", "description"),
    "project_id": ("project", "id"),
    "project_name": ("project", "name"),
    "region": ("location", "region"),
    "zone": ("location", "zone"),
    "resource_name": ("resource", "name"),
    "resource_global_name": ("resource", "global_name"),
    "sku_id": ("sku", "id"),
    "consumed_unit": ("usage", "unit"),
    "usage_amount": ("usage", "amount"),
    "pricing_unit": ("usage", "pricing_unit"),
    "pricing_amount": ("usage", "amount_in_pricing_units"),
    "list_unit_price": ("price", "list_price"),
    "contracted_unit_price": ("price", "effective_price"),
    "commitment_id": ("subscription", "instance_id"),
}
"""Our column, and where a nested row has it."""

COLUMNS = (
    *columns(BillColumnKind.TEXT, "billing_account_id", "currency", "cost_type", "seller_name", "transaction_type"),
    *columns(BillColumnKind.TIME, "usage_start: usage_start_time", "usage_end: usage_end_time"),
    *columns(BillColumnKind.AMOUNT, "cost", "cost_at_list"),
    *columns(BillColumnKind.COUNT, "bill_rows"),
)

JSON = ("labels", "systemlabels", "credits", *dict.fromkeys(outer for outer, _ in _FIELDS.values()))
"""Columns that are texts of JSON in a CSV."""

_CREDITS = 'STRUCT("type" VARCHAR, amount DECIMAL(38, 12))[]'
_NO_CREDITS = f"CAST([] AS {_CREDITS})"
_LABELS = ("labels", "systemlabels")
_NO_PAIRS = """CAST([] AS STRUCT("key" VARCHAR, "value" VARCHAR)[])"""


def computed(types: Mapping[str, str]) -> str:
    """
    Return the nested columns flat, the labels as they are and the credits as a list.

    Raises:
        BillDamagedError: nothing says what was credited.
    """
    known = found(list(types))
    flat = [f"{_field(name, types, known)} AS {name}" for name in _FIELDS]
    return ",\n    ".join([*flat, f"{_credits(types, known)} AS credits", f"{_tags(known)} AS tags"])


def _field(name: str, types: Mapping[str, str], known: Mapping[str, str]) -> str:
    outer, inner = _FIELDS[name]
    header = known.get(outer)
    if flat := known.get(name.replace("_", "")):
        return f"CAST({quoted(flat)} AS VARCHAR)"
    if header and (dotted := known.get(outer + inner.replace("_", ""))):
        return f"CAST({quoted(dotted)} AS VARCHAR)"
    if header and types[header].startswith("STRUCT"):
        return (
            f"CAST({quoted(header)}.{inner} AS VARCHAR)" if _inside(inner, types[header]) else "CAST(NULL AS VARCHAR)"
        )
    return f"json_extract_string(NULLIF({quoted(header)}, ''), '$.{inner}')" if header else "CAST(NULL AS VARCHAR)"


def _inside(inner: str, kind: str) -> bool:
    return re.search(rf"[(,] ?\"?{inner}\"? ", kind) is not None


def _credits(types: Mapping[str, str], known: Mapping[str, str]) -> str:
    header = known.get("credits")
    if header is None and {"creditstype", "creditsamount"} <= known.keys():
        kind, amount = quoted(known["creditstype"]), quoted(known["creditsamount"])
        one = f"[{{'type': CAST({kind} AS VARCHAR), 'amount': CAST({amount} AS DECIMAL(38, 12))}}]"
        return f"CASE WHEN {amount} IS NULL THEN {_NO_CREDITS} ELSE {one} END"
    if header is None:
        raise BillDamagedError(
            "it has no column credits (or credits.type beside credits.amount), so that what was credited is not known; "
            "export it again with it"
        )
    name, kind = quoted(header), types[header]
    if kind in {"VARCHAR", "JSON"}:
        shape = json.dumps([{"type": "VARCHAR", "amount": "DECIMAL(38,12)"}])
        return f"coalesce(from_json(NULLIF(CAST({name} AS VARCHAR), ''), '{shape}'), {_NO_CREDITS})"
    if not kind.startswith("STRUCT"):
        # A writer that saw no credit at all does not know their shape; anything else there is unknown, not nothing.
        none = f"{name} IS NULL" + (f" OR len({name}) = 0" if kind.endswith("[]") else "")
        return f"CASE WHEN {none} THEN {_NO_CREDITS} ELSE error('credits are no list of types and amounts') END"
    one = "{'type': one.type, 'amount': CAST(one.amount AS DECIMAL(38, 12))}"
    return f"coalesce(list_transform({name}, lambda one: {one}), {_NO_CREDITS})"


def _tags(known: Mapping[str, str]) -> str:
    held = [f"'{name}': {quoted(known[name])}" for name in _LABELS if name in known]
    return "{" + ", ".join([*held, "'none': 0"]) + "}"


def labels(types: Mapping[str, str]) -> str:
    """Return the labels of a row as a map; of a key that is the system's and the user's the user's counts."""
    known = found(list(types))
    lists = [entries(f"tags.{name}", types[known[name]]) for name in _LABELS if name in known]
    both = ", ".join(f"coalesce({one}, {_NO_PAIRS})" for one in (*lists, "NULL"))
    return sorted_map(f"list_concat({both})")
