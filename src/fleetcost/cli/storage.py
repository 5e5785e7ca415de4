"""`fleetcost storage check` and `fleetcost storage ls`: does the bucket work, and what is in it."""

from __future__ import annotations

import argparse
import json
import os
import time
import uuid
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from fleetcost.cli.beside import beside_document, print_beside, size_words, without_sets
from fleetcost.cli.flags import Subparsers, add_settings_flags, load_settings
from fleetcost.cli.inventory import Inventory, InventoryRow, whole_inventory
from fleetcost.cli.stores import federated_storage
from fleetcost.documents.places import FEDERATED, cluster_folder
from fleetcost.errors import SettingsError
from fleetcost.model.identity import cluster_id
from fleetcost.model.window import Resolution, Window, rfc3339
from fleetcost.ops.settings import SharedSettings
from fleetcost.probe.check import ProbeContext, ProbeOutcome, ProbeStep, check

CHECK_FOLDER = "fleetcost/check"
SHOWN_HOLES = 5
WIDE_COLUMNS = 104
SHOWN_STRANGERS = 10

_LOOKS = {
    ProbeOutcome.PASSED: ("✔", "green"),
    ProbeOutcome.WARNED: ("!", "yellow"),
    ProbeOutcome.FAILED: ("✘", "red"),
    ProbeOutcome.NOT_TRIED: ("·", "bright_black"),
}


def add_parser(subparsers: Subparsers, about: str) -> None:
    """Add the command."""
    parser = subparsers.add_parser("storage", help=about, description=about)
    actions = parser.add_subparsers(dest="action", required=True, metavar="action")
    one = actions.add_parser(
        "check",
        help="put, get, list, replace and delete with these credentials; name what is missing",
        description="Try everything fleetcost does with the bucket. Exit code 1 if anything fails.",
    )
    one.add_argument("--below", default=CHECK_FOLDER, metavar="PATH", help="where one object is written for a moment")
    one.add_argument("--read-only", action="store_true", help="only list and read, as a reader's credentials allow")
    other = actions.add_parser("ls", help="what is in the bucket, per cluster")
    other.add_argument("--cluster", metavar="ID", help="only this cluster's folder")
    for action, run in ((one, _check), (other, _ls)):
        action.add_argument("--json", action="store_true", help="one JSON document instead of a table")
        add_settings_flags(action, SharedSettings)
        action.set_defaults(run=run)


def _check(parsed: argparse.Namespace) -> int:
    file = load_settings(parsed, SharedSettings).settings.storage_config
    if file is None:
        raise SettingsError("no bucket to check: give --storage-config federated-store.yaml")
    around = ProbeContext(os.environ, lambda: datetime.now(UTC), time.monotonic, uuid.uuid4().hex[:12])
    below = parsed.below.strip("/")
    steps = check(file, around, below, write=not parsed.read_only, own=_own_folder(below))
    console = Console(highlight=False)
    done = list(steps) if parsed.json else _printed(console, file, steps)
    failed = [step for step in done if step.outcome is ProbeOutcome.FAILED]
    if parsed.json:
        report = {"passed": not failed, "steps": [asdict(step) for step in done]}
        console.out(json.dumps(report, indent=2), highlight=False)
    else:
        _sum_up(console, done, len(failed))
    return 1 if failed else 0


def _own_folder(below: str) -> str:
    """Return the cluster's folder that a path lies in, empty where it lies in none."""
    first, _, rest = below.partition("/")
    return cluster_folder(cluster_id(rest.partition("/")[0])) if first == FEDERATED and rest else ""


def _printed(console: Console, file: Path, steps: Iterator[ProbeStep]) -> list[ProbeStep]:
    console.print(f"[bold]Storage check[/bold]  {file}\n")
    done = []
    for step in steps:
        done.append(step)
        mark, colour = _LOOKS[step.outcome]
        table = Table.grid(padding=(0, 2))
        table.add_column(width=1)
        table.add_column(width=11)
        table.add_column(width=max(console.width - 30, 30))
        table.add_column(justify="right", width=8)
        took = f"{step.seconds * 1000:.0f} ms" if step.outcome is not ProbeOutcome.NOT_TRIED else ""
        account = Text(step.account, style="" if step.outcome is not ProbeOutcome.NOT_TRIED else colour)
        if step.needs:
            account.append(f"\nneeds {step.needs}", style="bold")
        table.add_row(Text(mark, style=colour), Text(step.name, style=colour), account, Text(took, "bright_black"))
        console.print(Padding(table, (0, 0, 0, 1)))
    return done


def _sum_up(console: Console, done: list[ProbeStep], failed: int) -> None:
    seconds = sum(step.seconds for step in done)
    skipped = sum(step.outcome is ProbeOutcome.NOT_TRIED for step in done)
    if failed:
        rest = f", {skipped} not tried" if skipped else ""
        console.print(f"\n[red]{failed} of {len(done)} checks failed[/red]{rest}, after {seconds:.1f} s")
    else:
        console.print(f"\n[green]All {len(done)} checks passed[/green] in {seconds:.1f} s")


def _ls(parsed: argparse.Namespace) -> int:
    bucket = federated_storage(load_settings(parsed, SharedSettings).settings)
    inventory = whole_inventory(bucket, cluster_id(parsed.cluster) if parsed.cluster else None)
    console = Console(highlight=False)
    if parsed.json:
        console.out(_as_json(bucket.name, inventory), highlight=False)
        return 0
    console.print(f"[bold]{bucket.name}[/bold]\n")
    if inventory.rows:
        console.print(_table(inventory, narrow=console.width < WIDE_COLUMNS))
        _holes(console, inventory)
    else:
        console.print(Text(without_sets(inventory.beside)))
    print_beside(console, inventory.beside)
    _others(console, inventory)
    return 0


def _table(inventory: Inventory, *, narrow: bool) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("cluster", overflow="fold", min_width=12)
    for heading in ("sets",) if narrow else ("sets", "form"):
        table.add_column(heading, no_wrap=True)
    for heading in ("windows", "size"):
        table.add_column(heading, justify="right", no_wrap=True)
    for heading in ("first", "last"):
        table.add_column(heading, no_wrap=True)
    table.add_column("holes", justify="right", no_wrap=True)
    former = ""
    for row in inventory.rows:
        if former and row.cluster != former:
            table.add_section()
        table.add_row("" if row.cluster == former else row.cluster, *_cells(row, narrow=narrow))
        former = row.cluster
    return table


def _cells(row: InventoryRow, *, narrow: bool) -> tuple[str | Text, ...]:
    written = Resolution.DAY if narrow else row.resolution
    sets = f"{row.kind} {row.resolution}"
    ours = row.form == "parquet"
    return (
        *((sets if ours else f"{sets}\n({row.form})",) if narrow else (sets, row.form)),
        f"{row.windows:,}",
        size_words(row.size_bytes),
        _instant(row.span.start, written),
        _instant(row.span.end - row.resolution.delta, written),
        Text(f"{row.missing:,}", "yellow") if row.missing else Text("none", "bright_black"),
    )


def _holes(console: Console, inventory: Inventory) -> None:
    """Print the holes; kinds that lack the same windows share a line."""
    shared: dict[tuple[str, str, tuple[Window, ...]], list[InventoryRow]] = {}
    for row in inventory.rows:
        if row.holes:
            shared.setdefault((row.cluster, row.resolution, row.holes), []).append(row)
    if not shared:
        return
    grid = Table.grid(padding=(0, 2))
    for (cluster, resolution, holes), rows in shared.items():
        kinds = " and ".join(dict.fromkeys(row.kind for row in rows))
        spans = [_span(hole, rows[0].resolution) for hole in holes[:SHOWN_HOLES]]
        more = f" and {len(holes) - len(spans):,} more" if len(holes) > len(spans) else ""
        grid.add_row(cluster, f"{kinds} {resolution}", ", ".join(spans) + more)
    console.print("[bold]holes[/bold]")
    console.print(Padding(grid, (0, 0, 1, 2)))


def _span(hole: Window, resolution: Resolution) -> str:
    first, last = _instant(hole.start, resolution), _instant(hole.end - resolution.delta, resolution)
    return first if first == last else f"{first} to {last}"


def _instant(instant: datetime, resolution: Resolution) -> str:
    return f"{instant:%Y-%m-%d}" if resolution is Resolution.DAY else f"{instant:%Y-%m-%d %H:%M}"


def _others(console: Console, inventory: Inventory) -> None:
    clusters = len({row.cluster for row in inventory.rows})
    windows = sum(row.windows for row in inventory.rows)
    console.print(f"{_many(clusters, 'cluster')}, {_many(windows, 'set')}, {size_words(inventory.size_bytes)}")
    if inventory.combined:
        console.print(f"{_many(inventory.combined, 'object')} of an older product's merged output: skipped")
    if inventory.strangers:
        console.print(f"[yellow]{_many(len(inventory.strangers), 'object')} this build does not know:[/yellow]")
        for stranger in inventory.strangers[:SHOWN_STRANGERS]:
            console.print(Text(f"  {stranger.path}  ({stranger.reason})"))
        if len(inventory.strangers) > SHOWN_STRANGERS:
            console.print(f"  and {len(inventory.strangers) - SHOWN_STRANGERS:,} more; --json lists all")


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def _as_json(name: str, inventory: Inventory) -> str:
    rows = [
        {
            "cluster": row.cluster,
            "kind": row.kind,
            "resolution": row.resolution,
            "form": row.form,
            "windows": row.windows,
            "bytes": row.size_bytes,
            "start": rfc3339(row.span.start),
            "end": rfc3339(row.span.end),
            "missing": row.missing,
            "holes": [{"start": rfc3339(hole.start), "end": rfc3339(hole.end)} for hole in row.holes],
        }
        for row in inventory.rows
    ]
    strangers = [asdict(stranger) for stranger in inventory.strangers]
    document = {"bucket": name, "sets": rows, "combined": inventory.combined, "unknown": strangers}
    return json.dumps(document | beside_document(inventory.beside), indent=2)
