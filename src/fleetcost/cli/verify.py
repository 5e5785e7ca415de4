"""`fleetcost verify`: the whole chain, link by link and cluster by cluster; the first broken link with its cure."""

from __future__ import annotations

import argparse
import json
import os
import random
import tempfile
import time
import uuid
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from fleetcost.cli.asking import add_api_flags, api_client
from fleetcost.cli.flags import Subparsers, add_settings_flags, load_settings
from fleetcost.cli.storage import CHECK_FOLDER
from fleetcost.cli.stores import clock, federated_storage
from fleetcost.errors import CallerError
from fleetcost.model.identity import cluster_id
from fleetcost.ops.settings import SharedSettings
from fleetcost.probe.check import ProbeContext, check
from fleetcost.verify.chain import Bucketful, verify_bucket, verify_server
from fleetcost.verify.numbers import verify_numbers
from fleetcost.verify.verdict import Link, LinkState, LinkVerdict, Report, not_tried

_MARKS = {
    LinkState.HOLDS: ("✔", "green"),
    LinkState.REMARK: ("!", "yellow"),
    LinkState.BROKEN: ("✘", "red"),
    LinkState.NOT_TRIED: ("·", "bright_black"),
}
_OF_A_CLUSTER = (
    Link.OBJECTS, Link.HEARTBEAT, Link.UPLOADS, Link.DIAGNOSTICS, Link.INGEST, Link.DERIVE, Link.ALLOCATIONS,
    Link.ASSETS, Link.BOOKS,
)  # fmt: skip
_SEVERITY = (LinkState.BROKEN, LinkState.NOT_TRIED, LinkState.REMARK, LinkState.HOLDS)
_SHARED = (Link.STORAGE, Link.AGGREGATOR, Link.BILLS)


def add_parser(subparsers: Subparsers, about: str) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "verify",
        help=about,
        description="Look at every link from each cluster to its costs. Exit code 1 if one is broken.",
    )
    add_api_flags(parser)
    parser.add_argument("--bucket-only", action="store_true", help="look at the bucket alone, ask no aggregator")
    parser.add_argument("--write", action="store_true", help="also try to write, replace and delete in the bucket")
    parser.add_argument(
        "--cluster", action="append", default=[], metavar="ID", help="a cluster that must be there; may be repeated"
    )
    parser.add_argument("--all", action="store_true", help="a line for every link, also of clusters where all hold")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of tables")
    parser.add_argument(
        "--numbers",
        action="store_true",
        help="hold the aggregator's numbers against the bucket: books, parts and totals at both price bases, and a day "
        "that is chosen by chance and rebuilt from its objects; prints the first difference",
    )
    add_settings_flags(parser, SharedSettings)
    parser.set_defaults(run=_run)


def _run(parsed: argparse.Namespace) -> int:
    settings = load_settings(parsed, SharedSettings).settings
    now = clock()
    if parsed.numbers:
        return _numbers(parsed, settings, now)
    bucketful = _bucket(parsed, settings, now)
    verdicts = list(bucketful.verdicts)
    if parsed.bucket_only:
        verdicts += not_tried([Link.AGGREGATOR], "--bucket-only")
    else:
        with api_client(parsed) as client:
            verdicts += verify_server(client.get, bucketful.folders, now)
    report = Report(tuple(verdicts))
    console = Console(highlight=False)
    if parsed.json:
        console.out(_as_json(report), highlight=False)
    else:
        _print(console, report, every=parsed.all)
    return 1 if report.broken else 0


def _numbers(parsed: argparse.Namespace, settings: SharedSettings, now: datetime) -> int:
    """Print how many amounts are equal, or the first two that are not."""
    if settings.storage_config is None:
        raise CallerError("no bucket to look into: give --storage-config federated-store.yaml")
    count, console, choose = 0, Console(highlight=False, soft_wrap=True), random.SystemRandom().choice
    with tempfile.TemporaryDirectory(prefix="fleetcost-") as folder, api_client(parsed) as client:
        for figure in verify_numbers(federated_storage(settings), client.get, Path(folder), now, choose):
            count += 1
            if figure.differs:
                amounts = f"{figure.found} found, {figure.expected} expected"
                console.print(f"differs: {figure.what}: {figure.where}: {amounts}", markup=False)
                return 1
    console.print(f"{count:,} pairs of amounts are equal")
    return 0


def _bucket(parsed: argparse.Namespace, settings: SharedSettings, now: datetime) -> Bucketful:
    if settings.storage_config is None:
        if parsed.bucket_only or parsed.cluster:
            raise CallerError("no bucket to look into: give --storage-config federated-store.yaml")
        return Bucketful(not_tried([Link.STORAGE], "no --storage-config: only the aggregator is asked"), None)
    around = ProbeContext(os.environ, lambda: datetime.now(UTC), time.monotonic, uuid.uuid4().hex[:12])
    steps = tuple(check(settings.storage_config, around, CHECK_FOLDER, write=parsed.write))
    expected = [cluster_id(one) for one in parsed.cluster]
    return verify_bucket(steps, lambda: federated_storage(settings), expected, now)


def _print(console: Console, report: Report, *, every: bool) -> None:
    first = report.first_broken
    for link in _SHARED:
        verdict = report.of("", link)
        if verdict:
            _line(console, link, verdict, cure=verdict in first)
    for cluster in report.clusters:
        _cluster(console, report, cluster, every=every)
    _sum_up(console, report)


def _cluster(console: Console, report: Report, cluster: str, *, every: bool) -> None:
    """Print a cluster's links, a line each; one line where all hold."""
    own = [verdict for link in _OF_A_CLUSTER if (verdict := report.of(cluster, link))]
    worst = min((one.state for one in own), key=_SEVERITY.index)
    mark, colour = _MARKS[worst]
    shown = own if every or worst is LinkState.BROKEN else [one for one in own if one.state is not LinkState.HOLDS]
    remark = f"{len(own) - len(shown)} links hold" if len(shown) < len(own) else ""
    console.print(Text.assemble((mark, colour), " ", (cluster, "bold"), f"  {remark}"))
    for one in shown:
        _line(console, one.link, one, cure=one in report.first_broken, indent=1)


def _line(console: Console, link: Link, verdict: LinkVerdict, *, cure: bool, indent: int = 0) -> None:
    mark, colour = _MARKS[verdict.state]
    grid = Table.grid(padding=(0, 1))
    for width in (indent, 1, 12) if indent else (1, 12):
        grid.add_column(width=width, no_wrap=True)
    grid.add_column(overflow="fold")
    account = Text(verdict.account, "bright_black" if verdict.state is LinkState.NOT_TRIED else "")
    if cure:
        account.append(f"\ncure: {verdict.cure}", style="bold")
    cells = (Text(mark, colour), Text(link), account)
    grid.add_row(*(("", *cells) if indent else cells))
    console.print(grid)


def _sum_up(console: Console, report: Report) -> None:
    first = report.first_broken
    if not first:
        console.print("\n[green]The chain holds.[/green]")
        return
    where = ", ".join(f"{one.cluster} {one.link}" if one.cluster else one.link.value for one in first)
    more = len(report.broken) - len(first)
    behind = f"; {more} more broken behind them" if more else ""
    console.print(f"\n[red]Broken first: {escape(where)}[/red]{behind}")


def _as_json(report: Report) -> str:
    document = {
        "holds": not report.broken,
        "first_broken": [asdict(one) for one in report.first_broken],
        "verdicts": [asdict(one) for one in report.verdicts],
    }
    return json.dumps(document, indent=2)
