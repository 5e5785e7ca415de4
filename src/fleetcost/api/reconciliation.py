"""The report of how bills and assets were brought together."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from fleetcost.api.compared import WindowJson
from fleetcost.api.currency import ConversionJson
from fleetcost.api.native import BillCompletenessJson
from fleetcost.model.amount import EXACT, NANO, ZERO, exact_sum
from fleetcost.model.cloud_cost import BillState
from fleetcost.model.reconciliation import AssetOutcome, RowOutcome
from fleetcost.model.window import rfc3339
from fleetcost.tables.report import DayReport, LooseAsset, LooseRow, OutcomeSum


class ReconciledDayJson(msgspec.Struct, frozen=True, kw_only=True):
    """
    One cluster on one day in one currency.

    Attributes:
        state: how far the bills of this cluster had come
        list_cost: of all its assets at list price
        adjustment: what the bills changed; list_cost + adjustment = reconciled_cost
        matched_cost: of the rows that its assets carry
        waiting_cost: of rows that belong to its assets, which stay at list price
        unbilled_cost: list cost of assets that no row names
        unmatched_cost: of rows that are its own by their tags, and on none of its assets
        billed_cost: matched, waiting and unmatched together
        allocated_cost, idle_cost: after reconciliation
    """

    cluster: str
    day: str
    state: BillState
    currency: str
    list_cost: float
    adjustment: float
    reconciled_cost: float
    billed_cost: float
    matched_cost: float
    waiting_cost: float
    unmatched_cost: float
    unbilled_cost: float
    allocated_cost: float
    idle_cost: float
    matched_assets: int
    waiting_assets: int
    unbilled_assets: int
    matched_rows: int
    unmatched_rows: int


class OutcomeJson(msgspec.Struct, frozen=True):
    """What the rows with one outcome cost in one currency."""

    outcome: RowOutcome
    meaning: str
    currency: str
    rows: int
    cost: float


class BilledJson(msgspec.Struct, frozen=True):
    """The whole bill in one currency: on assets, and not; the two are the bill to the last digit."""

    currency: str
    billed_cost: str
    matched_cost: str
    unmatched_cost: str
    reconciled_cost: str
    closes: bool


class LooseRowJson(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of bills that are on no asset, added up by resource."""

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
    meaning: str
    currency: str
    cost: float
    rows: int
    days: int


class LooseAssetJson(msgspec.Struct, frozen=True, kw_only=True):
    """An asset at list price on days that have a bill."""

    cluster: str
    type: str
    name: str
    provider_id: str
    currency: str
    outcome: AssetOutcome
    meaning: str
    list_cost: float
    days: int


class ReconciliationJson(msgspec.Struct, frozen=True, kw_only=True):
    """
    How bills and assets were brought together.

    Attributes:
        days: a line per cluster, day that has a bill, or should have one, and currency
        bills: the whole bill per currency; empty for who may see a part of the fleet only
        outcomes, unmatched_rows: of all bills; empty for who may see a part of the fleet only
        unmatched_assets: at list price on days that have a bill, the dearest first
        completeness: how far each integration's bills have come
        conversion: the exchange rates behind every figure, where one currency was asked for and rows are in others
    """

    window: WindowJson
    days: list[ReconciledDayJson]
    bills: list[BilledJson]
    outcomes: list[OutcomeJson]
    unmatched_rows: list[LooseRowJson]
    unmatched_assets: list[LooseAssetJson]
    completeness: list[BillCompletenessJson]
    as_of: str
    conversion: ConversionJson | None = None


def day_document(day: DayReport) -> ReconciledDayJson:
    """Write one cluster's day."""
    return ReconciledDayJson(
        cluster=day.cluster,
        day=rfc3339(day.day),
        state=day.state,
        currency=day.currency,
        list_cost=_rounded(day.list_cost),
        adjustment=_rounded(day.adjustment),
        reconciled_cost=_rounded(exact_sum((day.list_cost, day.adjustment))),
        billed_cost=_rounded(exact_sum((day.matched_cost, day.waiting_cost, day.unmatched_cost))),
        matched_cost=_rounded(day.matched_cost),
        waiting_cost=_rounded(day.waiting_cost),
        unmatched_cost=_rounded(day.unmatched_cost),
        unbilled_cost=_rounded(day.unbilled_cost),
        allocated_cost=_rounded(day.allocated_cost),
        idle_cost=_rounded(day.idle_cost),
        matched_assets=day.matched_assets,
        waiting_assets=day.waiting_assets,
        unbilled_assets=day.unbilled_assets,
        matched_rows=day.matched_rows,
        unmatched_rows=day.unmatched_rows,
    )


def outcome_document(one: OutcomeSum) -> OutcomeJson:
    """Write what the rows with one outcome cost."""
    return OutcomeJson(one.outcome, one.outcome.meaning, one.currency, one.rows, _rounded(one.cost))


def row_document(row: LooseRow) -> LooseRowJson:
    """Write rows that are on no asset."""
    facts = {name: getattr(row, name) for name in LooseRow.__slots__}
    return LooseRowJson(**facts | {"cost": _rounded(row.cost), "meaning": row.outcome.meaning})


def asset_document(asset: LooseAsset) -> LooseAssetJson:
    """Write an asset at list price."""
    facts = {name: getattr(asset, name) for name in LooseAsset.__slots__}
    return LooseAssetJson(**facts | {"list_cost": _rounded(asset.list_cost), "meaning": asset.outcome.meaning})


def billed(outcomes: tuple[OutcomeSum, ...], reconciled: dict[str, Decimal]) -> list[BilledJson]:
    """
    Return the whole bill per currency, as exact texts.

    Args:
        outcomes: what became of all rows
        reconciled: what the matched assets cost after reconciliation, by currency
    """
    made = []
    for currency in sorted({one.currency for one in outcomes}):
        own = [one for one in outcomes if one.currency == currency]
        whole = exact_sum(one.cost for one in own)
        matched = exact_sum(one.cost for one in own if one.outcome.applied)
        unmatched, carried = EXACT.subtract(whole, matched), reconciled.get(currency, ZERO)
        made.append(
            BilledJson(
                currency=currency,
                billed_cost=_written(whole),
                matched_cost=_written(matched),
                unmatched_cost=_written(unmatched),
                reconciled_cost=_written(carried),
                closes=EXACT.add(carried, unmatched) == whole,
            )
        )
    return made


def _written(amount: Decimal) -> str:
    """Write an exact amount; one that was converted is rounded here, to nine places."""
    return f"{EXACT.quantize(amount, NANO):f}"


def _rounded(amount: Decimal) -> float:
    """Return an amount as it is shown; one that was converted is rounded here."""
    return float(EXACT.quantize(amount, NANO))
