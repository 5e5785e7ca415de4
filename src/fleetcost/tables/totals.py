"""What a day adds up to at both price bases, straight from single rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from fleetcost.tables.ledger import naive
from fleetcost.tables.statements import statement
from fleetcost.tables.view import View


@dataclass(frozen=True, slots=True)
class Bases:
    """An amount at both price bases: at list prices, and with what bills or agents adjusted."""

    listed: Decimal
    billed: Decimal


@dataclass(frozen=True, slots=True)
class DayTotals:
    """
    A day's costs.

    Attributes:
        assets: by cluster
        namespaces: of workloads and of what nobody used, by `cluster/namespace`
    """

    assets: Mapping[str, Bases]
    namespaces: Mapping[str, Bases]


def day_totals(snapshot: View, start: datetime) -> DayTotals:
    """Add up the daily sets of the day that begins at a time."""
    assets, namespaces = (
        {name: Bases(Decimal(listed), Decimal(billed)) for name, listed, billed in snapshot.rows(statement(sql), day)}
        for sql, day in ((f"day_of_{each}", {"start": naive(start)}) for each in ("assets", "namespaces"))
    )
    return DayTotals(assets, namespaces)
