"""Costs per hour, day or month instead of over the window."""

from __future__ import annotations

import msgspec

from fleetcost.model.allocation import ALLOCATION
from fleetcost.model.columns import ADJUSTMENT, COST, ESTIMATE, PART
from fleetcost.model.window import Window
from fleetcost.query.measures import CARRIED
from fleetcost.query.rows import AllocationRow
from fleetcost.query.sharing import HOURS_PER_MONTH

_HOURS = {"hourly": 1, "daily": 24, "monthly": HOURS_PER_MONTH}
_COSTS = (*ALLOCATION.of(COST, PART, ADJUSTMENT, ESTIMATE), *CARRIED)


def factor_of(metric: str, window: Window) -> float:
    """Return what a cost over a window is multiplied with."""
    return _HOURS[metric] / window.hours if metric in _HOURS else 1.0


def scaled(row: AllocationRow, factor: float) -> AllocationRow:
    """Return a row with other costs; its hours and efficiencies stay."""
    if factor == 1.0:
        return row
    return msgspec.structs.replace(row, **{name: getattr(row, name) * factor for name in _COSTS})
