"""`fleetcost import compare`: the same window from us and from the older product, every difference with its cause."""

from __future__ import annotations

import argparse
import json
from decimal import Decimal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fleetcost.cli.asking import add_api_flags, api_client
from fleetcost.client.api import ApiClient
from fleetcost.errors import CallerError, NoAnswerError
from fleetcost.migrate.compare import Compared, PodCosts, compare, read_rows

_OURS = "/model/allocation"
_BY_POD = {"aggregate": "cluster,namespace,pod", "accumulate": "true"}
_THEIRS = {
    "opencost": ("/allocation/compute", {"includeIdle": "true"}),
    "kubecost": ("/model/allocation", {"idle": "true"}),
}
"""Where each product is asked, and what makes it show idle."""


def add_compare(parser: argparse.ArgumentParser) -> None:
    """Add the flags of the command."""
    add_api_flags(parser)
    other = parser.add_mutually_exclusive_group(required=True)
    other.add_argument("--opencost", metavar="URL", help="address of OpenCost's API, such as http://127.0.0.1:9003")
    other.add_argument("--kubecost", metavar="URL", help="address of Kubecost, such as http://127.0.0.1:9091")
    parser.add_argument("--window", default="yesterday", help="as both understand it (default yesterday)")
    parser.add_argument("--cluster", metavar="ID", help="only this cluster of ours, whatever the other calls its own")
    parser.add_argument("--json", action="store_true", help="every difference of every row, as JSON")
    parser.set_defaults(run=_run)


def _run(parsed: argparse.Namespace) -> int:
    """Ask both, compare, and print; the exit code is 0 whatever the differences."""
    compared = compare(*_ours(parsed), _theirs(parsed))
    if parsed.json:
        print(json.dumps(_document(compared), indent=2))  # noqa: T201 - the command line speaks
    else:
        _print(compared, Console(highlight=False))
    return 0


def _ours(parsed: argparse.Namespace) -> tuple[dict[str, PodCosts], dict[str, PodCosts]]:
    """Return our rows, with and without what is estimated."""
    asked = _BY_POD | {"window": parsed.window, "idle": "true"}
    if parsed.cluster:
        if '"' in parsed.cluster or "\\" in parsed.cluster:
            raise CallerError(f"--cluster {parsed.cluster!r} is no cluster id")
        asked["filter"] = f'cluster:"{parsed.cluster}"'
    with api_client(parsed) as client:
        answers = [client.get(_OURS, asked | {"estimated": how}) for how in ("include", "exclude")]
    here, seen = (read_rows(answer, parsed.url, named=not parsed.cluster) for answer in answers)
    return here, seen


def _theirs(parsed: argparse.Namespace) -> dict[str, PodCosts]:
    product = "opencost" if parsed.opencost else "kubecost"
    url = str(parsed.opencost or parsed.kubecost)
    path, shown = _THEIRS[product]
    try:
        with ApiClient(url) as client:
            answer = client.get(path, _BY_POD | {"window": parsed.window} | shown)
    except NoAnswerError as error:
        raise NoAnswerError(error.account, f"is it running there? (--{product})", error.status) from None
    return read_rows(answer, url, named=not parsed.cluster)


def _print(compared: Compared, console: Console) -> None:
    table = Table("class", "here more by", "rows", "what it is", "the old value")
    table.columns[1].justify = table.columns[2].justify = "right"
    for kind, (cost, rows) in compared.sums().items():
        table.add_row(kind.value, _money(cost), f"{rows:,}", Text(kind.meaning), Text(kind.old_value))
    console.print(table)
    difference = compared.here - compared.there
    console.print(
        f"{_money(compared.here)} here, {_money(compared.there)} there, {compared.matched:,} rows in both; the classes "
        f"add up to the whole difference of {_money(difference)}"
    )


def _money(cost: Decimal) -> str:
    return f"{cost:,.4f}"


def _document(compared: Compared) -> dict[str, object]:
    classes = [
        {"class": kind, "cost": str(cost), "rows": rows, "meaning": kind.meaning, "old_value": kind.old_value}
        for kind, (cost, rows) in compared.sums().items()
    ]
    rows = [{"row": one.row, "class": one.kind, "cost": str(one.cost)} for one in compared.differences]
    totals = {
        "here": str(compared.here),
        "there": str(compared.there),
        "difference": str(compared.here - compared.there),
    }
    return {**totals, "matched": compared.matched, "classes": classes, "rows": rows}
