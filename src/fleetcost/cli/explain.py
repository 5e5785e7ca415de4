"""`fleetcost explain`: why a number of a running aggregator is what it is, as a tree."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from fleetcost.cli.asking import add_api_flags
from fleetcost.cli.flags import Subparsers
from fleetcost.cli.query import add_question_flags, ask

_CENT = Decimal("0.01")


def add_parser(subparsers: Subparsers, about: str) -> None:
    """Add the command."""
    parser = subparsers.add_parser("explain", help=about, description=about)
    parser.add_argument("row", nargs="?", help="the name of the row, as `query` prints it; left out, the total")
    add_api_flags(parser)
    add_question_flags(parser, "allocation")
    parser.add_argument("--field", default="total_cost", help="which cost (default total_cost)")
    parser.add_argument("--path", help="open this part, as a path that was printed")
    parser.add_argument("--depth", type=int, default=3, help="levels of parts (default 3)")
    parser.add_argument("--limit", type=int, default=31, help="most parts of one part (default 31)")
    parser.add_argument("--paths", action="store_true", help="print the path of every part that can be opened")
    parser.add_argument("--format", choices=("tree", "json"), default="tree", help="(default tree)")
    parser.set_defaults(run=_run)


def _run(parsed: argparse.Namespace) -> int:
    answer = ask(parsed, "explain", "row", "field", "path", "depth", "limit")
    if answer is not None:
        _print(answer, paths=parsed.paths)
    return 0


def _print(answer: Mapping[str, Any], *, paths: bool) -> None:
    window, whole = answer["question"]["window"], answer["tree"]
    console = Console()
    console.print(
        f"{answer['field']} of {answer['row'] or 'all rows'}, {window['start']} to {window['end']}, "
        f"in {answer['currency']}, prices: {answer['question']['basis']}",
        markup=False, highlight=False,
    )  # fmt: skip
    tree = Tree(_line(whole, paths=paths))
    _grow(tree, whole, paths=paths)
    console.print(tree)
    for entry in answer["completeness"]:
        if entry["state"] != "complete":
            causes = "; ".join(entry["causes"][:3])
            console.print(
                f"{entry['cluster']} is {entry['state']}{': ' if causes else ''}{causes}", markup=False, highlight=False
            )


def _grow(tree: Tree, part: Mapping[str, Any], *, paths: bool) -> None:
    for one in part.get("parts", ()):
        _grow(tree.add(_line(one, paths=paths)), one, paths=paths)
    if rest := part.get("rest"):
        tree.add(Text(f"{_money(rest['amount'])}  {rest['count']} more (--limit)"))


def _line(part: Mapping[str, Any], *, paths: bool) -> Text:
    """Write a part in one line: amount, what it is, amount × price, what else is known."""
    words = [_money(part["amount"]), " ", part["label"] or "everything"]
    if formula := part.get("formula"):
        worth = f" × {formula['factor']}" if formula.get("factor") else ""
        words.append(
            f"= {_short(formula['quantity'])} {formula['unit']} × {formula['price']} {formula['currency']}{worth}"
        )
    if note := part.get("note"):
        words.append(f"({note})")
    words += [_object(one) for one in part.get("objects", ())]
    if part.get("opens"):
        words.append(f"… --path '{part['path']}'" if paths else "…")
    return Text(" ".join(words))


def _object(one: Mapping[str, Any]) -> str:
    if one["kind"] == "bill":
        return f"[bill version {one['version']}, {one['state']}: {one['path']}]"
    return f"[{one['kind']}: {one['path']}]"


def _money(text: str) -> str:
    """Write an amount to the cent; less than a cent with its first digits that are not zero."""
    amount = Decimal(text)
    if not amount or abs(amount) >= _CENT / 2:
        return f"{amount:,.2f}"
    return f"{amount:.2e}"


def _short(text: str) -> str:
    return f"{Decimal(text):,.3f}".rstrip("0").rstrip(".")
