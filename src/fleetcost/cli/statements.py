"""`fleetcost statements`: define books and verify them in the bucket; close and show months by a running aggregator."""

from __future__ import annotations

import argparse
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fleetcost.cli.asking import add_api_flags, api_client
from fleetcost.cli.flags import Subparsers, add_settings_flags, load_settings
from fleetcost.cli.stores import clock, federated_storage
from fleetcost.commands import ShownCommand
from fleetcost.errors import CallerError, NoAnswerError
from fleetcost.model.statement import parse_month
from fleetcost.ops.reading import read_yaml
from fleetcost.ops.settings import AggregatorSettings
from fleetcost.statements.book import book_names, publish_book, read_book, read_book_file
from fleetcost.statements.verify import VerifiedBook, verify_book

_PLAIN: dict[str, Any] = {"markup": False, "highlight": False, "soft_wrap": True}
_REFUSED = (400, 404, 409)
_AMOUNTS = ("closed", "posted", "live", "unposted")


def add_parser(subparsers: Subparsers, about: str) -> None:
    """Add the command."""
    parser = subparsers.add_parser("statements", help=about, description=about)
    actions = parser.add_subparsers(dest="action", required=True, metavar="action")
    define = actions.add_parser("define", help="take the definition of a book into the bucket")
    define.add_argument("file", type=Path, metavar="FILE", help="name, key, first_month and more, as YAML or JSON")
    add_settings_flags(define, AggregatorSettings, only=())
    define.set_defaults(run=_define)
    close = actions.add_parser("close", help="close a month of a book; its statement never changes")
    _add_month(close)
    close.add_argument("--accept", metavar="TEXT", default="", help="what is accepted as missing, in words")
    close.add_argument("--reopen", action="store_true", help="close a closed month again; both statements stay")
    close.add_argument("--reason", metavar="TEXT", default="", help="why it is closed again")
    close.set_defaults(run=_close)
    listed = actions.add_parser("list", help="the books, their months, and what is waited for")
    listed.add_argument("book", nargs="?", metavar="BOOK", help="this one alone")
    _add_asking(listed)
    listed.set_defaults(run=_list)
    show = actions.add_parser("show", help="a month's statement beside what is known now")
    _add_month(show)
    show.add_argument("--limit", default="50", help="most keys (default 50)")
    show.set_defaults(run=_show)
    verify = actions.add_parser("verify", help="whether every statement is there as it was written; 1 where one is not")
    verify.add_argument("book", nargs="?", metavar="BOOK", help="this one alone")
    verify.add_argument("--format", choices=("table", "json"), default="table", help="(default table)")
    add_settings_flags(verify, AggregatorSettings, only=())
    verify.set_defaults(run=_verify)


def _add_asking(parser: argparse.ArgumentParser) -> None:
    add_api_flags(parser)
    parser.add_argument("--format", choices=("table", "json"), default="table", help="(default table)")


def _add_month(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("book", metavar="BOOK", help="name of the book, such as team")
    parser.add_argument("month", metavar="MONTH", help="such as 2026-10")
    _add_asking(parser)


def _define(parsed: argparse.Namespace) -> int:
    book = read_book_file(read_yaml(parsed.file, "book"))
    bucket = federated_storage(load_settings(parsed, AggregatorSettings).settings)
    made = publish_book(bucket, book, clock())
    said = (
        f"version {made.version}, which counts for months that are closed from now on"
        if made
        else "nothing has changed"
    )
    Console().print(f"{book.name}: {said}", **_PLAIN)
    return 0


def _close(parsed: argparse.Namespace) -> int:
    if parsed.reopen != bool(parsed.reason):
        raise CallerError("a closed month is closed again with --reopen and --reason TEXT, both")
    order = {"accepted": parsed.accept, "reason": parsed.reason}
    body = _asked(parsed, f"/{parsed.book}/{parse_month(parsed.month)}", order)
    if body is None:
        return 0
    totals = ", ".join(f"{Decimal(one['total']):,.2f} {one['currency']}" for one in body["totals"]) or "no cost"
    Console().print(f"{body['id']}: number {body['number']}, {body['lines']} lines, {totals}", **_PLAIN)
    for one in body["differences"]:
        causes = ", ".join(
            f"{name} {Decimal(one[name]):+,.2f}" for name in ("coverage", "bill", "rates") if Decimal(one[name])
        )
        Console().print(
            f"posted for {one['month']}: {Decimal(one['posted']):+,.2f} {one['currency']}"
            f"{f' ({causes})' if causes else ''}, not posted {Decimal(one['unposted']):+,.2f}",
            **_PLAIN,
        )
    return 0


def _list(parsed: argparse.Namespace) -> int:
    body = _asked(parsed, "")
    if body is None:
        return 0
    if not body["books"]:
        Console().print(f"there is no book yet: write one, then {ShownCommand.STATEMENTS_DEFINE.quoted}", **_PLAIN)
        return 0
    table = Table("book", "month", "state", "closed", "total", "posted for earlier months", "waits for")
    for book in body["books"]:
        if parsed.book in (None, book["name"]):
            for month in book["months"]:
                table.add_row(
                    book["name"], month["month"], month["state"], *_newest(month), Text("\n".join(month["waiting"]))
                )
    Console().print(table)
    faults = [f"{book['name']}: {book['fault']}" for book in body["books"] if book["fault"]]
    for fault in faults:
        Console().print(fault, **_PLAIN)
    return int(bool(faults))


def _newest(month: dict[str, Any]) -> tuple[str, str, str]:
    if not month["statements"]:
        return "", "", ""
    one = month["statements"][-1]
    again = f" ({len(month['statements'])} times)" if len(month["statements"]) > 1 else ""
    totals = [f"{Decimal(total['total']):,.2f} {total['currency']}" for total in one["totals"]]
    prior = [f"{Decimal(total['prior_period']):+,.2f} {total['currency']}" for total in one["totals"]]
    return f"{one['closed_at'][:16]} by {one['closed_by']}{again}", "\n".join(totals), "\n".join(prior)


def _show(parsed: argparse.Namespace) -> int:
    body = _asked(parsed, f"/{parsed.book}/{parse_month(parsed.month)}", parameters={"limit": parsed.limit})
    if body is None:
        return 0
    console, month = Console(), body["month"]
    table = Table(title=f"{body['book']} {month['month']}, {month['state']}", title_justify="left")
    table.add_column("name", overflow="fold")
    for column in ("statement", "posted since", "now", "not posted"):
        table.add_column(column, justify="right")
    for one in body["keys"]:
        table.add_row(Text(f"{one['name'] or 'everything'} ({one['currency']})"), *_figures(one))
    table.add_section()
    for one in body["totals"]:
        table.add_row(f"total {one['currency']}", *_figures(one), style="bold")
    console.print(table)
    for line in month["waiting"]:
        console.print(f"waits for: {line}", **_PLAIN)
    for one in month["statements"]:
        words = [f"{one['id']}: closed at {one['closed_at']} by {one['closed_by']}, lines sha256 {one['sha256'][:16]}"]
        words += [f"{name}: {one[name]}" for name in ("accepted", "reason") if one[name]]
        console.print("; ".join(words), **_PLAIN)
    if not body["kept"]:
        console.print("note: the tables do not keep this month any more; now is what was said and posted", **_PLAIN)
    return 0


def _figures(one: dict[str, Any]) -> tuple[str, ...]:
    return tuple(f"{Decimal(one[name]):,.2f}" for name in _AMOUNTS)


def _verify(parsed: argparse.Namespace) -> int:
    bucket = federated_storage(load_settings(parsed, AggregatorSettings).settings)
    names = (read_book(bucket, parsed.book).definition.name,) if parsed.book else book_names(bucket)
    found = [verify_book(bucket, name) for name in names]
    if parsed.format == "json":
        sys.stdout.write(msgspec.json.encode([_document(one) for one in found]).decode() + "\n")
    else:
        for one in found:
            _print_verified(one)
    return int(any(one.faults for one in found))


def _document(one: VerifiedBook) -> dict[str, Any]:
    faults = [{"number": fault.number, "message": fault.message} for fault in one.faults]
    return {"book": one.book, "statements": len(one.statements), "faults": faults, "leftovers": list(one.leftovers)}


def _print_verified(one: VerifiedBook) -> None:
    console = Console()
    good = (
        f"{len(one.statements)} statements, each as it was written" if not one.faults else f"{len(one.faults)} faults"
    )
    console.print(f"{one.book}: {good}", **_PLAIN)
    for fault in one.faults:
        console.print(f"  number {fault.number}: {fault.message}", **_PLAIN)
    for path in one.leftovers:
        console.print(f"  note: {path} is part of no statement: a closing was interrupted", **_PLAIN)


def _asked(
    parsed: argparse.Namespace, path: str, order: dict[str, str] | None = None, parameters: dict[str, str] | None = None
) -> dict[str, Any] | None:
    """
    Ask or order; with `--format json` print the answer as it came, and return None.

    Raises:
        CallerError: what was asked for cannot be done as it stands.
        NoAnswerError: there was no answer.
    """
    with api_client(parsed) as client:
        try:
            route = f"/api/v1/statements{path}"
            body = client.get(route, parameters or {}) if order is None else client.post(route, order)
        except NoAnswerError as error:
            if error.status in _REFUSED:
                raise CallerError(error.account) from error
            raise
    if parsed.format == "json":
        sys.stdout.write(body.decode() + "\n")
        return None
    answer: dict[str, Any] = msgspec.json.decode(body)
    return answer
