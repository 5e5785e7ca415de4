"""What the products' pages feed on: trends, graphs, values for a filter box."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fleetcost.api.compat.summary import summary, window_of
from fleetcost.query.answer import Answer, SeriesStep
from fleetcost.query.rows import AllocationRow

Json = dict[str, Any]


def trends(current: Answer[AllocationRow], before: Answer[AllocationRow], names: Sequence[str]) -> Json:
    """
    Return how each name's cost changed since the window of the same length just before.

    Args:
        current: the answer about the window
        before: the answer to the same question about the window before
        names: whose trend is wanted; empty for every name of the current window
    """
    earlier = [{row.name: row.total_cost for row in step.rows} for step in before.steps]
    sets = []
    for position, step in enumerate(current.steps):
        now = {row.name: row.total_cost for row in step.rows}
        then = earlier[position] if position < len(earlier) else {}
        sets.append(
            {
                "allocationTrends": {
                    name: {
                        "trends": {"costs": {"totalCost": {"relativeChange": change(now.get(name), then.get(name))}}}
                    }
                    for name in (names or now)
                },
                "window": window_of(step.window),
            }
        )
    width = current.steps[0].window.seconds if current.steps else current.question.frame.window.seconds
    return {"step": int(width) * 1_000_000_000, "sets": sets}


def change(now: float | None, before: float | None) -> Json:
    """Return the relative change in the field's form, where numbers that JSON cannot write are marked."""
    later, earlier = now or 0.0, before or 0.0
    if earlier == 0:
        return {"isInfinite": later != 0, "isNaN": later == 0, "value": 0.0}
    return {"isInfinite": False, "isNaN": False, "value": later / earlier - 1}


def allocation_view(answer: Answer[AllocationRow]) -> Json:
    """Return a page's worth of rows with their totals and a graph."""
    total = answer.total
    return {
        "graph": graph(answer.series),
        "totals": {} if total is None else summary(total.row, "total"),
        "rows": [summary(row, row.name) for row in answer.rows],
        "numResults": 0 if total is None else total.count,
    }


def graph(series: Sequence[SeriesStep]) -> list[Json]:
    """Return a bar per step, its parts dearest first."""
    return [
        {
            **window_of(step.window),
            "items": [
                {"name": point.name, "value": point.total_cost}
                for point in sorted(step.points, key=lambda point: (-point.total_cost, point.name))
            ],
        }
        for step in series
    ]
