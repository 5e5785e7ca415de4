"""`fleetcost savings`: ask a running aggregator what the fleet could do without."""

from __future__ import annotations

import argparse
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fleetcost.cli.asking import add_api_flags
from fleetcost.cli.flags import Subparsers
from fleetcost.cli.query import ask

_PLACE = ("source", "cluster", "namespace", "controller", "name")
_MONEY = ("expected", "low", "high", "freed")


def add_parser(subparsers: Subparsers, about: str) -> None:
    """Add the command."""
    parser = subparsers.add_parser("savings", help=about, description=about)
    parser.add_argument("kind", nargs="?", help="only this kind, such as unmounted-volumes; left out, all")
    add_api_flags(parser)
    parser.add_argument("--window", default="14d", help="whose days are looked at (default 14d)")
    parser.add_argument("--cluster", help="only these clusters, joined by commas")
    parser.add_argument("--profile", help="development, production or high-availability (default production)")
    parser.add_argument("--currency", help="of the answer: an ISO 4217 code, or native for each row's own")
    parser.add_argument("--rates", help="which exchange rates: a table, or table@YYYY-MM-DD for one day's throughout")
    parser.add_argument("--limit", help="most savings (default 200)")
    parser.add_argument("--facts", action="store_true", help="print what is known of each")
    parser.add_argument("--format", choices=("table", "json"), default="table", help="(default table)")
    parser.set_defaults(run=_run)


def _run(parsed: argparse.Namespace) -> int:
    path = f"savings/{parsed.kind}" if parsed.kind else "savings"
    answer = ask(parsed, path, "cluster", "profile", "limit")
    if answer is not None:
        _print(answer, facts=parsed.facts)
    return 0


def _print(answer: dict[str, Any], *, facts: bool) -> None:
    console = Console()
    plain: dict[str, Any] = {"markup": False, "highlight": False}
    if answer["savings"]:
        console.print(_table(answer, facts=facts))
    else:
        console.print("nothing to save was found in what could be judged", **plain)
    for kind in answer["kinds"]:
        for one in kind["withheld"]:
            console.print(f"{kind['kind']}: {one['count']} of {kind['judged']} not judged: {one['meaning']}", **plain)
    if answer["row_count"] > len(answer["savings"]):
        console.print(f"note: {len(answer['savings'])} of {answer['row_count']} are shown (--limit)", **plain)
    if answer["archived_count"]:
        console.print(f"note: {answer['archived_count']} that somebody put aside are not shown", **plain)


def _table(answer: dict[str, Any], *, facts: bool) -> Table:
    window = answer["window"]
    table = Table(title=f"{window['start']} to {window['end']}, per month", title_justify="left")
    table.add_column("what", overflow="fold")
    table.add_column("kind")
    several = len({one["currency"] for one in answer["savings"]}) > 1
    if several:
        table.add_column("currency")
    for name in _MONEY:
        table.add_column(name, justify="right")
    for one in answer["savings"]:
        currency = (one["currency"],) if several else ()
        table.add_row(_named(one, facts=facts), f"{one['kind']}{_doubt(one)}", *currency, *_figures(one))
    table.add_section()
    for total in answer["totals"]:
        table.add_row(
            f"total {total['currency']} of {Decimal(total['spent']):,.2f}", "", *([""] * several), *_figures(total),
            style="bold",
        )  # fmt: skip
    return table


def _named(one: dict[str, Any], *, facts: bool) -> Text:
    place = "/".join(filter(None, (one[part] for part in _PLACE)))
    lines = [f"{fact['name']}: {fact['value']} {fact['unit']}".rstrip() for fact in one["facts"]] if facts else []
    return Text("\n  ".join([place, *lines]))


def _doubt(one: dict[str, Any]) -> str:
    return "" if one["verdict"] == "ok" else f" ({one['verdict']}: {', '.join(r['reason'] for r in one['reasons'])})"


def _figures(one: dict[str, Any]) -> tuple[str, ...]:
    advice = one.get("advice") or {}
    # Negative where a container is to ask for more: nothing is freed then, and the table would not say so.
    held = min(sum(Decimal(advice.get(name, 0)) for name in ("cpu_freed", "ram_freed")), Decimal(0))
    return tuple(f"{held if name == 'freed' and held else Decimal(one[name]):,.2f}" for name in _MONEY)
