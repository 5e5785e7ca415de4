"""`fleetcost compare`: ask a running aggregator what changed between two windows."""

from __future__ import annotations

import argparse
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fleetcost.cli.asking import add_api_flags
from fleetcost.cli.flags import Subparsers
from fleetcost.cli.query import add_question_flags, ask

_MOST_ITEMS = 3
"""Items of a row in the table; `--format json` has all."""


def add_parser(subparsers: Subparsers, about: str) -> None:
    """Add the command."""
    parser = subparsers.add_parser("compare", help=about, description=about)
    add_api_flags(parser)
    add_question_flags(parser, "allocation")
    parser.add_argument("--base", default="prev",
                        help="what it is compared with: prev, month, or a window (default prev)")  # fmt: skip
    parser.add_argument("--limit", help="most rows, the largest difference first (default 200)")
    parser.add_argument("--fold", help="rows in which no amount reaches this are counted together (default 0.01)")
    parser.add_argument("--format", choices=("table", "json"), default="table", help="(default table)")
    parser.set_defaults(run=_run)


def _run(parsed: argparse.Namespace) -> int:
    answer = ask(parsed, "compare", "base", "limit", "fold")
    if answer is not None:
        _print(answer)
    return 0


def _print(answer: dict[str, Any]) -> None:
    console = Console()
    plain: dict[str, Any] = {"markup": False, "highlight": False}
    if not answer["totals"]:
        console.print("nothing to compare: no cost in either window matches the question", **plain)
        return
    console.print(_table(answer))
    for total in answer["totals"]:
        console.print(total["sentence"], **plain)
    for line in _notes(answer):
        console.print(line, **plain)


def _table(answer: dict[str, Any]) -> Table:
    asked = answer["question"]
    window, base = asked["window"], asked["base"]
    title = f"{window['start']} to {window['end']} against {base['start']} to {base['end']}"
    table = Table(title=title, title_justify="left")
    table.add_column("name", overflow="fold")
    for column in ("before", "after", "change"):
        table.add_column(column, justify="right")
    table.add_column("why", overflow="fold")
    several = len(answer["totals"]) > 1
    for row in answer["rows"]:
        name = row["name"] or "everything"
        table.add_row(Text(f"{name} ({row['currency']})" if several else name), *_figures(row))
    table.add_section()
    for total in answer["totals"]:
        table.add_row(f"total {total['currency']}", *_figures(total), style="bold")
    return table


def _figures(row: dict[str, Any]) -> tuple[str, ...]:
    before, after, delta = (Decimal(row[name]) for name in ("before", "after", "delta"))
    items = sorted(row["items"].items(), key=lambda one: -abs(Decimal(one[1])))
    said = [f"{name.replace('_', ' ')} {Decimal(amount):+,.2f}" for name, amount in items[:_MOST_ITEMS]]
    more = [f"{len(items) - _MOST_ITEMS} more"] if len(items) > _MOST_ITEMS else []
    return f"{before:,.2f}", f"{after:,.2f}", f"{delta:+,.2f}", ", ".join([*said, *more])


def _notes(answer: dict[str, Any]) -> list[str]:
    """Return what the reader of the figures should know."""
    notes = [f"note: {warning['message']}" for warning in answer["warnings"]]
    folded, unlike = answer["folded"]["rows"], answer["likeness"]["unlike_count"]
    if unlike:
        notes.append(f"note: {unlike} windows of clusters were not observed alike; what they cost is `coverage`")
    if folded:
        notes.append(f"note: {folded} rows changed by less than is shown (--fold)")
    if answer["row_count"] > len(answer["rows"]):
        notes.append(f"note: {len(answer['rows'])} of {answer['row_count']} rows are shown (--limit)")
    return notes
