"""A cloud cost set in memory: its header and its rows, made of values or of a file the engine wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fleetcost import __version__
from fleetcost.errors import SetDamagedError
from fleetcost.model.amount import ZERO
from fleetcost.model.cloud_cost import CLOUD_COST, CLOUD_COSTS, BillState, ChargeRule, CloudCost, CloudCostTotal
from fleetcost.model.cloud_sets import CloudSetHeader, CloudSetKey
from fleetcost.sets.digest import digest
from fleetcost.sets.schema import schema_of

CLOUD_COST_SCHEMA = schema_of(CLOUD_COST, CLOUD_COST.newest)
"""The columns that this build writes."""


@dataclass(frozen=True, slots=True)
class CloudSet:
    """
    One day of one integration: what it says about itself, and its rows as an Arrow table.

    Attributes:
        header: key, version, state, totals
        table: rows in the schema's columns, in the order of the row key
    """

    header: CloudSetHeader
    table: pa.Table


@dataclass(frozen=True, slots=True)
class BillProvenance:
    """
    What the builder knows about a set beside its rows.

    Attributes:
        state: how far the day's bill had come
        bill_rows: number of rows of the bill
        source: what the bill was read from, in words
        source_digest: hash of what was read
        built_at: now
    """

    state: BillState
    bill_rows: int
    source: str
    source_digest: str
    built_at: datetime


def from_cloud_costs(key: CloudSetKey, rows: Sequence[CloudCost], provenance: BillProvenance) -> CloudSet:
    """Build a set of rows."""
    ordered = sorted(rows, key=_row_key)
    columns = [pa.array(_values(ordered, field), type=field.type) for field in CLOUD_COST_SCHEMA]
    return _of_table(key, pa.Table.from_arrays(columns, schema=CLOUD_COST_SCHEMA), provenance)


def from_rows_file(key: CloudSetKey, file: Path, provenance: BillProvenance) -> CloudSet:
    """
    Build a set of the rows of a Parquet file that the engine wrote, in the order of the row key.

    Raises:
        SetDamagedError: a column is missing, or is of another type than the schema's.
    """
    try:
        found = pq.ParquetFile(file).read(columns=CLOUD_COST_SCHEMA.names, use_threads=False)
        table = found.select(CLOUD_COST_SCHEMA.names).cast(CLOUD_COST_SCHEMA).replace_schema_metadata(None)
    except (pa.ArrowException, KeyError) as error:
        raise SetDamagedError(f"read the rows of {key} from {file}: {error}") from error
    return _of_table(key, table.combine_chunks(), provenance)


def totals(table: pa.Table) -> tuple[CloudCostTotal, ...]:
    """Add up the five costs of a table, exactly, currency by currency."""
    return tuple(_total(table, currency) for currency in sorted(pc.unique(table["currency"]).to_pylist()))


def _of_table(key: CloudSetKey, table: pa.Table, provenance: BillProvenance) -> CloudSet:
    unmapped = table.filter(pc.equal(table["rule"], ChargeRule.UNMAPPED.value))
    header = CloudSetHeader(
        key=key,
        version=1,
        replaces=None,
        state=provenance.state,
        rows=table.num_rows,
        bill_rows=provenance.bill_rows,
        totals=totals(table),
        unmapped_rows=unmapped.num_rows,
        unmapped=totals(unmapped),
        source=provenance.source,
        source_digest=provenance.source_digest,
        built_at=provenance.built_at,
        writer_version=__version__,
        digest=digest(table, CLOUD_COST),
    )
    return CloudSet(header, table)


def _total(table: pa.Table, currency: str) -> CloudCostTotal:
    chosen = table.filter(pc.equal(table["currency"], currency))
    sums: dict[str, Decimal] = {name: pc.sum(chosen[name]).as_py() or ZERO for name in CLOUD_COSTS}
    return CloudCostTotal(currency=currency, **sums)


def _values(rows: Sequence[CloudCost], field: pa.Field) -> list[Any]:
    values = list(map(attrgetter(field.name), rows))
    return [sorted(value.items()) for value in values] if pa.types.is_map(field.type) else values


def _row_key(row: CloudCost) -> tuple[object, ...]:
    return tuple(
        sorted(row.labels.items()) if name == "labels" else getattr(row, name) for name in (*CLOUD_COST.keys, "start")
    )
