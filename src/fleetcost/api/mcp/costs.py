"""
Three of the four tools of OpenCost's server, with its arguments and the shape of its answers, over a fleet.

Source: https://github.com/opencost/opencost/blob/develop/pkg/mcp/server.go. Each asks the same route that its users ask
over HTTP, so that the figures are the same; beside them stand currency, prices, coverage and what was not shown.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from fleetcost.api.mcp.standing import closed, exact, money, standing, sums
from fleetcost.api.mcp.tool import Argument, Arguments, Ask, Tool

Json = dict[str, Any]

WINDOW = Argument(
    "window",
    "the time asked about, in UTC: today, yesterday, week, lastweek, month, lastmonth, 24h, 7d, 30d, or two RFC "
    "3339 times "
    "joined by a comma",
    required=True,
)
FILTER = Argument(
    "filter",
    'only these rows, such as cluster:"prod"+namespace:"shop","web" (+ is and, a comma is or); describe_data '
    "lists fields",
)
AGGREGATE = Argument(
    "aggregate",
    "what rows are, names joined by commas: cluster, namespace, controller, pod, container, node, team, label:<name> …",
)
CURRENCY = Argument("currency", "of the answer, by its ISO 4217 code; needs exchange rates")

_ALLOCATION_SUMS = (
    "cpuCost", "gpuCost", "ramCost", "pvCost", "networkCost", "sharedCost", "externalCost", "loadBalancerCost",
    "totalCost", "cpuCoreHours", "ramByteHours", "gpuHours", "pvByteHours",
)  # fmt: skip
_ADJUSTED = {"cpuCost", "gpuCost", "ramCost", "pvCost", "networkCost", "loadBalancerCost"}
_ASSET_SUMS = ("cpuCost", "gpuCost", "ramCost", "adjustment", "totalCost")
_CLOUD_COSTS = ("listCost", "netCost", "amortizedNetCost", "invoicedCost", "amortizedCost")


def _native(asked: Arguments, ask: Ask, **more: str) -> Json:
    """Ask for what stands behind an answer; its rows are not needed."""
    parameters = asked.parameters("window", "filter", "currency")
    found: Json = ask("/api/v1/allocations", parameters | {"columns": "total_cost", "limit": "1", "step": "all"} | more)
    return found


def finished(began: float, data: Json, standing_: Json, answer: Json) -> Json:
    """Put an answer into the shape of OpenCost's tools, with the time it took since `began`."""
    info = {
        "queryId": uuid.uuid4().hex,
        "timestamp": standing_["asOf"],
        "processingTime": round((time.perf_counter() - began) * 1000),
    }
    warned = [answer["warning"]] if answer.get("warning") else []
    return {"data": data, "queryInfo": info, **standing_, "warnings": [*standing_["warnings"], *warned]}


def allocation_costs(asked: Arguments, ask: Ask) -> Json:
    """Answer `get_allocation_costs`."""
    began = time.perf_counter()
    parameters = asked.parameters(
        "window",
        "aggregate",
        "filter",
        "step",
        "resolution",
        "accumulate",
        "currency",
        shareIdle="share_idle",
        includeIdle="include_idle",
        idleByNode="idle_by_node",
        includeProportionalAssetResourceCosts="include_proportional_asset_resource_costs",
        includeAggregatedMetadata="include_aggregated_metadata",
        sharelb="share_lb",
    )
    answer = ask("/allocation/compute", parameters)
    standing_ = _native(asked, ask, idle="separate" if asked.flag("include_idle") else "hide")
    sets: Json = {}
    total, truncated = Decimal(0), []
    for rows in answer["data"]:
        listed = sorted((_allocation(row) for row in rows.values()), key=lambda row: -row["totalCost"])
        shown, cut = closed(listed, sums(_ALLOCATION_SUMS))
        total += exact(row["totalCost"] for row in listed)
        truncated.append(cut)
        name = next((row["window"]["start"] for row in rows.values()), f"empty {len(sets)}")
        sets[name] = {"name": name, "properties": _names(asked.text("aggregate")), "allocations": shown}
    stands = standing(standing_) | {"total": money(total), "truncated": truncated}
    return finished(began, {"allocations": sets}, _in_currency(stands, asked, ask), answer)


def _in_currency(stands: Json, asked: Arguments, ask: Ask) -> Json:
    """Name the one currency of a compatible answer, which the native one leaves open where rows are in several."""
    if stands["currency"]:
        return stands
    chosen = asked.text("currency") or ask("/model/getConfigs", {})["data"]["currencyCode"]
    return stands | {"currency": chosen}


def _names(text: str) -> Json:
    return {"aggregate": [name.strip() for name in text.split(",") if name.strip()]}


def _allocation(row: Json) -> Json:
    """Return one allocation with the figures OpenCost's tool names; a cost has its adjustment inside."""
    figures = {
        name: float(exact((row[name], row[f"{name}Adjustment"]))) if name in _ADJUSTED else row[name]
        for name in _ALLOCATION_SUMS
    }
    return {"name": row["name"], **figures, "start": row["start"], "end": row["end"]}


def asset_costs(asked: Arguments, ask: Ask) -> Json:
    """Answer `get_asset_costs`."""
    began = time.perf_counter()
    answer = ask("/assets", asked.parameters("window", "filter", "currency"))
    listed = sorted(
        ({"name": name} | _asset(row) for name, row in answer["data"].items()), key=lambda row: -row["totalCost"]
    )
    shown, truncated = closed(listed, sums(_ASSET_SUMS))
    parameters = asked.parameters("window", "filter", "currency")
    native = ask("/api/v1/assets", parameters | {"columns": "total_cost", "limit": "1", "step": "all"})
    total = money(exact(row["totalCost"] for row in listed))
    stands = standing(native) | {"total": total, "truncated": [truncated]}
    start = stands["window"]["start"]
    data = {"assets": {start: {"name": start, "assets": shown}}}
    return finished(began, data, _in_currency(stands, asked, ask), answer)


def _asset(row: Json) -> Json:
    """Return an asset without what only its own page shows."""
    left_out = {"labels", "window", "cpuBreakdown", "ramBreakdown", "breakdown"}
    return {name: value for name, value in row.items() if name not in left_out}


_BY = {
    "provider": "provider",
    "service": "service",
    "category": "category",
    "region": "regionID",
    "account": "accountID",
}
"""Arguments that narrow cloud costs by one property, and the filter's word for it."""


def cloud_costs(asked: Arguments, ask: Ask) -> Json:
    """Answer `get_cloud_costs`."""
    began = time.perf_counter()
    terms = [asked.text("filter"), *(_term(word, asked.text(name)) for name, word in _BY.items() if asked.text(name))]
    chosen = "+".join(term for term in terms if term)
    parameters = asked.parameters("window", "aggregate", "accumulate", "currency")
    answer = ask("/cloudCost", parameters | ({"filter": chosen} if chosen else {}))
    native = ask(
        "/api/v1/cloudcosts",
        asked.parameters("window", "currency")
        | {"columns": "total_cost", "limit": "1", "step": "all"}
        | ({"filter": chosen} if chosen else {}),
    )
    sets: Json = {}
    truncated, every = [], []
    for one in answer["data"]["sets"]:
        rows = [{"name": name} | row for name, row in one["cloudCosts"].items()]
        every += rows
        shown, cut = closed(sorted(rows, key=lambda row: -row["amortizedNetCost"]["cost"]), _cloud_rest)
        truncated.append(cut)
        start, grouped = one["window"]["start"], one["aggregationProperties"]
        sets[start] = {"name": start, "cloudCosts": shown, "aggregationProperties": grouped, "window": one["window"]}
    stands = {
        "window": native["question"]["window"],
        "filter": chosen,
        "currency": native["currency"] or None,
        "basis": "billed",
        "priceState": "as billed",
        "coverage": {
            "bills": [{"integration": one["integration"], "state": one["state"]} for one in native["completeness"]]
        },
        "warnings": [one["message"] for one in native["warnings"]],
        "asOf": native["as_of"],
        "truncated": truncated,
    }
    return finished(began, {"cloudCosts": sets, "summary": _summary(every)}, _in_currency(stands, asked, ask), answer)


def _term(word: str, value: str) -> str:
    """Write a condition whose value means itself, whatever is in it."""
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{word}:"{quoted}"'


def _cloud_rest(rows: Sequence[Json]) -> Json:
    return {name: _cost_of(rows, name) for name in _CLOUD_COSTS}


def _cost_of(rows: Sequence[Json], name: str) -> Json:
    """Sum one of the five costs, and the part of it that is Kubernetes'."""
    cost = exact(row[name]["cost"] for row in rows)
    share = exact(row[name]["cost"] * (row[name]["kubernetesPercent"] or 0) for row in rows)
    return {"cost": float(cost), "kubernetesPercent": float(share / cost) if cost else None}


def _summary(rows: Sequence[Json]) -> Json:
    net = _cost_of(rows, "netCost")
    return {
        "totalNetCost": net["cost"],
        "totalAmortizedCost": _cost_of(rows, "amortizedCost")["cost"],
        "totalInvoicedCost": _cost_of(rows, "invoicedCost")["cost"],
        "kubernetesPercent": net["kubernetesPercent"],
        "providerBreakdown": _breakdown(rows, "provider"),
        "serviceBreakdown": _breakdown(rows, "service"),
        "regionBreakdown": _breakdown(rows, "regionID"),
    }


def _breakdown(rows: Sequence[Json], name: str) -> Mapping[str, float]:
    """Sum by one property, where rows have it: what is summed over several has none."""
    found: dict[str, Decimal] = {}
    for row in rows:
        if value := row["properties"].get(name):
            found[value] = found.get(value, Decimal(0)) + exact((row["netCost"]["cost"],))
    return {value: float(amount) for value, amount in sorted(found.items(), key=lambda item: -item[1])}


_FLAGS = (
    Argument("share_idle", "divide idle among the rows, by their cost", "boolean"),
    Argument("include_idle", "idle, and what clusters cost besides, as rows of their own", "boolean"),
    Argument("idle_by_node", "divide idle within each node", "boolean"),
    Argument("include_proportional_asset_resource_costs", "accepted; not in this answer", "boolean"),
    Argument("include_aggregated_metadata", "accepted; not in this answer", "boolean"),
    Argument("share_lb", "accepted; balancers cost those behind them", "boolean"),
)

COST_TOOLS = (
    Tool(
        "get_allocation_costs",
        "Costs of workloads",
        "What namespaces, controllers, pods or labels cost in a window, in every cluster of the fleet. Rows add "
        "up to `total`; "
        "a row __rest__ sums what was not shown. Look at `coverage` before comparing windows: missing hours "
        "cost nothing.",
        (
            WINDOW,
            Argument("aggregate", AGGREGATE.about, required=True),
            Argument("step", "a set per step, such as 1h or 24h; left out: one for the window"),
            Argument("resolution", "accepted and without effect: sets are measured once"),
            Argument("accumulate", "one set for the whole window", "boolean"),
            *_FLAGS,
            FILTER,
            CURRENCY,
        ),
        allocation_costs,
    ),
    Tool(
        "get_asset_costs",
        "Costs of nodes, disks and load balancers",
        "What a fleet's nodes, disks, load balancers and management fees cost, dearest first. Do not add it to "
        "workloads: "
        "workloads and idle are these same costs, divided.",
        (WINDOW, FILTER, CURRENCY),
        asset_costs,
    ),
    Tool(
        "get_cloud_costs",
        "The clouds' bills",
        "What cloud providers billed, clusters or not, by service, account, region and so on, with the part "
        "that is Kubernetes'.",
        (
            WINDOW,
            Argument(
                "aggregate",
                "provider, accountID, service, category, regionID, providerID, joined by commas",
                required=True,
            ),
            Argument("accumulate", "one set for the whole window"),
            FILTER,
            *(Argument(name, f"only this {name}") for name in _BY),
            CURRENCY,
        ),
        cloud_costs,
    ),
)
