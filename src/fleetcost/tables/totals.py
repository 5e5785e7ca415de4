"""What a day adds up to at both price bases, straight from single rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from fleetcost.model.amount import ZERO
from fleetcost.tables.ledger import naive
from fleetcost.tables.statements import statement
from fleetcost.tables.view import View


@dataclass(frozen=True, slots=True)
class Bases:
    """An amount at both price bases: at list prices, and with what bills or agents adjusted."""

    listed: Decimal = ZERO
    billed: Decimal = ZERO

    def at(self, *, adjusted: bool) -> float:
        """Return it at one of the bases, as answers write it."""
        return float(self.billed if adjusted else self.listed)


@dataclass(frozen=True, slots=True)
class DayTotals:
    """
    A day's costs.

    Attributes:
        assets: by cluster
        namespaces: of workloads and of what nobody used, by cluster and namespace
    """

    assets: Mapping[str, Bases]
    namespaces: Mapping[str, Mapping[str, Bases]]


def day_totals(snapshot: View, start: datetime) -> DayTotals:
    """Add up the daily sets of the day that begins at a time."""
    day = {"start": naive(start)}
    assets = {row[0]: Bases(row[1], row[2]) for row in snapshot.rows(statement("day_of_assets"), day)}
    namespaces: dict[str, dict[str, Bases]] = defaultdict(dict)
    for cluster, namespace, listed, billed in snapshot.rows(statement("day_of_namespaces"), day):
        namespaces[cluster][namespace] = Bases(listed, billed)
    return DayTotals(assets, namespaces)
