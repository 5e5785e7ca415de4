"""Cloud costs in the field's JSON: names, order and the page's own shapes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fleetcost.api.compat.export import written
from fleetcost.api.compat.numbers import rounded
from fleetcost.api.compat.summary import window_of
from fleetcost.api.compat.views import change, graph
from fleetcost.api.operation import Reply
from fleetcost.model.window import Window
from fleetcost.query.answer import Answer
from fleetcost.query.rows import CloudCostRow

Json = dict[str, Any]

_COSTS = {
    "listCost": "list_cost",
    "netCost": "net_cost",
    "amortizedNetCost": "amortized_net_cost",
    "invoicedCost": "invoiced_cost",
    "amortizedCost": "amortized_cost",
}
"""The field's five costs in its order, each with ours."""

METRICS = {name[0].upper() + name[1:]: column for name, column in _COSTS.items()}
"""What the field calls the five costs where one is chosen."""

_PROPERTIES = {
    "providerID": "provider_id",
    "provider": "provider",
    "accountID": "account_id",
    "accountName": "account_name",
    "invoiceEntityID": "invoice_entity_id",
    "invoiceEntityName": "invoice_entity_name",
    "regionID": "region_id",
    "availabilityZone": "availability_zone",
    "service": "service",
    "category": "category",
}


def cloud_cost_range(answer: Answer[CloudCostRow]) -> Json:
    """Return a set per step, key to cloud cost."""
    grouped = [str(dimension) for dimension in answer.question.dimensions]
    sets = [
        {
            "cloudCosts": {row.name: _item(row, step.window) for row in step.rows},
            "window": window_of(step.window),
            "aggregationProperties": grouped,
        }
        for step in answer.steps
    ]
    return {"sets": sets, "window": window_of(answer.question.frame.window)}


def view_graph(answer: Answer[CloudCostRow]) -> list[Json]:
    """Return a bar per step, its parts dearest first."""
    return graph(answer.series)


def view_totals(answer: Answer[CloudCostRow]) -> Json:
    """Return how many rows there are, and their sum."""
    total = answer.total
    combined = _view(total.row, "", answer) if total else _line("", {}, 0.0, 0.0)
    return {"numResults": total.count if total else 0, "combined": combined}


def view_table(answer: Answer[CloudCostRow]) -> list[Json]:
    """Return a line per row."""
    return [_view(row, row.name, answer) for row in answer.rows]


def view_csv(answer: Answer[CloudCostRow]) -> Reply:
    """Return the table as a file."""
    start, end = window_of(answer.question.frame.window).values()
    lines = (
        {"Name": one["name"], "K8s Utilization": one["kubernetesPercent"], "Total": one["cost"],
         "Window": f"{start}/{end}"}
        for one in view_table(answer)
    )  # fmt: skip
    return written(lines, ("Name", "K8s Utilization", "Total", "Window"), "cloudcosts.csv")


def cloud_cost_csv(answer: Answer[CloudCostRow]) -> Reply:
    """Return one line per set and row."""
    lines: list[Json] = []
    for step in answer.steps:
        start, end = window_of(step.window).values()
        for row in step.rows:
            costs = {name: getattr(row, column) for name, column in _COSTS.items()}
            share = row.kubernetes_percent(answer.question.metric)
            lines.append(
                {"windowStart": start, "windowEnd": end, "key": row.name, "currency": row.currency}
                | _properties(row)
                | costs
                | {"kubernetesPercent": share}
            )
    columns = ("windowStart", "windowEnd", "key", "currency", *_PROPERTIES, *_COSTS, "kubernetesPercent")
    return written(lines, columns, "cloudcosts.csv")


def cloud_trends(current: Answer[CloudCostRow], before: Answer[CloudCostRow], names: Iterable[str]) -> Json:
    """Return how each name's cost changed since the window of the same length just before."""
    now, then = ({row.name: row.total_cost for row in answer.rows} for answer in (current, before))
    return {
        "trends": {name: change(now.get(name), then.get(name)) for name in (tuple(names) or now)},
        "window": window_of(current.question.frame.window),
        "comparisonWindow": window_of(before.question.frame.window),
    }


def _item(row: CloudCostRow, window: Window) -> Json:
    costs = {
        name: {"cost": rounded(getattr(row, column)), "kubernetesPercent": rounded(row.kubernetes_percent(column))}
        for name, column in _COSTS.items()
    }
    return {"properties": _properties(row), "window": window_of(window), **costs}


def _properties(row: CloudCostRow) -> Json:
    known = {name: value for name, column in _PROPERTIES.items() if (value := getattr(row, column))}
    return known | ({"labels": row.labels} if row.labels else {})


def _view(row: CloudCostRow, name: str, answer: Answer[CloudCostRow]) -> Json:
    metric = answer.question.metric
    return _line(name, row.labels, row.kubernetes_percent(metric), getattr(row, metric))


def _line(name: str, labels: dict[str, str], share: float, cost: float) -> Json:
    return {"name": name, "labels": labels, "kubernetesPercent": rounded(share), "cost": rounded(cost)}
