"""
A day is the sum of its hours.

Rows with the same key are added: amounts and costs sum, the earliest start and the latest end stand, maxima stay
maxima, fractions are weighted, and what cannot be added (labels, services) is taken from the newest hour. Amounts are
exact decimals, so a day equals the sum of its hours to the last digit whatever the order.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc

from fleetcost.model.sets import SetKey, SetKind
from fleetcost.sets.cost_set import CostSet, Provenance, from_table
from fleetcost.sets.schema import ROW_KEYS, SCHEMAS

_SUMMED = (pa.types.is_decimal, pa.types.is_int64)
_SHARES = {"volumes": ("volume", "provider_id"), "load_balancers": ("service", "ip", "private")}
_WEIGHTS = {
    "preemptible": ("cost",),
    "discount": ("cpu_cost", "ram_cost"),
    **dict.fromkeys(
        ("cpu_system_fraction", "cpu_user_fraction", "cpu_other_fraction", "cpu_overhead_fraction"), ("cpu_cost",)
    ),
    **dict.fromkeys(("ram_system_fraction", "ram_user_fraction", "ram_overhead_fraction"), ("ram_cost",)),
}
"""What weights a fraction in a mean: the costs it is a fraction of."""

_MAXIMA = "_max"


def add_sets(key: SetKey, parts: Sequence[CostSet], provenance: Provenance) -> CostSet:
    """
    Add sets of one cluster and kind into the set of a longer window.

    Args:
        key: of the result; its window holds the parts' windows
        parts: the sets, in any order; at least one
        provenance: of the result

    Raises:
        ValueError: no parts, parts of another cluster, kind, currency or time, or parts that overlap.
    """
    _check(key, parts, provenance)
    ordered = sorted(parts, key=lambda part: part.header.key.window)
    table = pa.concat_tables([part.table for part in ordered])
    return from_table(key, _add_rows(key.kind, table), provenance)


def _check(key: SetKey, parts: Sequence[CostSet], provenance: Provenance) -> None:
    if not parts:
        raise ValueError(f"add up {key}: there are no parts")
    windows = sorted(part.header.key.window for part in parts)
    for earlier, later in pairwise(windows):
        if earlier.meets(later):
            raise ValueError(f"add up {key}: {earlier} and {later} overlap, so time would count twice")
    for part in parts:
        header = part.header
        if (header.key.cluster, header.key.kind) != (key.cluster, key.kind) or not key.window.holds(header.key.window):
            raise ValueError(f"add up {key}: {header.key} is not a part of it")
        if header.currency != provenance.currency:
            raise ValueError(f"add up {key}: {header.currency} and {provenance.currency} cannot be added")


def _add_rows(kind: SetKind, table: pa.Table) -> pa.Table:
    schema = SCHEMAS[kind]
    keys = list(ROW_KEYS[kind])
    numbered = table.append_column("row", pa.array(range(table.num_rows), pa.int64()))
    numbered = _with_weighted(numbered, schema)
    grouped = numbered.group_by(keys, use_threads=False).aggregate(_aggregates(schema, keys))
    newest = table.take(grouped["row_max"])
    shares = {name: _add_shares(table, keys, grouped, name) for name in _SHARES if name in schema.names}
    columns = [
        shares[field.name] if field.name in shares else _column(field, keys, grouped, newest) for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def _aggregates(schema: pa.Schema, keys: list[str]) -> list[tuple[str, str]]:
    chosen = [("row", "max"), ("start", "min"), ("end", "max")]
    for field in schema:
        if field.name in keys:
            continue
        if any(test(field.type) for test in _SUMMED):
            chosen.append((field.name, "sum"))
        elif field.name.endswith(_MAXIMA):
            chosen.append((field.name, "max"))
        elif pa.types.is_floating(field.type):
            chosen += [(f"{field.name}.product", "sum"), (f"{field.name}.weight", "sum"), (field.name, "mean")]
    return chosen


def _column(field: pa.Field, keys: list[str], grouped: pa.Table, newest: pa.Table) -> pa.ChunkedArray:
    name = field.name
    if name in keys:
        return grouped[name]
    if any(test(field.type) for test in _SUMMED):
        return grouped[f"{name}_sum"].cast(field.type)
    if name in {"start", "end"}:
        return grouped["start_min" if name == "start" else "end_max"]
    if name.endswith(_MAXIMA):
        return grouped[f"{name}_max"]
    if pa.types.is_floating(field.type):
        return _weighted_mean(name, grouped)
    return newest[name]


def _with_weighted(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Add, for each fraction, its product with its weight and the weight where the fraction is known."""
    for field in schema:
        if pa.types.is_floating(field.type) and not field.name.endswith(_MAXIMA):
            first, *others = (pc.cast(table[cost], pa.float64()) for cost in _WEIGHTS[field.name])
            weight = reduce(pc.add, others, first)
            known = pc.if_else(pc.is_valid(table[field.name]), weight, None)
            table = table.append_column(f"{field.name}.product", pc.multiply(table[field.name], known))
            table = table.append_column(f"{field.name}.weight", known)
    return table


def _weighted_mean(name: str, grouped: pa.Table) -> pa.ChunkedArray:
    """Return the weighted mean of a fraction; the plain mean where every weight is zero."""
    weight = grouped[f"{name}.weight_sum"]
    safe = pc.if_else(pc.equal(weight, 0.0), None, weight)
    return pc.coalesce(pc.divide(grouped[f"{name}.product_sum"], safe), grouped[f"{name}_mean"])


def _add_shares(table: pa.Table, keys: list[str], grouped: pa.Table, name: str) -> pa.Array:
    """Add the shares of one volume or load balancer within each result row."""
    value_type = table.schema.field(name).type
    column = table[name].combine_chunks()
    flat = pc.list_flatten(column)
    if len(flat) == 0:
        return pa.array([[]] * grouped.num_rows, type=value_type)
    group_of_row = _group_of_row(table, keys, grouped)
    identity = _SHARES[name]
    amounts = [f.name for f in value_type.value_type if f.name not in identity]
    exploded = pa.table(
        {"group": group_of_row.take(pc.list_parent_indices(column))}
        | {f.name: pc.struct_field(flat, f.name) for f in value_type.value_type}
    )
    added = (
        exploded.group_by(["group", *identity], use_threads=False)
        .aggregate([(amount, "sum") for amount in amounts])
        .sort_by([("group", "ascending"), *((part, "ascending") for part in identity)])
    )
    return _nest(added, amounts, value_type, grouped.num_rows)


def _group_of_row(table: pa.Table, keys: list[str], grouped: pa.Table) -> pa.Array:
    """Return, for each row of the table, the number of its group."""
    numbers = grouped.select(keys).append_column("group", pa.array(range(grouped.num_rows), pa.int64()))
    rows = table.select(keys).append_column("row", pa.array(range(table.num_rows), pa.int64()))
    joined = rows.join(numbers, keys=keys, join_type="inner", use_threads=False).sort_by("row")
    return joined["group"].combine_chunks()


def _nest(added: pa.Table, amounts: list[str], value_type: pa.ListType, groups: int) -> pa.Array:
    """Put sorted shares back into one list per group."""
    struct = pa.StructArray.from_arrays(
        [
            added[f"{f.name}_sum" if f.name in amounts else f.name].combine_chunks().cast(f.type)
            for f in value_type.value_type
        ],
        fields=list(value_type.value_type),
    )
    counts = pc.value_counts(added["group"].combine_chunks())
    lengths = dict(zip(counts.field("values").to_pylist(), counts.field("counts").to_pylist(), strict=True))
    offsets = [0]
    for group in range(groups):
        offsets.append(offsets[-1] + lengths.get(group, 0))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), struct, type=value_type)
