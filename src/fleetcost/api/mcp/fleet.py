"""The tools about a fleet: what there is, what was observed, why a number is what it is, what changed, what to save."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from fleetcost.api.mcp.costs import AGGREGATE, CURRENCY, FILTER, WINDOW
from fleetcost.api.mcp.standing import closed, coverage, exact, money, standing, sums
from fleetcost.api.mcp.tool import Argument, Arguments, Ask, Tool
from fleetcost.model.sets import SetKind
from fleetcost.query.dimensions import NAMES

Json = dict[str, Any]

KINDS = ("allocations", "assets", "cloudcosts")
MOST_LABELS = 100

_OPTIONAL_WINDOW = Argument("window", f"{WINDOW.about}; 7d by default")
_BASIS = Argument("basis", "billed (list price where no bill covers an asset) or list", choices=("billed", "list"))


def list_clusters(_: Arguments, ask: Ask) -> Json:
    """Every cluster with its state and its cost of 30 days."""
    fleet = ask("/api/v1/clusters", {})
    costs = ask(
        "/api/v1/allocations",
        {"window": "30d", "aggregate": "cluster", "step": "all", "columns": "total_cost,currency,cluster"},
    )
    stands = standing(costs)
    by_cluster: dict[tuple[str, str], list[float]] = {}
    for row in costs["rows"]:
        key = (row["cluster"], row.get("currency") or costs["currency"])
        by_cluster.setdefault(key, []).append(row["total_cost"])
    seen = {one["cluster"]: one for one in costs["completeness"]}
    rows = [
        {
            "name": one["cluster"],
            "state": one["state"],
            "cause": one["cause"],
            "provider": one["provider"],
            "region": one["region"],
            "nodes": one["nodes"],
            "first": one["first"],
            "lastHourSeen": one["last"],
            "missingHours": _missing(seen.get(one["cluster"])),
            "agentVersion": one["agent_version"],
            "monitored": one["monitored"],
            "cost30d": [
                {"currency": currency, **money(exact(parts))}
                for (cluster, currency), parts in by_cluster.items()
                if cluster == one["cluster"]
            ],
        }
        for one in fleet["clusters"]
    ]
    shown, truncated = closed(rows, sums(()))
    return stands | {"clusters": shown, "truncated": [truncated]}


def _missing(entry: Json | None) -> float | None:
    if entry is None:
        return None
    return float(round(max(0.0, entry["expected_minutes"] - entry["coverage_minutes"]) / 60, 2))


def describe_data(asked: Arguments, ask: Ask) -> Json:
    """Which fields, labels, currencies and times there are."""
    kind = asked.text("kind", "allocations")
    window = {"window": "7d"}
    found: Json = {"kind": kind}
    if kind == "allocations":
        labels = ask("/allocation/autocomplete", window | {"field": "label", "limit": str(MOST_LABELS)})["data"]
        found |= {
            "fields": list(NAMES[SetKind.ALLOCATIONS]),
            "labels": labels,
            "labelForm": "label:<name>, in filters label[<name>]",
        }
    answer = ask(f"/api/v1/{kind}", window | {"columns": "total_cost", "limit": "1", "step": "all"})
    entries = answer["completeness"]
    times = [one for one in entries if one.get("first")]
    currencies = [one["currency"] for one in answer.get("by_currency", [])] or [answer["currency"]]
    return found | {
        "firstData": min((one["first"] for one in times), default=None),
        "lastData": max((one["last"] for one in times if one.get("last")), default=None),
        "currencies": [one for one in currencies if one],
        "windows": "UTC; whole days come from daily sets, anything finer from hourly sets while these are kept",
        "filterGrammar": 'cluster:"prod"+(namespace:"a","b"|label[team]~:"web"): + and, | or, : equal, !: not, '
        "~: contains",
        "asOf": answer["as_of"],
    }


def get_coverage(asked: Arguments, ask: Ask) -> Json:
    """How much of each cluster's time was observed, and why not all of it."""
    window = asked.parameters("window") or {"window": "7d"}
    answer = ask("/api/v1/allocations", window | {"columns": "total_cost", "limit": "1", "step": "all"})
    chosen = asked.text("cluster")
    entries = [one for one in answer["completeness"] if chosen in {"", one["cluster"]}]
    rows = [
        {
            "name": one["cluster"],
            "state": one["state"],
            "windows": one["windows"],
            "observedHours": round(one["coverage_minutes"] / 60, 3),
            "estimatedHours": round(one["estimated_minutes"] / 60, 3),
            "expectedHours": round(one["expected_minutes"] / 60, 3),
            "causes": one["causes"],
        }
        for one in sorted(entries, key=lambda one: one["coverage_minutes"] - one["expected_minutes"])
    ]
    shown, truncated = closed(rows, sums(("observedHours", "estimatedHours", "expectedHours")))
    return standing(answer) | {"coverage": coverage(entries), "clusters": shown, "truncated": [truncated]}


def compare_costs(asked: Arguments, ask: Ask) -> Json:
    """What changed between two windows, by cause."""
    parameters = asked.parameters("window", "base", "aggregate", "filter", "basis", "currency")
    found: Json = ask("/api/v1/compare", parameters | {"limit": "30"})
    return found


def explain_number(asked: Arguments, ask: Ask) -> Json:
    """Why one figure is what it is."""
    parameters = asked.parameters(
        "window", "aggregate", "filter", "field", "path", "depth", "basis", "currency", row="name"
    )
    found: Json = ask("/api/v1/explain", {"limit": "12"} | parameters)
    return found


def find_anomalies(asked: Arguments, ask: Ask) -> Json:
    """Days that cost other than their like."""
    found: Json = ask(
        "/api/v1/anomalies",
        asked.parameters("aggregate", "filter", "days", "floor", "limit"),
    )
    return found


def get_recommendations(asked: Arguments, ask: Ask) -> Json:
    """What the fleet could do without."""
    kind = asked.text("kind")
    parameters = asked.parameters("window", "cluster", "profile", "currency")
    path = "/api/v1/savings" + (f"/{kind}" if kind else "")
    found: Json = ask(path, parameters | {"limit": "200"})
    least = float(asked.given.get("min_money", 0))
    kept = [one for one in found["savings"] if float(one["expected"]) >= least]
    shown, truncated = closed(kept, _unsaved)
    return found | {"savings": shown, "truncated": [truncated]}


def _unsaved(savings: Sequence[Json]) -> Json:
    """Sum what is not shown, by currency: unlike amounts are never added."""
    left: dict[str, Decimal] = {}
    for one in savings:
        left[one["currency"]] = left.get(one["currency"], Decimal(0)) + Decimal(one["expected"])
    return {"expected": {currency: f"{amount:f}" for currency, amount in sorted(left.items())}}


FLEET_TOOLS = (
    Tool(
        "list_clusters",
        "Clusters of the fleet",
        "Every cluster, whether it reports or not: its state and why, provider, newest data, agent, cost of 30 "
        "days. Ask this first.",
        (),
        list_clusters,
    ),
    Tool(
        "describe_data",
        "Fields, labels and times",
        "Fields and label names to aggregate and filter by, first and last data, currencies. Ask it before "
        "writing a filter.",
        (Argument("kind", "of rows, allocations by default", choices=KINDS),),
        describe_data,
    ),
    Tool(
        "get_coverage",
        "What was observed",
        "Hours observed, estimated and expected of each cluster in a window, and the reasons of what is missing.",
        (_OPTIONAL_WINDOW, Argument("cluster", "only this one")),
        get_coverage,
    ),
    Tool(
        "compare_costs",
        "What changed",
        "The difference between two windows, split exactly into causes: price, replicas, request size, use, "
        "new, gone, idle, bills, "
        "and coverage apart: missing hours are no saving. `sentence` says it in words.",
        (
            WINDOW,
            Argument(
                "base",
                "what it is compared with: prev (the same length before), month (same days of last month), a window",
            ),
            AGGREGATE,
            FILTER,
            _BASIS,
            CURRENCY,
        ),
        compare_costs,
    ),
    Tool(
        "explain_number",
        "Why a number is what it is",
        "A tree of parts that add up exactly to a figure: clusters, days, resources, amounts times prices with "
        "their source, "
        "adjustments by bills, idle and shared parts; leaves name the objects they come from.",
        (
            WINDOW,
            AGGREGATE,
            FILTER,
            Argument("name", "of the row, as an answer has it; left out: the total"),
            Argument("field", "which figure of the row, total_cost by default"),
            Argument("path", "a part of the tree, as an answer has it, to open it further"),
            Argument("depth", "levels, 2 by default", "integer"),
            _BASIS,
            CURRENCY,
        ),
        explain_number,
    ),
    Tool(
        "find_anomalies",
        "Days that stand out",
        "Days that cost more or less than days like them, at list price, each with what made the difference. "
        "Days that were not "
        "wholly observed raise no false alarm.",
        (
            AGGREGATE,
            FILTER,
            Argument("days", "how many days back, 7 by default", "integer"),
            Argument("floor", "the least money, 10 by default", "number"),
            Argument("limit", "most events, 10 by default", "integer"),
        ),
        find_anomalies,
    ),
    Tool(
        "get_recommendations",
        "What could be saved",
        "Requests that are too large, volumes nobody mounts, idle workloads, nodes too many and so on, with "
        "evidence and a "
        "verdict; `freed` is capacity given back, `expected` is what the bill becomes smaller by: never add the "
        "two. What is "
        "withheld was not judged, for the reason given.",
        (
            Argument("window", "whose days are looked at, 14d by default"),
            Argument("kind", "only this kind, as `kinds` of an answer names them"),
            Argument("cluster", "only these clusters, joined by commas"),
            Argument("profile", "how much room is left above what is used, as /api/v1/savings names them"),
            Argument("min_money", "only savings that make the bill smaller by this much a month", "number"),
            CURRENCY,
        ),
        get_recommendations,
    ),
)
