"""The field's answers as files: CSV with the JSON's figures, and a printable page."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from fleetcost.api.compat.asset import asset
from fleetcost.api.compat.pdf import table_pdf
from fleetcost.api.compat.scale import factor_of, scaled
from fleetcost.api.compat.summary import summary
from fleetcost.api.operation import Reply
from fleetcost.api.schema import Summary
from fleetcost.model.window import rfc3339
from fleetcost.query.answer import Answer
from fleetcost.query.rows import AllocationRow, AssetRow

_PRINTED = ("cpuCost", "ramCost", "gpuCost", "pvCost", "networkCost", "loadBalancerCost", "sharedCost", "totalCost")
_ASSET_COLUMNS = (
    "type", "category", "provider", "account", "project", "service", "cluster", "name", "providerID", "minutes",
    "cpuCoreHours", "ramByteHours", "GPUHours", "byteHours", "adjustment", "totalCost",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def allocation_csv(answer: Answer[AllocationRow], metric: str) -> Reply:
    """Return one line per set and row, its figures those of a summary."""
    lines = []
    for step in answer.steps:
        factor = factor_of(metric, step.window)
        for row in step.rows:
            figures = summary(scaled(row, factor), row.name)
            lines.append({"windowStart": rfc3339(step.window.start), "windowEnd": rfc3339(step.window.end), **figures})
    return written(lines, ("windowStart", "windowEnd", *Summary.__struct_fields__), "allocations.csv")


def asset_csv(answer: Answer[AssetRow]) -> Reply:
    """Return one line per set and asset."""
    lines = []
    for step in answer.steps:
        for row in step.rows:
            figures = asset(row, step.window)
            properties = {
                "windowStart": rfc3339(step.window.start),
                "windowEnd": rfc3339(step.window.end),
                "key": row.name,
            }
            lines.append(properties | figures["properties"] | figures)
    return written(lines, ("windowStart", "windowEnd", "key", *_ASSET_COLUMNS), "assets.csv")


def allocation_pdf(answer: Answer[AllocationRow], metric: str) -> Reply:
    """Return a printable table of every set."""
    window = answer.question.frame.window
    title = f"Allocations, {rfc3339(window.start)} to {rfc3339(window.end)}, {answer.currency}"
    lines = []
    for step in answer.steps:
        factor = factor_of(metric, step.window)
        if len(answer.steps) > 1:
            lines.append([rfc3339(step.window.start)])
        for row in step.rows:
            figures = summary(scaled(row, factor), row.name)
            lines.append([row.name or "everything", *(f"{figures[name]:,.2f}" for name in _PRINTED)])
    headers = ["name", *(name.removesuffix("Cost") for name in _PRINTED)]
    content = table_pdf(title, headers, lines)
    return Reply(content, "application/pdf", {"content-disposition": 'attachment; filename="allocations.pdf"'})


def written(lines: Iterable[dict[str, Any]], columns: Sequence[str], name: str) -> Reply:
    """Return lines as CSV; texts that a spreadsheet would take for a formula are marked as texts."""
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(columns)
    writer.writerows([_cell(line.get(column)) for column in columns] for line in lines)
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Reply(sheet.getvalue().encode(), "text/csv; charset=utf-8", headers)


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return "" if value is None else value
