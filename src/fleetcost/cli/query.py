"""`fleetcost query`: ask a running aggregator."""

from __future__ import annotations

import argparse
import csv
import sys
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fleetcost.cli.asking import add_api_flags, api_client, blamed
from fleetcost.cli.flags import Subparsers
from fleetcost.errors import TryAgainError
from fleetcost.model.allocation import ALLOCATION
from fleetcost.model.amount import PLACES
from fleetcost.model.asset import ASSET
from fleetcost.model.cloud_cost import CLOUD_COSTS
from fleetcost.model.columns import COST, PART

PATHS = {"allocation": "allocations", "assets": "assets", "cloudcost": "cloudcosts"}
_COLUMNS = {
    "allocation": (*ALLOCATION.of(COST), "shared_cost", "total_cost"),
    "assets": (*(name for name in ASSET.of(PART) if name != "credit"), "other_cost", "total_cost"),
    "cloudcost": CLOUD_COSTS,
}
"""
The costs of a row, as the native API calls them, on the one basis that is asked for: they add up to its total.

`other_cost` is what an asset costs that is no CPU, RAM or GPU of a node. A cloud cost's are five views of one charge.
"""

_SELDOM = frozenset({"external_cost", "shared_cost"})
"""Columns of the table that are only there where some row has them."""

_GOOD = ("complete", "final", "invoiced")
"""States that need no word: of windows, and of bills."""

_SHARING = ("share_namespaces", "share_labels", "share_cost")
_SEVERAL = 2
"""Currencies from which each row and total names its own."""


def add_parser(subparsers: Subparsers, about: str) -> None:
    """Add the command."""
    parser = subparsers.add_parser("query", help=about, description=about)
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="kind")
    for kind in PATHS:
        one = kinds.add_parser(kind, help=f"costs by {kind}")
        add_api_flags(one)
        add_question_flags(one, kind)
        one.add_argument("--format", choices=("table", "csv", "json"), default="table", help="(default table)")
        one.set_defaults(run=_run)


def add_question_flags(parser: argparse.ArgumentParser, kind: str) -> None:
    """Add what a question of a kind may say: allocation, assets or cloudcost."""
    parser.add_argument("--window", default="7d", help="7d, today, lastmonth, two times … (default 7d)")
    parser.add_argument("--aggregate", help="what to group by, such as cluster,namespace")
    parser.add_argument("--filter", help='such as cluster:"prod"+namespace:"shop"')
    parser.add_argument("--currency", help="of the answer: an ISO 4217 code, or native for each row's own")
    parser.add_argument("--rates", help="which exchange rates: a table, or table@YYYY-MM-DD for one day's throughout")
    if kind != "cloudcost":
        parser.add_argument("--basis", choices=("billed", "list"), default="billed",
                            help="prices as billed, or list prices (default billed)")  # fmt: skip
        parser.add_argument("--estimated", choices=("include", "exclude"), default="include",
                            help="what is estimated over gaps in the metrics, inside or left out")  # fmt: skip
    if kind == "allocation":
        parser.add_argument("--idle", choices=("separate", "share", "hide"), default="separate",
                            help="idle beside, inside the rows, or left out")  # fmt: skip
        parser.add_argument("--tenancy", choices=("separate", "share", "hide"), default="separate",
                            help="nodes' own disks and fees beside, inside the rows, or left out")  # fmt: skip
        parser.add_argument("--share-namespaces", help="namespaces that all others carry, such as kube-system")
        parser.add_argument("--share-labels", help="workloads that all others carry, by label, such as team:platform")
        parser.add_argument("--share-cost", help="an overhead a month that all rows carry")


def _run(parsed: argparse.Namespace) -> int:
    answer = ask(parsed, PATHS[parsed.kind])
    if answer is None:
        return 0
    columns = _COLUMNS[parsed.kind]
    if parsed.format == "csv":
        writer = csv.writer(sys.stdout)
        writer.writerow(("name", "currency", *columns))
        for row in answer["rows"]:
            writer.writerow((row["name"], row["currency"], *_figures(row, columns).values()))
        return 0
    _print(answer, columns)
    return 0


def _figures(row: dict[str, Any], columns: tuple[str, ...]) -> dict[str, float]:
    """Return what is shown of a row: costs that add up to its total."""
    figures = {column: row.get(column, 0.0) for column in columns}
    if "other_cost" in figures:
        parts = sum(figures[name] for name in columns if name not in {"other_cost", "total_cost"})
        figures["other_cost"] = round(figures["total_cost"] - parts, PLACES)
    return figures


def ask(parsed: argparse.Namespace, path: str, *more: str) -> dict[str, Any] | None:
    """
    Ask what the flags say; with `--format json` print the answer as it came, and return None.

    Args:
        parsed: the flags of `add_question_flags`, of the client, and `--format`
        path: below `/api/v1`
        more: names of further flags that are sent

    Raises:
        CallerError: the question cannot be used.
        NoAnswerError: there was no answer.
        TryAgainError: what came is no answer of an aggregator.
    """
    body = _fetch(parsed, path, *more)
    if parsed.format == "json":
        sys.stdout.write(body.decode() + "\n")
        return None
    try:
        answer: dict[str, Any] = msgspec.json.decode(body)
    except msgspec.MsgspecError as error:
        raise TryAgainError(f"ask {parsed.url}: not an answer of an aggregator: {error} (--url)") from error
    return answer


def chosen_flags(parsed: argparse.Namespace, *more: str) -> dict[str, str]:
    """Return the parameters that the flags of `add_question_flags` say, and those of these names."""
    names = ("window", "aggregate", "filter", "currency", "rates", "basis", "estimated", "idle", "tenancy", *_SHARING)
    return {name: str(value) for name in (*names, *more) if (value := getattr(parsed, name, None)) is not None}


def _fetch(parsed: argparse.Namespace, path: str, *more: str) -> bytes:
    chosen = chosen_flags(parsed, *more)
    with api_client(parsed) as client, blamed():
        return client.get(f"/api/v1/{path}", chosen)


def _why_nothing(answer: dict[str, Any]) -> str:
    """Say why there are no rows: an empty answer is not a cost of zero."""
    if not answer["completeness"]:
        return "nothing to show: no cluster has pushed a set of this kind yet, and no bill was read"
    silent = [f"{_whose(entry)} ({entry['state']})" for entry in answer["completeness"] if not entry["first"]]
    known = f"; without data in this window: {', '.join(silent)}" if silent else ""
    return f"nothing to show: no cost in this window matches the question{known}"


def _print(answer: dict[str, Any], columns: tuple[str, ...]) -> None:
    console = Console()
    plain: dict[str, Any] = {"markup": False, "highlight": False}
    if not answer["rows"]:
        console.print(_why_nothing(answer), **plain)
        return
    window = answer["question"]["window"]
    single = bool(answer["currency"]) and len(answer.get("by_currency", ())) < _SEVERAL
    title = f"{window['start']} to {window['end']}, {answer['currency'] or 'in several currencies'}"
    table = Table(title=title, title_justify="left")
    table.add_column("name", overflow="fold")
    rows = [(row, _figures(row, columns)) for row in answer["rows"]]
    shown = [name for name in rows[0][1] if name not in _SELDOM or any(figures[name] for _, figures in rows)]
    for column in shown:
        table.add_column(column.replace("_cost", "").replace("_", " "), justify="right")
    for row, figures in rows:
        name = row["name"] or "everything"
        named = Text(name if single else f"{name} ({row['currency']})")
        table.add_row(named, *(f"{figures[column]:,.2f}" for column in shown))
    table.add_section()
    for label, totals in _sums(answer, single=single):
        sums = _figures(totals, columns)
        table.add_row(label, *(f"{sums[column]:,.2f}" for column in shown), style="bold")
    console.print(table)
    for line in filter(None, (_prices(answer), _rates(answer))):
        console.print(line, **plain)
    for entry in answer["completeness"]:
        if entry["state"] not in _GOOD:
            causes = "; ".join(entry["causes"][:3])
            console.print(f"{_whose(entry)} is {entry['state']}{': ' if causes else ''}{causes}", **plain)
    for warning in answer["warnings"]:
        console.print(f"note: {warning['message']}", **plain)


def _prices(answer: dict[str, Any]) -> str:
    """Say which prices the figures are, and how much of them no bill covers."""
    prices = answer.get("prices")
    if prices is None:
        return ""
    if prices["basis"] != "billed":
        return "prices: list"
    share = prices["uncovered_share"]
    return "prices: as billed" + (f"; no bill covers {share:.0%} of what the assets cost" if share else "")


def _rates(answer: dict[str, Any]) -> str:
    """Say by which exchange rates costs were converted."""
    said = answer.get("conversion")
    if not said or not said["table"]:
        return ""
    worth = ", ".join(
        f"{one['currency']} {one['first_rate']}"
        + (f" to {one['last_rate']}" if one["last_rate"] != one["first_rate"] else "")
        for one in said["from"]
    )
    return f"rates: {said['table']} version {said['version']}, {said['policy']}" + (f": {worth}" if worth else "")


def _sums(answer: dict[str, Any], *, single: bool) -> list[tuple[str, dict[str, float]]]:
    """Return the lines of totals: one, or one a currency."""
    if single:
        return [("total", answer["totals"])]
    return [(f"total {one['currency']}", one["totals"]) for one in answer["by_currency"]]


def _whose(entry: dict[str, Any]) -> str:
    """Return whose completeness it is: a cluster's, or an integration's."""
    return str(entry.get("cluster") or f"the bill of {entry.get('integration')}")
