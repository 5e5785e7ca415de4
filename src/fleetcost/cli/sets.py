"""`fleetcost sets show`: any set file, decoded."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fleetcost.cli.flags import Subparsers
from fleetcost.cli.sets_raw import show_raw
from fleetcost.errors import DamagedError
from fleetcost.model.histogram import decode
from fleetcost.model.sets import SetKind
from fleetcost.sets.bingen.kinds import BingenKind
from fleetcost.sets.cost_set import CostSet
from fleetcost.sets.files import from_bytes
from fleetcost.sets.schema import TABLES

_COLUMNS = {
    SetKind.ALLOCATIONS: ("node", "namespace", "controller", "pod", "container", "cpu_core_hours"),
    SetKind.ASSETS: ("type", "name", "provider_id", "node_type", "price_source", "cpu_core_hours"),
}


def add_parser(subparsers: Subparsers, about: str) -> None:
    """Add the command."""
    parser = subparsers.add_parser("sets", help=about, description=about)
    actions = parser.add_subparsers(dest="action", required=True, metavar="action")
    show = actions.add_parser("show", help="decode set files and print them")
    show.add_argument("files", nargs="+", type=Path, metavar="FILE")
    show.add_argument("--json", action="store_true", help="one JSON document a row, in the columns of our format")
    show.add_argument("--raw", action="store_true", help="other agents' files: the wire fields, one document a line")
    show.add_argument("--kind", help=f"with --raw: {', '.join(BingenKind)}; else it is guessed")
    show.set_defaults(run=_show)


def _show(parsed: argparse.Namespace) -> int:
    """Print each file; one that cannot be read is named on standard error and the others are still printed."""
    if parsed.raw:
        return show_raw(parsed.files, parsed.kind)
    failed = 0
    for file in parsed.files:
        try:
            cost_set = from_bytes(file.read_bytes(), str(file))
        except (DamagedError, OSError) as error:
            sys.stderr.write(f"fleetcost: {error}\n")
            failed += 1
            continue
        _print_json(cost_set) if parsed.json else _print_table(cost_set)
    return 1 if failed else 0


def _print_json(cost_set: CostSet) -> None:
    for row in cost_set.table.to_pylist():
        maps = {name: dict(value) for name, value in row.items() if name.endswith(("labels", "annotations"))}
        uses = {name: decode(value) for name, value in row.items() if isinstance(value, bytes)}
        sys.stdout.write(msgspec.json.encode(row | maps | uses).decode() + "\n")


def _print_table(cost_set: CostSet) -> None:
    header = cost_set.header
    state = "final" if header.final else "partial"
    console = Console(highlight=False)
    console.print(Text(str(header.key), style="bold"))
    console.print(
        f"{header.rows:,} rows, {header.total_cost:,.6f} {header.currency}, {state}, "
        f"{header.coverage_minutes:g} of {header.key.window.minutes:g} minutes observed\n"
        f"from {header.source}, built {header.built_at:%Y-%m-%d %H:%M:%S}Z by {header.agent_version}, "
        f"format {header.format_version}",
        markup=False,
    )
    columns = _COLUMNS[header.key.kind]
    table = Table()
    for column in columns[:-1]:
        table.add_column(column, overflow="fold")
    table.add_column(columns[-1], justify="right")
    table.add_column("cost", justify="right")
    for row in cost_set.table.to_pylist():
        cost = sum(row[name] for name in TABLES[header.key.kind].costs)
        table.add_row(*(Text(str(row[name])) for name in columns[:-1]), f"{row[columns[-1]]:.4f}", f"{cost:.6f}")
    console.print(table)
