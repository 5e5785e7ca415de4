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

from fleetcost.cli.asking import add_api_flags, api_client
from fleetcost.cli.flags import Subparsers
from fleetcost.errors import CallerError, NoAnswerError, TryAgainError

_PATHS = {"allocation": "allocations", "assets": "assets", "cloudcost": "cloudcosts"}
_COLUMNS = {
    "allocation": ("cpu_cost", "ram_cost", "gpu_cost", "pv_cost", "network_cost", "load_balancer_cost", "total_cost"),
    "assets": ("cpu_cost", "ram_cost", "gpu_cost", "cost", "adjustment", "total_cost"),
    "cloudcost": ("list_cost", "net_cost", "amortized_net_cost", "invoiced_cost"),
}
_GOOD = ("complete", "final")
"""States that need no word: of windows, and of bills."""

_SHARING = ("share_namespaces", "share_labels", "share_cost")
_BAD_REQUEST = 400


def add_parser(subparsers: Subparsers, about: str) -> None:
    """Add the command."""
    parser = subparsers.add_parser("query", help=about, description=about)
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="kind")
    for kind in _PATHS:
        one = kinds.add_parser(kind, help=f"costs by {kind}")
        add_api_flags(one)
        one.add_argument("--window", default="7d", help="7d, today, lastmonth, two times … (default 7d)")
        one.add_argument("--aggregate", help="what to group by, such as cluster,namespace")
        one.add_argument("--filter", help='such as cluster:"prod"+namespace:"shop"')
        if kind == "allocation":
            one.add_argument("--idle", choices=("separate", "share", "hide"), default="separate",
                             help="idle beside, inside the rows, or left out")  # fmt: skip
            one.add_argument("--tenancy", choices=("separate", "share", "hide"), default="separate",
                             help="nodes' own disks and fees beside, inside the rows, or left out")  # fmt: skip
            one.add_argument("--share-namespaces", help="namespaces that all others carry, such as kube-system")
            one.add_argument("--share-labels", help="workloads that all others carry, by label, such as team:platform")
            one.add_argument("--share-cost", help="an overhead a month that all rows carry")
        one.add_argument("--format", choices=("table", "csv", "json"), default="table", help="(default table)")
        one.set_defaults(run=_run)


def _run(parsed: argparse.Namespace) -> int:
    body = _fetch(parsed)
    if parsed.format == "json":
        sys.stdout.write(body.decode() + "\n")
        return 0
    try:
        answer = msgspec.json.decode(body)
    except msgspec.MsgspecError as error:
        raise TryAgainError(f"ask {parsed.url}: not an answer of an aggregator: {error} (--url)") from error
    columns = _columns(parsed)
    if parsed.format == "csv":
        writer = csv.writer(sys.stdout)
        writer.writerow(("name", "currency", *columns))
        writer.writerows((row["name"], row["currency"], *(row[column] for column in columns)) for row in answer["rows"])
        return 0
    _print(answer, columns)
    return 0


def _columns(parsed: argparse.Namespace) -> tuple[str, ...]:
    """Return the figures that are shown; what rows carry of others only where something is shared."""
    *costs, total = _COLUMNS[parsed.kind]
    shares = getattr(parsed, "tenancy", "") == "share" or any(getattr(parsed, name, None) for name in _SHARING)
    return (*costs, "shared_cost", total) if shares else (*costs, total)


def _fetch(parsed: argparse.Namespace) -> bytes:
    names = ("window", "aggregate", "filter", "idle", "tenancy", *_SHARING)
    chosen = {name: value for name in names if (value := getattr(parsed, name, None)) is not None}
    with api_client(parsed) as client:
        try:
            return client.get(f"/api/v1/{_PATHS[parsed.kind]}", chosen)
        except NoAnswerError as error:
            if error.status == _BAD_REQUEST:
                raise CallerError(f"ask {error.account}") from error
            raise


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
    single = bool(answer["currency"])
    title = f"{window['start']} to {window['end']}, {answer['currency'] or 'in several currencies'}"
    table = Table(title=title, title_justify="left")
    table.add_column("name", overflow="fold")
    for column in columns:
        table.add_column(column.replace("_cost", "").replace("_", " "), justify="right")
    for row in answer["rows"]:
        name = row["name"] or "everything"
        figures = (f"{row[column]:,.2f}" for column in columns)
        table.add_row(Text(name if single else f"{name} ({row['currency']})"), *figures)
    table.add_section()
    for label, totals in _sums(answer, single=single):
        table.add_row(label, *(f"{totals.get(column, 0):,.2f}" for column in columns), style="bold")
    console.print(table)
    for entry in answer["completeness"]:
        if entry["state"] not in _GOOD:
            causes = "; ".join(entry["causes"][:3])
            console.print(f"{_whose(entry)} is {entry['state']}{': ' if causes else ''}{causes}", **plain)
    for warning in answer["warnings"]:
        console.print(f"note: {warning['message']}", **plain)


def _sums(answer: dict[str, Any], *, single: bool) -> list[tuple[str, dict[str, float]]]:
    """Return the lines of totals: one, or one a currency."""
    if single:
        return [("total", answer["totals"])]
    return [(f"total {one['currency']}", one["totals"]) for one in answer["by_currency"]]


def _whose(entry: dict[str, Any]) -> str:
    """Return whose completeness it is: a cluster's, or an integration's."""
    return str(entry.get("cluster") or f"the bill of {entry.get('integration')}")
