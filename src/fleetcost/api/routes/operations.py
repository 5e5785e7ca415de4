"""Every operation, in the order in which paths are matched."""

from __future__ import annotations

from fleetcost.api.operation import Operation
from fleetcost.api.routes import (
    allocation,
    anomalies,
    archived_savings,
    assets,
    beside,
    cloud,
    cloud_cost,
    clusters,
    compare,
    contexts,
    custom_cost,
    diagnostic,
    explain,
    focus,
    health,
    multicluster,
    native,
    orchestrator,
    prices,
    rates,
    repairs,
    savings,
    statements,
    stores,
    unclaimed,
    views,
)

OPERATIONS: tuple[Operation, ...] = (
    *native.OPERATIONS,
    *explain.OPERATIONS,
    *compare.OPERATIONS,
    *anomalies.OPERATIONS,
    *archived_savings.OPERATIONS,
    *savings.OPERATIONS,
    *cloud.OPERATIONS,
    *focus.OPERATIONS,
    *health.OPERATIONS,
    *stores.OPERATIONS,
    *beside.OPERATIONS,
    *prices.OPERATIONS,
    *rates.OPERATIONS,
    *unclaimed.OPERATIONS,
    *repairs.OPERATIONS,
    *statements.OPERATIONS,
    *views.OPERATIONS,
    *allocation.OPERATIONS,
    *assets.OPERATIONS,
    *cloud_cost.OPERATIONS,
    *custom_cost.OPERATIONS,
    *clusters.OPERATIONS,
    *contexts.OPERATIONS,
    *orchestrator.OPERATIONS,
    *diagnostic.OPERATIONS,
    *multicluster.OPERATIONS,
)
EVERY = (*OPERATIONS, assets.ASSETS_OF_OPENCOST)
"""With the one whose path is also a page of the web app."""
