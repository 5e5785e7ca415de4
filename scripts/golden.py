"""
Write the golden files of the newest format versions: sets with a value in every column, and what they hold as JSON.

Golden files of released versions are never written again; those of a version that is not released yet are, whenever it
gains a column: `python scripts/golden.py --again`.
"""

from __future__ import annotations

import argparse
import enum
import json
from collections.abc import Iterator, Sequence
from dataclasses import MISSING, asdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, get_type_hints

import msgspec

from fleetcost.model.allocation import Allocation, LoadBalancerShare, VolumeShare
from fleetcost.model.asset import Asset
from fleetcost.model.cloud_cost import CLOUD_COST, BillState, CloudCost
from fleetcost.model.cloud_sets import CLOUD_FORMAT_VERSION, CloudSetKey, integration_id
from fleetcost.model.columns import ColumnTable, SetColumn
from fleetcost.model.histogram import Histogram
from fleetcost.model.identity import cluster_id
from fleetcost.model.sets import FORMAT_VERSION, SetKey, SetKind
from fleetcost.model.statement import (
    STATEMENT_FORMAT_VERSION,
    STATEMENT_LINE,
    StatementLine,
    StatementLineKind,
    StatementRow,
)
from fleetcost.model.window import Resolution
from fleetcost.sets.cloud import files as cloud_files
from fleetcost.sets.cloud.cloud_set import BillProvenance, from_cloud_costs
from fleetcost.sets.cost_set import CostSet, Provenance, from_allocations, from_assets
from fleetcost.sets.files import to_bytes
from fleetcost.sets.schema import TABLES
from fleetcost.sets.statements import lines_to_bytes

GOLDEN = Path(__file__).parents[1] / "tests" / "golden"
DAY = Resolution.DAY.window_of(datetime(2026, 1, 10, tzinfo=UTC))
BUILT = DAY.end + timedelta(minutes=5)

SHARES = {
    "volumes": (VolumeShare("pv-1", "vol-1", 5, Decimal("2.000000001")),),
    "load_balancers": (LoadBalancerShare("shop/web", "203.0.113.7", True, Decimal(1), Decimal("0.25")),),  # noqa: FBT003
}


def facts(table: ColumnTable, row: type, *, whole: bool) -> dict[str, Any]:
    """Return a row with a value in every column, or in those alone that have no default."""
    hints = get_type_hints(row)
    return {
        column.name: _value(position, column, hints[column.name])
        for position, column in enumerate(table.columns, start=1)
        if whole or column.default is MISSING
    }


def _value(position: int, column: SetColumn, hint: Any) -> Any:  # noqa: ANN401 - of any column
    if column.members:
        return SHARES[column.name]
    if column.type is str:
        return next(iter(hint)) if issubclass(hint, enum.Enum) else f"{column.name} 1"
    values: dict[type, Any] = {
        int: position, float: position / 64, bool: True, Decimal: position + Decimal("0.000000001"),
        dict: {"b": column.name, "a": "ä"}, list: ("api", "web"),
        bytes: Histogram(2, ((-position, 7), (position, 300))),
        datetime: DAY.start if column.name == "start" else DAY.end,
    }  # fmt: skip
    return values[column.type]


def cost_sets() -> Iterator[tuple[Path, bytes, Any]]:
    """Yield the allocation and the asset set: path, content, set."""
    provenance = Provenance("uid-1", "EUR", coverage_minutes=1430.5, final=True, source="golden", built_at=BUILT)
    for kind, row, build in (
        (SetKind.ALLOCATIONS, Allocation, from_allocations),
        (SetKind.ASSETS, Asset, from_assets),
    ):
        rows: Sequence[Any] = [row(**facts(TABLES[kind], row, whole=whole)) for whole in (True, False)]
        made = build(SetKey(cluster_id("prod-eu-1"), kind, Resolution.DAY, DAY), rows, provenance)  # type: ignore[operator]
        yield GOLDEN / f"v{FORMAT_VERSION}" / f"{kind}.parquet", to_bytes(made), made


def cloud_sets() -> Iterator[tuple[Path, bytes, Any]]:
    """Yield the cloud cost set: path, content, set."""
    rows = [CloudCost(**facts(CLOUD_COST, CloudCost, whole=whole)) for whole in (True, False)]
    provenance = BillProvenance(BillState.FINAL, bill_rows=3, source="golden", source_digest="abc", built_at=BUILT)
    made = from_cloud_costs(CloudSetKey(integration_id("aws-1"), DAY), rows, provenance)
    yield GOLDEN / f"cloudcosts-v{CLOUD_FORMAT_VERSION}" / "cloudcosts.parquet", cloud_files.to_bytes(made), made


def statement_lines() -> None:
    """Write lines of every kind with a value in each column, where there are none of this version."""
    path = GOLDEN / f"statements-v{STATEMENT_FORMAT_VERSION}" / "statement.parquet"
    if path.exists():
        return
    hints = get_type_hints(StatementLine)
    values = {
        one.name: _value(place, one, hints[one.name]) for place, one in enumerate(STATEMENT_LINE.columns, start=1)
    }
    lines = [
        StatementLine(**values | {"kind": kind, "row": row})
        for kind, row in zip(StatementLineKind, StatementRow, strict=False)
    ]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(lines_to_bytes("team", "2026-10", 0, lines))
    rows = [asdict(one) for one in lines]
    path.with_suffix(".json").write_text(json.dumps(rows, default=str, ensure_ascii=False, indent=1) + "\n")


def main() -> None:
    """Write what is missing, or all of the newest versions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--again", action="store_true", help="write versions above 1 again: they are not released yet")
    again = parser.parse_args().again
    statement_lines()
    for path, content, made in (*cost_sets(), *cloud_sets()):
        if path.exists() and (path.parent.name.endswith("v1") or not again):
            continue
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        header = msgspec.to_builtins(made.header, builtin_types=(Decimal,))
        if isinstance(made, CostSet):
            header |= {"key": str(made.header.key), "built_at": made.header.built_at.isoformat()}
        document = {"header": header, "rows": made.table.to_pylist()}
        path.with_suffix(".json").write_text(json.dumps(document, default=str, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
