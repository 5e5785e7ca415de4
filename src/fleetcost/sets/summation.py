"""
A day is the sum of its hours.

Rows with the same key are added: amounts and costs sum, the earliest start and the latest end stand, maxima stay
maxima, fractions are weighted, distributions are merged, and what cannot be added (labels, services) is taken from the
newest hour. Amounts are exact decimals, so a day equals the sum of its hours to the last digit whatever the order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, reduce
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fleetcost.model.columns import DISTRIBUTION, FRACTION, PEAK, SHARES, SUMMED, TIME, ColumnTable, SetColumn
from fleetcost.model.histogram import encode
from fleetcost.model.histogram_rows import merge_rows
from fleetcost.model.sets import SetKey, SetKind
from fleetcost.sets.cost_set import CostSet, Provenance, from_table
from fleetcost.sets.schema import SCHEMAS, TABLES

_GROUPS_AT_ONCE = 1024
"""So many rows of the result have their distributions merged at once; their buckets take most of the memory."""


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


def _add_rows(kind: SetKind, rows: pa.Table) -> pa.Table:
    table, schema = TABLES[kind], SCHEMAS[kind]
    keys = list(table.keys)
    numbered = rows.append_column("row", pa.array(range(rows.num_rows), pa.int64()))
    numbered = _with_weighted(numbered, table)
    grouped = numbered.group_by(keys, use_threads=False).aggregate(_aggregates(table))
    newest = rows.take(grouped["row_max"])
    group_of_row = cache(lambda: _group_of_row(rows, keys, grouped))
    columns = [
        _BY_ROW[column.holds.kind](rows[column.name].combine_chunks(), column, group_of_row, grouped.num_rows)
        if column.holds.kind in _BY_ROW
        else _column(column, field, grouped, newest)
        for column, field in zip(table.columns, schema, strict=True)
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def _aggregates(table: ColumnTable) -> list[tuple[str, str]]:
    chosen = [("row", "max"), ("start", "min"), ("end", "max")]
    chosen += [(name, "sum") for name in table.sums] + [(name, "max") for name in table.of(PEAK)]
    for name in table.of(FRACTION):
        chosen += [(f"{name}.product", "sum"), (f"{name}.weight", "sum"), (name, "mean")]
    return chosen


def _column(column: SetColumn, field: pa.Field, grouped: pa.Table, newest: pa.Table) -> pa.ChunkedArray:
    name, kind = column.name, column.holds.kind
    if name in grouped.column_names:
        return grouped[name]
    if kind in SUMMED:
        return grouped[f"{name}_sum"].cast(field.type)
    if kind is TIME:
        return grouped["start_min" if name == "start" else "end_max"]
    if kind is PEAK:
        return grouped[f"{name}_max"]
    return _weighted_mean(name, grouped) if kind is FRACTION else newest[name]


def _with_weighted(rows: pa.Table, table: ColumnTable) -> pa.Table:
    """Add, for each fraction, its product with its weight and the weight where the fraction is known."""
    for name in table.of(FRACTION):
        first, *others = (pc.cast(rows[cost], pa.float64()) for cost in table.by_name[name].holds.weight)
        weight = reduce(pc.add, others, first)
        known = pc.if_else(pc.is_valid(rows[name]), weight, None)
        rows = rows.append_column(f"{name}.product", pc.multiply(rows[name], known))
        rows = rows.append_column(f"{name}.weight", known)
    return rows


def _weighted_mean(name: str, grouped: pa.Table) -> pa.ChunkedArray:
    """Return the weighted mean of a fraction; the plain mean where every weight is zero."""
    weight = grouped[f"{name}.weight_sum"]
    safe = pc.if_else(pc.equal(weight, 0.0), None, weight)
    return pc.coalesce(pc.divide(grouped[f"{name}.product_sum"], safe), grouped[f"{name}_mean"])


def _add_shares(column: pa.Array, shares: SetColumn, group_of_row: Callable[[], pa.Array], groups: int) -> pa.Array:
    """Add the shares of one volume or load balancer within each result row."""
    value_type, flat = column.type, pc.list_flatten(column)
    if len(flat) == 0:
        return pa.array([[]] * groups, type=value_type)
    amounts = [member.name for member in shares.members if member.holds.kind in SUMMED]
    identity = [member.name for member in shares.members if member.name not in amounts]
    exploded = pa.table(
        {"group": group_of_row().take(pc.list_parent_indices(column))}
        | {f.name: pc.struct_field(flat, f.name) for f in value_type.value_type}
    )
    added = (
        exploded.group_by(["group", *identity], use_threads=False)
        .aggregate([(amount, "sum") for amount in amounts])
        .sort_by([("group", "ascending"), *((part, "ascending") for part in identity)])
    )
    return _nest(added, amounts, value_type, groups)


def _merge(column: pa.Array, _: SetColumn, group_of_row: Callable[[], pa.Array], groups: int) -> pa.Array:
    """Merge the distributions of each result row; without any it was not measured."""
    merged: list[bytes | None] = [None] * groups
    if column.null_count == len(column):
        return pa.array(merged, column.type)
    of_row = group_of_row().to_numpy(zero_copy_only=False)
    order = np.argsort(of_row, kind="stable")
    for first in range(0, groups, _GROUPS_AT_ONCE):
        low, high = np.searchsorted(of_row, [first, first + _GROUPS_AT_ONCE], sorter=order)
        rows = order[low:high]
        for group, histogram in merge_rows(column.take(pa.array(rows)).to_pylist(), of_row[rows]).histograms():
            merged[group] = encode(histogram)
    return pa.array(merged, column.type)


_BY_ROW = {SHARES: _add_shares, DISTRIBUTION: _merge}


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
