"""Summaries of allocations: fewer figures, unrounded, costs with their adjustments."""

from __future__ import annotations

from typing import Any

from fleetcost.api.compat.allocation import named
from fleetcost.api.compat.numbers import rate
from fleetcost.api.compat.scale import factor_of, scaled
from fleetcost.model.window import Window, rfc3339
from fleetcost.query.answer import Answer
from fleetcost.query.rows import AllocationRow, on_grid

Json = dict[str, Any]
NANOSECONDS = 1_000_000_000


def summary_range(answer: Answer[AllocationRow], metric: str = "cumulative") -> Json:
    """Return every step's summaries with the width of a step in nanoseconds."""
    steps = answer.steps
    window = answer.question.frame.window
    return {
        "step": int((steps[0].window if steps else window).seconds) * NANOSECONDS,
        "sets": [
            {
                "allocations": named(
                    (row.name, summary(scaled(row, factor_of(metric, step.window)), row.name)) for row in step.rows
                ),
                "window": window_of(step.window),
            }
            for step in steps
        ],
        "window": window_of(window),
    }


def topline(answer: Answer[AllocationRow], metric: str = "cumulative") -> Json:
    """Return how many rows there are and their sum; of several steps, rows of each count."""
    window = answer.question.frame.window
    allocations: Json = {}
    total = answer.total
    if total is not None:
        allocations["total"] = summary(scaled(total.row, factor_of(metric, window)), "total")
    return {
        "numResults": sum(each.count for each in answer.totals),
        "combined": {"allocations": allocations, "window": window_of(window)},
    }


def summary(row: AllocationRow, name: str) -> Json:
    """Return one summary."""
    return {
        "name": name,
        "start": rfc3339(row.start),
        "end": rfc3339(row.end),
        "cpuCoreRequestAverage": rate(row.cpu_core_request_hours, row.hours),
        "cpuCoreUsageAverage": rate(row.cpu_core_usage_hours, row.hours),
        "cpuCost": on_grid(row.cpu_cost + row.cpu_cost_adjustment),
        "cpuCostIdle": row.cpu_cost_idle,
        "gpuRequestAverage": rate(row.gpu_request_hours, row.hours),
        "gpuUsageAverage": rate(row.gpu_usage_hours, row.hours),
        "gpuCost": on_grid(row.gpu_cost + row.gpu_cost_adjustment),
        "gpuCostIdle": row.gpu_cost_idle,
        "networkCost": on_grid(row.network_cost + row.network_cost_adjustment),
        "loadBalancerCost": on_grid(row.load_balancer_cost + row.load_balancer_cost_adjustment),
        "pvCost": on_grid(row.pv_cost + row.pv_cost_adjustment),
        "ramByteRequestAverage": rate(row.ram_byte_request_hours, row.hours),
        "ramByteUsageAverage": rate(row.ram_byte_usage_hours, row.hours),
        "ramCost": on_grid(row.ram_cost + row.ram_cost_adjustment),
        "ramCostIdle": row.ram_cost_idle,
        "sharedCost": row.shared_cost,
        "externalCost": row.external_cost,
        "totalEfficiency": row.total_efficiency,
        "totalCost": row.total_cost,
    }


def window_of(window: Window) -> Json:
    """Return a window as the field writes it."""
    return {"start": rfc3339(window.start), "end": rfc3339(window.end)}
