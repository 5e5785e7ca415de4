"""A billed fleet in tables, the FOCUS files that are made of it, and what its bills say."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from builders import at
from fleetcost.focus.export import put_together, write_days
from fleetcost.focus.split import FocusAsked
from fleetcost.model.focus import FocusFormat
from fleetcost.model.window import Window
from fleetcost.tables.database import Database, EngineLimits
from unit.focus.ledger_fleet import rows_of
from unit.ingest.billed_fleet import BilledFleet

WHOLE = Window(at(), at(day=2))
DAY = "strftime(ChargePeriodStart AT TIME ZONE 'UTC', '%Y-%m-%d')"
COSTS = "sum(BilledCost), sum(EffectiveCost), sum(ListCost), sum(ContractedCost)"
LIMITS = EngineLimits(memory_bytes=1 << 28, threads=2)


@dataclass(frozen=True, slots=True)
class Exported:
    """A fleet, its tables, and files that were made of them."""

    fleet: BilledFleet
    database: Database
    folder: Path
    files: dict[tuple[Any, ...], Path] = field(default_factory=dict)

    def file(self, asked: FocusAsked | None = None, how: FocusFormat = FocusFormat.PARQUET) -> Path:
        """Return a file of all days, written once."""
        chosen = asked or FocusAsked()
        if (chosen, how) not in self.files:
            own = self.folder / str(len(self.files))
            own.mkdir()
            self.files[chosen, how] = written(self.database, own, chosen, how)
        return self.files[chosen, how]


def written(database: Database, folder: Path, asked: FocusAsked, how: FocusFormat, window: Window = WHOLE) -> Path:
    """Write a file of a window."""
    file = folder / f"{asked.version}-{asked.level}.{how}"
    with database.snapshot() as snapshot:
        put_together(snapshot, asked, list(write_days(snapshot, asked, window, folder)), how, file)
    return file


def ask(file: Path, what: str, rest: str = "") -> list[tuple[Any, ...]]:
    """Ask a file by another engine's connection."""
    return duckdb.sql(f"SELECT {what} FROM '{file}' {rest}").fetchall()


def ledger(fleet: BilledFleet) -> dict[str, tuple[Decimal, ...]]:
    """Return what each row of the bills costs, by its invoice: billed, effective, list, contracted."""
    return {
        one.invoice_id: (
            one.invoiced_cost, one.amortized_net_cost, one.list_cost,
            one.net_cost if one.contracted_cost is None else one.contracted_cost,
        )
        for one in rows_of(fleet)
    }  # fmt: skip
