"""Reading bill files as a refresh does, and sets as plain rows that can be held against a ledger."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from builders import at
from fleetcost.billing.bill_files import BillFile
from fleetcost.billing.read import collect, day_set, days, prepare
from fleetcost.model.cloud_cost import BillState
from fleetcost.model.cloud_sets import IntegrationId
from fleetcost.sets.cloud.cloud_set import BillProvenance, CloudSet
from fleetcost.tables.database import EngineLimits
from fleetcost.tables.scratch import scratch
from making.bills.ledger import COSTS

LATER = datetime(2100, 1, 1, tzinfo=UTC)
"""A day after every bill's."""

ENGINE = EngineLimits(memory_bytes=1 << 28, threads=2)
Rows = dict[datetime, dict[tuple[object, ...], tuple[Decimal, ...]]]


def read_sets(folder: Path, *bills: tuple[str, bytes]) -> dict[datetime, CloudSet]:
    """Return the sets that bills make, by day."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in bills:
        (folder / name).write_bytes(content)
    with scratch(folder / "scratch", ENGINE) as engine:
        prepare(engine)
        collect(engine, [BillFile(folder / name, name) for name, _ in bills], LATER)
        return {
            day: day_set(engine, IntegrationId("x"), day, BillProvenance(BillState.FINAL, n, "s", "d", at()))
            for day, n in days(engine).items()
        }


def plain_rows(made: CloudSet) -> dict[tuple[object, ...], tuple[Decimal, ...]]:
    """Return a set's rows by what tells them apart, in the ledger's words; a key that is there twice is an error."""
    rows: dict[tuple[object, ...], tuple[Decimal, ...]] = {}
    for row in made.table.to_pylist():
        key = _key(row)
        assert key not in rows, key
        rows[key] = tuple(row[cost] for cost in COSTS)
    return rows


def _key(row: dict[str, Any]) -> tuple[object, ...]:
    return (
        row["currency"], row["account_id"], row["service"], row["category"], row["provider_id"], row["usage_type"],
        row["rule"], row["line_type"], row["kubernetes"], tuple(sorted(row["labels"])),
    )  # fmt: skip


def all_rows(sets: dict[datetime, CloudSet]) -> Rows:
    """Return every day's rows."""
    return {day: plain_rows(made) for day, made in sets.items()}
