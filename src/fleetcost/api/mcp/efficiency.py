"""OpenCost's tool `get_efficiency`, over a fleet: requested and used, where use was measured."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

from fleetcost.api.mcp.costs import AGGREGATE, CURRENCY, FILTER, WINDOW, finished
from fleetcost.api.mcp.standing import closed, standing, sums
from fleetcost.api.mcp.tool import Argument, Arguments, Ask, Tool

Json = dict[str, Any]

_LEAST_CORES = 0.001
_LEAST_BYTES = 1 << 20
"""Below these nothing is recommended, as OpenCost does."""


def efficiency(asked: Arguments, ask: Ask) -> Json:
    """Answer `get_efficiency`."""
    began = time.perf_counter()
    parameters = asked.parameters("window", "aggregate", "filter", "currency")
    answer = ask("/api/v1/allocations", parameters | {"idle": "hide", "tenancy": "hide", "step": "all"})
    buffer = float(asked.given.get("buffer_multiplier", 1.2))
    stands = standing(answer)
    hours = _hours(stands["window"])
    listed = [_efficiency(row, hours, buffer) for row in answer["rows"]]
    shown, truncated = closed(listed, sums(("currentTotalCost",)))
    note = (
        "Recommended requests are mean use times the buffer; a mean knows no peaks: get_recommendations measures them."
    )
    return finished(began, {"efficiencies": shown}, stands | {"truncated": [truncated], "note": note}, {})


def _hours(window: Json) -> float:
    start, end = (datetime.fromisoformat(window[name]) for name in ("start", "end"))
    return (end - start).total_seconds() / 3600


def _efficiency(row: Json, hours: float, buffer: float) -> Json:
    cpu = _fitting(row["cpu_core_request_hours"], row["cpu_core_usage_hours"], hours, buffer, _LEAST_CORES)
    ram = _fitting(row["ram_byte_request_hours"], row["ram_byte_usage_hours"], hours, buffer, _LEAST_BYTES)
    saved = [
        None if fit["recommended"] is None or not charged else row[cost] * (1 - fit["recommended"] * hours / charged)
        for fit, cost, charged in ((cpu, "cpu_cost", row["cpu_core_hours"]), (ram, "ram_cost", row["ram_byte_hours"]))
    ]
    savings = None if None in saved else sum(one for one in saved if one is not None)
    total = row["total_cost"]
    return {
        "name": row["name"],
        "cpuEfficiency": row["cpu_efficiency"],
        "memoryEfficiency": row["ram_efficiency"],
        "cpuCoresRequested": cpu["requested"],
        "cpuCoresUsed": cpu["used"],
        "ramBytesRequested": ram["requested"],
        "ramBytesUsed": ram["used"],
        "recommendedCpuRequest": cpu["recommended"],
        "recommendedRamRequest": ram["recommended"],
        "resultingCpuEfficiency": cpu["resulting"],
        "resultingMemoryEfficiency": ram["resulting"],
        "currentTotalCost": total,
        "recommendedCost": None if savings is None else total - savings,
        "costSavings": savings,
        "costSavingsPercent": None if savings is None or not total else 100 * savings / total,
        "efficiencyBufferMultiplier": buffer,
        "start": row["start"],
        "end": row["end"],
    }


def _fitting(requested: float, used: float | None, hours: float, buffer: float, least: float) -> Json:
    """Compare what is requested with the mean use; what was not measured stays unknown."""
    mean = None if used is None else used / hours
    fit = None if mean is None else max(mean * buffer, least)
    resulting = None if mean is None or fit is None else mean / fit
    return {"requested": requested / hours, "used": mean, "recommended": fit, "resulting": resulting}


EFFICIENCY = Tool(
    "get_efficiency",
    "Requested and used",
    "How much of the requested CPU and memory workloads used on average. What was not measured is null.",
    (
        WINDOW,
        AGGREGATE,
        FILTER,
        Argument("buffer_multiplier", "room above mean use in the recommended request, 1.2 by default", "number"),
        CURRENCY,
    ),
    efficiency,
)
