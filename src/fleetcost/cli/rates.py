"""`fleetcost rates`: exchange rates into the bucket, checked; what is there."""

from __future__ import annotations

import argparse
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from fleetcost.bucket.port import Bucket
from fleetcost.cli.flags import Subparsers, add_settings_flags, load_settings
from fleetcost.cli.stores import clock, federated_storage
from fleetcost.errors import CallerError, FleetcostError
from fleetcost.ops.settings import AggregatorSettings
from fleetcost.rates.checks import checked
from fleetcost.rates.fetch import ECB_URL, fetch_rates
from fleetcost.rates.reading import RateFile, read_rates
from fleetcost.rates.store import CurrentRates, check_name, prune_rates, publish_rates, read_table, table_names
from fleetcost.rates.table import RatePolicy, RateTable
from fleetcost.statements.book import book_names
from fleetcost.statements.store import read_chain

VERSIONS_KEPT = timedelta(days=400)
"""A version of a table stays this long after it was replaced, and for ever where a statement names it."""

_PLAIN: dict[str, Any] = {"markup": False, "highlight": False, "soft_wrap": True}


def add_parser(subparsers: Subparsers, about: str) -> None:
    """Add the command."""
    parser = subparsers.add_parser("rates", help=about, description=about)
    actions = parser.add_subparsers(dest="action", required=True, metavar="action")
    take = actions.add_parser("import", help="take a file of rates into a table of the bucket")
    _add_file(take)
    _add_table(take)
    take.add_argument("--force", action="store_true", help="take changes of more than three times")
    take.set_defaults(run=_import)
    check = actions.add_parser("check", help="read a file of rates and say what is wrong with it; write nothing")
    _add_file(check)
    check.set_defaults(run=_check)
    show = actions.add_parser("show", help="what one unit of a currency is worth in another on a day")
    show.add_argument("day", type=date.fromisoformat, metavar="DAY", help="such as 2026-10-17")
    show.add_argument("of", metavar="FROM", help="ISO 4217 code")
    show.add_argument("into", metavar="TO", help="ISO 4217 code")
    _add_table(show)
    show.set_defaults(run=_show)
    listed = actions.add_parser("list", help="the tables of the bucket, their versions and days")
    add_settings_flags(listed, AggregatorSettings, only=())
    listed.set_defaults(run=_list)
    fetch = actions.add_parser("fetch", help="fetch the European Central Bank's rates into a table")
    _add_table(fetch)
    fetch.add_argument("--mirror", default=ECB_URL, metavar="URL", help="another folder with the bank's files")
    fetch.set_defaults(run=_fetch)


def _add_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        type=Path,
        metavar="FILE",
        help="date,base,quote,rate as CSV, or the European Central Bank's CSV, zip or XML",
    )
    parser.add_argument(
        "--monthly",
        action="store_true",
        help="rates count for whole months; dates such as 2026-10 say it by themselves",
    )


def _add_table(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--table", help="name of the table (default: the setting rates)")
    add_settings_flags(parser, AggregatorSettings, only=("rates", "rate_max_age_days"))


def _import(parsed: argparse.Namespace) -> int:
    bucket, name = _opened(parsed)
    file = _read(parsed)
    known = read_table(bucket, name).table
    rates = checked(file, known.rates if known else (), force=parsed.force)
    return _written(bucket, name, publish_rates(bucket, name, file.kind, rates, parsed.file.name, clock()))


def _check(parsed: argparse.Namespace) -> int:
    file = _read(parsed)
    rates = checked(file)
    pairs = {(one.base, one.quote) for one in rates}
    days = sorted({one.day for one in rates})
    Console().print(
        f"{file.name}: {len(rates)} {file.kind} rates of {len(pairs)} pairs, {days[0]} to {days[-1]}", **_PLAIN
    )
    return 0


def _show(parsed: argparse.Namespace) -> int:
    settings = load_settings(parsed, AggregatorSettings).settings
    table = _table(federated_storage(settings), parsed.table or settings.rates)
    policy = RatePolicy(table, None, settings.rate_max_age_days)
    of, into = parsed.of.upper(), parsed.into.upper()
    found = policy.factor(of, into, parsed.day)
    if found is None:
        raise CallerError(policy.why_none(of, into, parsed.day))
    Console().print(
        f"1 {of} = {found.factor:f} {into} on {parsed.day} (rate of {found.rate_day}, {table.name} version "
        f"{table.version})",
        **_PLAIN,
    )
    return 0


def _list(parsed: argparse.Namespace) -> int:
    """Print each table; 1 where one cannot be read as it should."""
    bucket = federated_storage(load_settings(parsed, AggregatorSettings).settings)
    shown = Table(
        "table", "kind", "version", "rates", "first day", "last day", "changed", "from", "written", "what is wrong"
    )
    faults = 0
    for name in table_names(bucket):
        known = read_table(bucket, name)
        said, table = known.current, known.table
        faults += bool(known.fault)
        shown.add_row(
            name,
            table.kind if table else "",
            str(table.version) if table else "none",
            str(len(table.rates)) if table else "",
            table.rates[0].day.isoformat() if table else "",
            table.rates[-1].day.isoformat() if table else "",
            f"{said.changed_first} to {said.changed_last}" if said else "",
            said.source if said else "",
            f"{said.written_at:%Y-%m-%d %H:%M}" if said else "",
            known.fault or "nothing",
        )
    Console().print(shown)
    return int(faults > 0)


def _fetch(parsed: argparse.Namespace) -> int:
    bucket, name = _opened(parsed)
    return _written(bucket, name, fetch_rates(bucket, name, clock(), parsed.mirror))


def _opened(parsed: argparse.Namespace) -> tuple[Bucket, str]:
    settings = load_settings(parsed, AggregatorSettings).settings
    name = parsed.table or settings.rates
    if not name:
        raise CallerError("no table: name it with --table, such as --table ecb, or in the setting rates")
    return federated_storage(settings), check_name(name)


def _table(bucket: Bucket, name: str) -> RateTable:
    known = read_table(bucket, check_name(name)).table if name else None
    if known is None:
        there = ", ".join(table_names(bucket)) or "none"
        raise CallerError(f"there is no rate table {name or '(none is named)'}; the bucket has: {there} (--table)")
    return known


def _read(parsed: argparse.Namespace) -> RateFile:
    return read_rates(parsed.file.name, parsed.file.read_bytes(), monthly=parsed.monthly)


def _written(bucket: Bucket, name: str, current: CurrentRates | None) -> int:
    if current is None:
        Console().print(f"{name}: nothing has changed", **_PLAIN)
    else:
        Console().print(
            f"{name}: version {current.version}, {current.rows} rates, {current.first_day} to {current.last_day}; "
            f"changed from {current.changed_first} to {current.changed_last}",
            **_PLAIN,
        )
        _prune(bucket, name)
    return 0


def _prune(bucket: Bucket, name: str) -> None:
    """Delete versions that nobody can name any more; where it is not known which statements do, all stay."""
    try:
        inputs = [one.header.inputs for book in book_names(bucket) for one in read_chain(bucket, book)]
        named = {one.rates_version for one in inputs if one.rates_table == name}
        gone = prune_rates(bucket, name, named, clock() - VERSIONS_KEPT)
    except FleetcostError as error:
        Console().print(f"{name}: old versions stay: {error}", **_PLAIN)
        return
    if gone:
        Console().print(f"{name}: deleted old versions {', '.join(map(str, gone))}", **_PLAIN)
