"""Small builders of cloud cost rows and sets."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from builders import at, day, money
from fleetcost.model.cloud_cost import CLOUD_COSTS, BillState, CloudCost
from fleetcost.model.cloud_sets import CloudSetKey, IntegrationId
from fleetcost.sets.cloud.cloud_set import BillProvenance, CloudSet, from_cloud_costs


def cloud_key(number: int = 0, integration: str = "aws-1") -> CloudSetKey:
    """Return the key of a day's set."""
    return CloudSetKey(IntegrationId(integration), day(number))


def cloud_cost(number: int = 0, cost: float | str | Decimal | None = None, **facts: Any) -> CloudCost:
    """Return a row of a day; `cost` is all five costs, amounts may be given as plain numbers."""
    window = day(number)
    known: dict[str, Any] = {"provider": "AWS", "start": window.start, "end": window.end, "currency": "USD"}
    if cost is not None:
        known |= dict.fromkeys(CLOUD_COSTS, cost)
    known |= facts
    return CloudCost(**known | {name: money(known[name]) for name in CLOUD_COSTS if name in known})


def cloud_set(
    rows: Sequence[CloudCost],
    number: int = 0,
    integration: str = "aws-1",
    state: BillState = BillState.FINAL,
    **facts: Any,
) -> CloudSet:
    """Return a set of rows."""
    known: dict[str, Any] = {
        "bill_rows": len(rows), "source": "a test", "source_digest": "0" * 64, "built_at": at(day=number + 3),
    }  # fmt: skip
    return from_cloud_costs(cloud_key(number, integration), rows, BillProvenance(state=state, **known | facts))
