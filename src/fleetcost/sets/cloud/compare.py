"""Two versions of a day held against each other: which rows came, went or cost something else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fleetcost.model.amount import ZERO
from fleetcost.model.cloud_cost import CLOUD_COSTS, CloudCostTotal
from fleetcost.sets.cloud.cloud_set import CloudSet

_SHOWN = ("provider_id", "service", "usage_type", "rule", "line_type")


@dataclass(frozen=True, slots=True)
class RowChange:
    """
    One row that is not the same in two versions.

    Attributes:
        provider_id, service, usage_type, rule, line_type: which row
        difference: new minus old, of each cost
    """

    provider_id: str
    service: str
    usage_type: str
    rule: str
    line_type: str
    difference: CloudCostTotal


def changes(old: CloudSet, new: CloudSet) -> tuple[RowChange, ...]:
    """Return the rows that differ, the largest difference of any cost first; the differences add up to the totals'."""
    sums: dict[tuple[str, ...], dict[str, Decimal]] = {}
    for made, sign in ((old, -1), (new, 1)):
        for row in _rows(made):
            key = (str(row["currency"]), *(str(row[name]) for name in _SHOWN))
            held = sums.setdefault(key, dict.fromkeys(CLOUD_COSTS, ZERO))
            for cost in CLOUD_COSTS:
                held[cost] += sign * row[cost]
    found = [
        RowChange(**dict(zip(_SHOWN, key[1:], strict=True)), difference=CloudCostTotal(currency=key[0], **held))
        for key, held in sums.items()
        if any(held.values())
    ]
    return tuple(sorted(found, key=lambda one: -max(abs(getattr(one.difference, cost)) for cost in CLOUD_COSTS)))


def _rows(made: CloudSet) -> Iterator[dict[str, Any]]:
    table = made.table.select(["currency", *_SHOWN, *CLOUD_COSTS])
    for batch in table.to_batches():
        yield from batch.to_pylist()
