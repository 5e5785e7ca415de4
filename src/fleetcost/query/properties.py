"""The texts a row of an answer keeps where all its members agree, by kind, in the order of a row."""

from __future__ import annotations

from fleetcost.model.allocation import ALLOCATION
from fleetcost.model.asset import ASSET
from fleetcost.model.cloud_cost import CLOUD_COST
from fleetcost.model.columns import TEXT, ColumnTable


def _texts(
    table: ColumnTable, first: tuple[str, ...], last: tuple[str, ...], left_out: tuple[str, ...]
) -> tuple[str, ...]:
    placed = {*first, *last, *left_out}
    return (*first, *(name for name in table.of(TEXT) if name not in placed), *last)


PROPERTIES = _texts(
    ALLOCATION,
    first=("cluster", "node", "namespace", "controller_kind", "controller", "pod", "container", "provider_id"),
    last=(),
    left_out=("kind", "pod_uid"),
)
"""Of allocations."""

ASSET_PROPERTIES = _texts(
    ASSET,
    first=("type", "category", "provider", "account", "project", "service", "cluster", "asset_name", "provider_id"),
    last=(),
    left_out=("name",),
)
"""Of assets."""

CLOUD_PROPERTIES = _texts(
    CLOUD_COST,
    first=(),
    last=("line_type", "rule", "cluster", "outcome", "integration"),
    # SKUs, units, prices and invoices are for exports, row by row; groups hardly ever agree on them.
    left_out=("currency", *(column.name for column in CLOUD_COST.columns if column.holds.since > 1)),
)
"""Of cloud costs."""
