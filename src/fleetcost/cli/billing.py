"""`fleetcost billing`: read the bills, try the access to them, show what is known of them."""

from __future__ import annotations

import argparse
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fleetcost.billing.config import read_integrations
from fleetcost.billing.inspect import inspect
from fleetcost.billing.integration import Integration
from fleetcost.billing.plan import BillTiming, Due, rebuild, repair
from fleetcost.billing.refresh import Refreshed, Work
from fleetcost.billing.run import Billing, opener
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.bucket.port import Bucket
from fleetcost.cli.bill_check import bill_at, check_document, show_check
from fleetcost.cli.flags import Subparsers, add_settings_flags, load_settings
from fleetcost.cli.stores import clock, federated_storage
from fleetcost.commands import ShownCommand
from fleetcost.errors import SettingsError
from fleetcost.model.cloud_cost import CLOUD_COSTS, CloudCostTotal
from fleetcost.model.cloud_sets import CloudSetKey, ConnectionStatus, IntegrationStatus, integration_id
from fleetcost.model.window import Resolution, Window, rfc3339
from fleetcost.model.window_text import parse_window
from fleetcost.ops.memory import machine_memory_bytes
from fleetcost.ops.settings import AggregatorSettings
from fleetcost.sets.cloud.compare import changes
from fleetcost.sets.cloud.publish import read, versions
from fleetcost.sets.cloud.status import integrations, read_status
from fleetcost.tables.database import EngineLimits

LEAST_ENGINE_BYTES = 256 * 1024 * 1024
CHECKED_DAYS = 3
_GOOD, _BAD = "green", "red"


def make_billing(settings: AggregatorSettings, bucket: Bucket) -> Billing | None:
    """
    Put together what reads the bills; None where no integration is named.

    Raises:
        SettingsError: the file of integrations cannot be used.
    """
    if settings.cloud_integration is None:
        return None
    timing = BillTiming(
        refresh=timedelta(hours=settings.billing_refresh_hours),
        run_window=timedelta(days=settings.billing_run_window_days),
        query_window=timedelta(days=settings.billing_query_window_days),
        backfill=timedelta(days=settings.billing_backfill_days),
    )
    integrations = read_integrations(settings.cloud_integration)
    return Billing(integrations, _work(settings, bucket), timing, opener(time.sleep, timing, os.environ))


def _work(settings: AggregatorSettings, bucket: Bucket) -> Work:
    memory = max(LEAST_ENGINE_BYTES, (settings.memory or machine_memory_bytes() // 2) // 8)
    engine = EngineLimits(memory_bytes=memory, threads=max(1, len(os.sched_getaffinity(0))))
    return Work(bucket, settings.data_dir / "billing", engine, clock)


_READING = (
    "data_dir", "memory", "cloud_integration", "billing_refresh_hours", "billing_run_window_days",
    "billing_query_window_days", "billing_backfill_days",
)  # fmt: skip
"""Settings that count where bills are read."""


def add_parser(subparsers: Subparsers, about: str) -> None:
    """Add the command."""
    parser = subparsers.add_parser("billing", help=about, description=about)
    actions = parser.add_subparsers(dest="action", required=True, metavar="action")
    run = actions.add_parser("run", help="read the bills that are due and publish the days that changed")
    run.add_argument(
        "--window", metavar="W",
        help="repair these days and touch no other ones, such as 7d or 2026-01-10,2026-01-12: both dates are included",
    )  # fmt: skip
    run.add_argument("--rebuild", action="store_true", help="read and restate everything within billing_backfill_days")
    check = actions.add_parser(
        "check", help="read a file or folder of bills, or the newest ones of each integration; say what is in them"
    )
    check.add_argument("path", nargs="?", type=Path, metavar="FILE|FOLDER", help="bills on this machine")
    status = actions.add_parser("status", help="what the last run found")
    days = actions.add_parser("versions", help="the versions of a day, with their totals")
    days.add_argument("day", help="such as 2026-01-10")
    days.add_argument("--changes", metavar="OLD,NEW", help="the rows that differ between two versions, such as 1,2")
    for action, handler, counting in (
        (run, _run, _READING), (check, _check, _READING), (status, _status, ()), (days, _versions, ()),
    ):  # fmt: skip
        action.add_argument("--integration", metavar="NAME", help="only this one")
        action.add_argument("--json", action="store_true", help="one JSON document instead of a table")
        add_settings_flags(action, AggregatorSettings, only=counting)
        action.set_defaults(run=handler)


def _run(parsed: argparse.Namespace) -> int:
    settings = load_settings(parsed, AggregatorSettings).settings
    billing = _chosen(settings, federated_storage(settings), parsed.integration)
    done = billing.run_once(_due(parsed, billing.timing))
    _show(done, parsed, billing.integrations)
    return 0 if all(one.status is ConnectionStatus.SUCCESSFUL for one in done.values()) else 1


def _check(parsed: argparse.Namespace) -> int:
    settings = load_settings(parsed, AggregatorSettings).settings
    now, work = clock(), _work(settings, MemoryBucket())
    if parsed.path is not None:
        window = Window(datetime(1970, 1, 1, tzinfo=UTC), now)
        integration, source = bill_at(parsed.path)
        found = {integration: inspect(integration, lambda: source, window, work)}
    else:
        billing = _chosen(settings, work.bucket, parsed.integration)
        window = Window(Resolution.DAY.floor(now - timedelta(days=CHECKED_DAYS)), now)
        found = {one: inspect(one, partial(billing.open_source, one), window, work) for one in billing.integrations}
    if parsed.json:
        _print_json([check_document(one, each) for one, each in found.items()])
    else:
        for one, each in found.items():
            show_check(one, each)
    return 0 if all(each.status is ConnectionStatus.SUCCESSFUL for each in found.values()) else 1


def _status(parsed: argparse.Namespace) -> int:
    bucket = federated_storage(load_settings(parsed, AggregatorSettings).settings)
    names = [one for one in integrations(bucket) if parsed.integration in {None, one}]
    found = [status for name in names if (status := read_status(bucket, name))]
    if parsed.json:
        _print_json([_plain(status) for status in found])
        return 0
    table = Table(box=SIMPLE_HEAD, header_style="bold")
    for heading in ("integration", "status", "days", "last run", "next run"):
        table.add_column(heading, overflow="fold")
    for status in found:
        colour = _GOOD if status.valid else _BAD
        said = Text(status.status.value, colour)
        if status.message:
            said.append(f"\n{status.message}", "bright_black")
        span = status.coverage
        covered = f"{span.start:%Y-%m-%d} to {span.end - timedelta(days=1):%Y-%m-%d}" if span else "none"
        table.add_row(
            status.integration, said, covered, f"{status.last_run:%Y-%m-%d %H:%M}", f"{status.next_run:%H:%M}"
        )
    console = Console(highlight=False)
    first = ShownCommand.BILLING_RUN
    console.print(table if found else f"No bills were read yet: run `{first}` {first.where}")
    return 0


def _versions(parsed: argparse.Namespace) -> int:
    bucket = federated_storage(load_settings(parsed, AggregatorSettings).settings)
    try:
        day = Resolution.DAY.window_of(datetime.fromisoformat(f"{parsed.day}T00:00:00+00:00"))
    except ValueError:
        raise SettingsError(f"day {parsed.day!r}: expected a date such as 2026-01-10") from None
    names = [integration_id(parsed.integration)] if parsed.integration else integrations(bucket)
    if parsed.changes:
        return _changes(parsed, bucket, [CloudSetKey(name, day) for name in names])
    table = Table(box=SIMPLE_HEAD, header_style="bold")
    for heading in ("integration", "version", "built", "state", "rows", "currency", *map(_words, CLOUD_COSTS)):
        table.add_column(heading, justify="right" if heading in {"rows", *map(_words, CLOUD_COSTS)} else "left")
    documents = []
    for name in names:
        for header in versions(bucket, CloudSetKey(name, day)):
            documents += [_version(header.version, name, total) for total in header.totals]
            for total in header.totals:
                costs = (f"{getattr(total, cost):,.2f}" for cost in CLOUD_COSTS)
                table.add_row(
                    name, str(header.version), f"{header.built_at:%Y-%m-%d %H:%M}", header.state.value,
                    f"{header.rows:,}", total.currency, *costs,
                )  # fmt: skip
    if parsed.json:
        _print_json(documents)
    else:
        Console(highlight=False).print(table)
    return 0


def _changes(parsed: argparse.Namespace, bucket: Bucket, keys: Sequence[CloudSetKey]) -> int:
    old, separator, new = parsed.changes.partition(",")
    if not (separator and old.isdecimal() and new.isdecimal() and int(old) and int(new)):
        raise SettingsError(f"--changes {parsed.changes}: expected two versions such as 1,2")
    if len(keys) != 1:
        raise SettingsError("--changes compares the versions of one integration: give --integration NAME")
    found = changes(read(bucket, keys[0], int(old)), read(bucket, keys[0], int(new)))
    if parsed.json:
        _print_json([{**asdict(one), "difference": _total(one.difference)} for one in found])
        return 0
    table = Table(box=SIMPLE_HEAD, header_style="bold")
    for heading in ("rule", "service", "resource", "usage", "currency", *map(_words, CLOUD_COSTS)):
        table.add_column(heading, justify="right" if heading in map(_words, CLOUD_COSTS) else "left", overflow="fold")
    for one in found:
        costs = (f"{getattr(one.difference, cost):+,.2f}" for cost in CLOUD_COSTS)
        table.add_row(one.rule, one.service, one.provider_id, one.usage_type, one.difference.currency, *costs)
    Console(highlight=False).print(table if found else "The two versions cost the same in every row.")
    return 0


def _chosen(settings: AggregatorSettings, bucket: Bucket, name: str | None) -> Billing:
    billing = make_billing(settings, bucket)
    if billing is None:
        raise SettingsError("no bills: give --cloud-integration cloud-integration.json")
    chosen = [one for one in billing.integrations if name in {None, one.id}]
    if not chosen:
        known = ", ".join(one.id for one in billing.integrations)
        raise SettingsError(f"--integration {name}: there is none of this name; known: {known}")
    return replace(billing, integrations=chosen)


def _due(parsed: argparse.Namespace, timing: BillTiming) -> Callable[[Integration], Due] | None:
    if parsed.window and parsed.rebuild:
        raise SettingsError("give either --window or --rebuild, not both")
    if parsed.rebuild:
        return lambda _one: rebuild(clock(), timing)
    if parsed.window:
        window = _dates(parsed.window) or parse_window(parsed.window, clock())
        return lambda _one: repair(window)
    return None


def _dates(text: str) -> Window | None:
    """Return a date, or two with all between them, as whole UTC days; None where the text is something else."""
    try:
        days = [datetime.strptime(one, "%Y-%m-%d").replace(tzinfo=UTC) for one in text.split(",")]
    except ValueError:
        return None
    if days[0] > days[-1] or len(days) > len(("first", "last")):
        raise SettingsError(f"--window {text}: expected a first date and a last one, such as 2026-01-10,2026-01-12")
    return Window(days[0], days[-1] + Resolution.DAY.delta)


def _show(done: dict[str, Refreshed], parsed: argparse.Namespace, of: Sequence[Integration]) -> None:
    if parsed.json:
        _print_json([_document(name, one) for name, one in done.items()])
        return
    table = Table(box=SIMPLE_HEAD, header_style="bold")
    for heading in ("integration", "bills at", "status", "days", "billed, amortized net"):
        table.add_column(heading, overflow="fold")
    for integration in of:
        one = done[integration.id]
        said = Text(one.status.value, _GOOD if one.status is ConnectionStatus.SUCCESSFUL else _BAD)
        if one.message:
            said.append(f"\n{one.message}", "bright_black")
        outcomes = Counter(day.outcome.value for day in one.days)
        days = "\n".join(f"{count} {outcome}" for outcome, count in outcomes.items())
        table.add_row(integration.id, integration.location, said, days, _sums(one))
    Console(highlight=False).print(table)


def _sums(done: Refreshed) -> str:
    sums: Counter[str] = Counter()
    odd: Counter[str] = Counter()
    for day in done.days:
        for total in day.header.totals:
            sums[total.currency] += total.amortized_net_cost  # type: ignore[assignment]
        for total in day.header.unmapped:
            odd[total.currency] += total.amortized_net_cost  # type: ignore[assignment]
    lines = [f"{sums[currency]:,.2f} {currency}" for currency in sorted(sums)]
    return "\n".join([*lines, *(f"of it unmapped {odd[currency]:,.2f} {currency}" for currency in sorted(odd))])


def _document(name: str, done: Refreshed) -> dict[str, object]:
    days = [
        {
            "day": f"{day.header.key.window.start:%Y-%m-%d}",
            "outcome": day.outcome.value,
            "version": day.header.version,
            "state": day.header.state.value,
            "rows": day.header.rows,
            "bill_rows": day.header.bill_rows,
            "totals": [_total(total) for total in day.header.totals],
            "unmapped": [_total(total) for total in day.header.unmapped],
        }
        for day in done.days
    ]
    return {"integration": name, "status": done.status.value, "message": done.message, "days": days}


def _version(number: int, name: str, total: CloudCostTotal) -> dict[str, object]:
    return {"integration": name, "version": number, **_total(total)}


def _total(total: CloudCostTotal) -> dict[str, object]:
    return {"currency": total.currency, **{name: str(getattr(total, name)) for name in CLOUD_COSTS}}


def _plain(status: IntegrationStatus) -> dict[str, object]:
    span = status.coverage
    return {
        "integration": status.integration, "source": status.source, "provider": status.provider,
        "location": status.location, "status": status.status.value, "message": status.message,
        "last_run": rfc3339(status.last_run), "next_run": rfc3339(status.next_run), "runs": status.runs,
        "coverage": [rfc3339(span.start), rfc3339(span.end)] if span else None,
    }  # fmt: skip


def _words(name: str) -> str:
    return name.removesuffix("_cost").replace("_", " ")


def _print_json(document: object) -> None:
    Console().out(json.dumps(document, indent=2), highlight=False)
