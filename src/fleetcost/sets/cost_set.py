"""A set in memory: its header and its rows, built from the values of the costing room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from fleetcost import __version__
from fleetcost.model.allocation import Allocation
from fleetcost.model.amount import ZERO
from fleetcost.model.asset import Asset, AssetType, PriceSource
from fleetcost.model.histogram import encode
from fleetcost.model.sets import SetHeader, SetKey, SetKind
from fleetcost.sets.digest import digest
from fleetcost.sets.schema import SCHEMAS, TABLES


@dataclass(frozen=True, slots=True)
class CostSet:
    """
    One set: what it says about itself, and its rows as an Arrow table.

    Attributes:
        header: kind, cluster, window, totals, coverage
        table: rows in the schema of the kind, sorted by the row key
    """

    header: SetHeader
    table: pa.Table


@dataclass(frozen=True, slots=True)
class Provenance:
    """
    What the builder knows about a set beside its rows.

    Attributes:
        cluster_uid: the identity behind the cluster id
        currency: ISO 4217 code
        coverage_minutes: minutes of the window in which the source was observed
        final: False while the window may still grow
        source: what the samples were read from
        built_at: now
        estimated_minutes: minutes of the window that were not observed and are estimated
    """

    cluster_uid: str
    currency: str
    coverage_minutes: float
    final: bool
    source: str
    built_at: datetime
    estimated_minutes: float = 0.0


def from_allocations(key: SetKey, rows: Sequence[Allocation], provenance: Provenance) -> CostSet:
    """Build an allocation set."""
    return from_table(key, _table(SetKind.ALLOCATIONS, rows), provenance)


def from_assets(key: SetKey, rows: Sequence[Asset], provenance: Provenance) -> CostSet:
    """Build an asset set."""
    return from_table(key, _table(SetKind.ASSETS, rows), provenance)


def assets_of(cost_set: CostSet) -> tuple[Asset, ...]:
    """Return the assets of a set, whose columns are their fields."""
    names = [field.name for field in fields(Asset)]
    rows = cost_set.table.select([name for name in names if name in cost_set.table.column_names]).to_pylist()
    return tuple(
        Asset(
            **row
            | {
                "type": AssetType(row["type"]),
                "price_source": PriceSource(row["price_source"]),
                "labels": dict(row["labels"] or ()),
            }
        )
        for row in rows
    )


def from_table(key: SetKey, table: pa.Table, provenance: Provenance) -> CostSet:
    """Sort the rows, add up the totals and write the header."""
    ordered = table.sort_by([(column, "ascending") for column in TABLES[key.kind].keys]).combine_chunks()
    header = SetHeader(
        key=key,
        rows=ordered.num_rows,
        total_cost=total_cost(key.kind, ordered),
        digest=digest(ordered, TABLES[key.kind]),
        agent_version=__version__,
        **_fields(provenance),
    )
    return CostSet(header, ordered)


def total_cost(kind: SetKind, table: pa.Table) -> Decimal:
    """Add up every cost column of a table, exactly."""
    return sum((pc.sum(table[column]).as_py() or ZERO for column in TABLES[kind].costs), ZERO)


def _table(kind: SetKind, rows: Sequence[Allocation] | Sequence[Asset]) -> pa.Table:
    schema = SCHEMAS[kind]
    return pa.Table.from_arrays([pa.array(_values(rows, field), type=field.type) for field in schema], schema=schema)


def _values(rows: Sequence[Allocation] | Sequence[Asset], field: pa.Field) -> list[Any]:
    """Return a field of every row as Arrow takes it: maps as sorted pairs, shares as dicts, distributions as bytes."""
    values = list(map(attrgetter(field.name), rows))
    if pa.types.is_map(field.type):
        return [sorted(value.items()) for value in values]
    if pa.types.is_list(field.type):
        return [[item if isinstance(item, str) else asdict(item) for item in value] for value in values]
    if pa.types.is_binary(field.type):
        return [None if value is None or not value.points else encode(value) for value in values]
    return values


def _fields(provenance: Provenance) -> dict[str, Any]:
    return {field.name: getattr(provenance, field.name) for field in fields(provenance)}
