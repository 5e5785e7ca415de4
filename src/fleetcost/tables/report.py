"""What reconciliation found, read from the tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from fleetcost.model.allocation import ALLOCATION_COSTS
from fleetcost.model.cloud_cost import BillState
from fleetcost.model.reconciliation import AssetOutcome, RowOutcome
from fleetcost.model.window import Window
from fleetcost.tables.ledger import aware, naive
from fleetcost.tables.statements import statement
from fleetcost.tables.view import View


@dataclass(frozen=True, slots=True)
class DayReport:
    """
    What one cluster has in one currency on one day; rows in another than its assets' have a report of their own.

    Attributes:
        day: its start
        state: how far the bills of this cluster had come
        list_cost: of all its assets
        adjustment: what the bills changed
        matched_cost: of the rows that its assets carry
        waiting_cost: of rows that belong to its assets, which do not carry them
        unbilled_cost: list cost of assets that no row names
        unmatched_cost: of rows that are its own by their tags, and on none of its assets
        allocated_cost, idle_cost: after reconciliation
    """

    cluster: str
    day: datetime
    state: BillState
    currency: str
    list_cost: Decimal
    adjustment: Decimal
    matched_cost: Decimal
    waiting_cost: Decimal
    unbilled_cost: Decimal
    unmatched_cost: Decimal
    allocated_cost: Decimal
    idle_cost: Decimal
    matched_assets: int
    waiting_assets: int
    unbilled_assets: int
    matched_rows: int
    unmatched_rows: int


@dataclass(frozen=True, slots=True)
class OutcomeSum:
    """What the rows with one outcome cost in one currency."""

    outcome: RowOutcome
    currency: str
    rows: int
    cost: Decimal


@dataclass(frozen=True, slots=True)
class LooseRow:
    """Rows of bills that are on no asset; `days`: on how many days."""

    integration: str
    provider: str
    provider_id: str
    service: str
    category: str
    usage_type: str
    rule: str
    cluster: str
    cluster_name: str
    outcome: RowOutcome
    currency: str
    cost: Decimal
    rows: int
    days: int


@dataclass(frozen=True, slots=True)
class LooseAsset:
    """An asset at list price on some days that have a bill; `days`: on how many."""

    cluster: str
    type: str
    name: str
    provider_id: str
    currency: str
    outcome: AssetOutcome
    list_cost: Decimal
    days: int


@dataclass(frozen=True, slots=True)
class Unmonitored:
    """A cluster that only bills know, by the name its tags give it; `cost` is None where currencies differ."""

    name: str
    provider: str
    account: str
    region: str
    first: datetime
    last: datetime
    currency: str
    cost: Decimal | None
    nodes: int


@dataclass(frozen=True, slots=True)
class ReportSources:
    """
    What stands behind `FROM` to read rows of bills and reconciled assets, such as rows in another currency.

    Attributes:
        bills, assets: either
        bound: the values of its parameters
    """

    bills: str = "cloud_cost_1d"
    assets: str = "reconciled_asset"
    bound: Mapping[str, object] = field(default_factory=dict)


AS_KEPT = ReportSources()


def report_days(snapshot: View, window: Window) -> tuple[DayReport, ...]:
    """Return the report of every cluster, day and currency of a window of whole days."""
    rows = snapshot.rows(statement("report_days", None, **_COSTS), _days(window))
    return tuple(DayReport(*_read(row, {1: aware, 2: BillState})) for row in rows)


def report_outcomes(snapshot: View, window: Window, sources: ReportSources = AS_KEPT) -> tuple[OutcomeSum, ...]:
    """Return what became of all rows of bills; every row has exactly one outcome, so the sums are the bill."""
    rows = snapshot.rows(statement("report_outcomes", None, bills=sources.bills), {**_days(window), **sources.bound})
    return tuple(OutcomeSum(*_read(row, {0: RowOutcome})) for row in rows)


def carried(snapshot: View, window: Window, sources: ReportSources = AS_KEPT) -> dict[str, Decimal]:
    """Return what the assets that carry rows of bills cost after reconciliation, by currency."""
    carrying = statement("report_carried", None, assets=sources.assets)
    return {str(row[0]): row[1] for row in snapshot.rows(carrying, {**_days(window), **sources.bound})}


def loose_rows(snapshot: View, window: Window, limit: int, sources: ReportSources = AS_KEPT) -> tuple[LooseRow, ...]:
    """Return rows that are on no asset, added up by resource, the dearest first."""
    chosen = {**_days(window), "limit": limit, **sources.bound}
    rows = snapshot.rows(statement("report_rows", None, bills=sources.bills), chosen)
    return tuple(LooseRow(*_read(row, {9: RowOutcome})) for row in rows)


def loose_assets(
    snapshot: View, window: Window, limit: int, sources: ReportSources = AS_KEPT
) -> tuple[LooseAsset, ...]:
    """Return assets at list price, the dearest first."""
    chosen = {**_days(window), "limit": limit, **sources.bound}
    rows = snapshot.rows(statement("report_assets", None, assets=sources.assets), chosen)
    return tuple(LooseAsset(*_read(row, {5: AssetOutcome})) for row in rows)


def unmonitored(snapshot: View, since: datetime) -> tuple[Unmonitored, ...]:
    """Return the clusters that only bills of days since a time know."""
    rows = snapshot.rows(statement("report_unmonitored"), {"start": naive(since)})
    return tuple(Unmonitored(*_read(row, {4: aware, 5: aware})) for row in rows)


_COSTS: Mapping[str, str] = MappingProxyType({"costs": " + ".join(ALLOCATION_COSTS)})


def _read(row: tuple[Any, ...], makers: Mapping[int, Callable[[Any], Any]]) -> list[Any]:
    return [makers[place](value) if place in makers else value for place, value in enumerate(row)]


def _days(window: Window) -> dict[str, object]:
    return {"start": naive(window.start), "end": naive(window.end)}
