"""What each cluster is priced with, at `/api/v1/prices`."""

from __future__ import annotations

import msgspec

from fleetcost.api.compared import WindowJson, window_document
from fleetcost.api.context import Context
from fleetcost.api.operation import Handed, Operation, Parameter
from fleetcost.api.questions import asked_window
from fleetcost.api.reads.doubts import DoubtJson, doubts
from fleetcost.api.reads.prices import ClusterPrices, prices
from fleetcost.api.services import FleetFacts, Services
from fleetcost.api.words import Family
from fleetcost.model.identity import ClusterId
from fleetcost.model.sets import SetKind
from fleetcost.model.window import rfc3339
from fleetcost.query.question import Step, framed
from fleetcost.query.rows import on_grid
from fleetcost.query.windows import ACCEPTED

DEFAULT_WINDOW = "30d"
"""Whose assets tell the prices where no window is named: a cluster silent for weeks still shows."""


class PriceJson(msgspec.Struct, frozen=True):
    """
    What one cluster is priced with.

    Attributes:
        source: behind most of the cost of its newest window; `none` where there are no assets
        effective_from: since when that is so, as far back as rows are kept
        overridden: some prices were set by hand
        unpriced_count: nodes, disks and load balancers that exist and cost nothing
        unpriced_cost_at_risk: what those would cost in the window at the fleet's median rates; null where those are
            not known
        cpu_core_hour, ram_gib_hour, gpu_hour, pv_gib_hour: after discounts, before any bill; null where nothing was
            charged for it
        doubts: what the newest build noticed of prices that may not be right
    """

    cluster: str
    source: str
    effective_from: str | None
    overridden: bool
    unpriced_count: int
    unpriced_cost_at_risk: float | None
    cpu_core_hour: float | None
    ram_gib_hour: float | None
    gpu_hour: float | None
    pv_gib_hour: float | None
    currency: str
    doubts: list[DoubtJson]


class PricesJson(msgspec.Struct, frozen=True):
    """What every known cluster is priced with, and the window that was looked at."""

    prices: list[PriceJson]
    window: WindowJson
    as_of: str


def fleet_prices(context: Context, facts: FleetFacts) -> PricesJson:
    """Return what every known cluster is priced with."""
    window = asked_window(context, DEFAULT_WINDOW)
    frame, _ = framed(window, Step.ALL, context.hourly_from(), context.now)
    scope = context.narrowed(None, SetKind.ASSETS)
    with context.snapshot() as snapshot:
        allowed = context.clusters(snapshot)
        known = context.tables.known.clusters(snapshot)
        found = prices(snapshot, frame, scope, [one for one in known if allowed is None or one in allowed])
        as_of = rfc3339(context.as_of(snapshot))
    statuses = facts.statuses()
    rows = [
        _price(one, doubts(statuses.get(ClusterId(one.cluster)), lambda noticed: noticed.of_prices)) for one in found
    ]
    return PricesJson(rows, window_document(frame.window), as_of)


def _price(one: ClusterPrices, doubted: list[DoubtJson]) -> PriceJson:
    return PriceJson(
        cluster=one.cluster,
        source=one.source.value,
        effective_from=rfc3339(one.effective_from) if one.effective_from else None,
        overridden=one.overridden,
        unpriced_count=one.unpriced_count,
        unpriced_cost_at_risk=_on_grid(one.unpriced_cost_at_risk),
        cpu_core_hour=_on_grid(one.rates.cpu_core_hour),
        ram_gib_hour=_on_grid(one.rates.ram_gib_hour),
        gpu_hour=_on_grid(one.rates.gpu_hour),
        pv_gib_hour=_on_grid(one.rates.pv_gib_hour),
        currency=one.currency,
        doubts=doubted,
    )


def _on_grid(value: float | None) -> float | None:
    return None if value is None else on_grid(value)


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        path="/api/v1/prices", handler=Handed(fleet_prices, Services.fleet_facts),
        family=Family.NATIVE, answers=PricesJson,
        summary="What each cluster is priced with, and what has no price",
        parameters=(Parameter("window", f"whose assets are looked at: {ACCEPTED}", default=DEFAULT_WINDOW),),
    ),
)  # fmt: skip
