"""`fleetcost focus check`: any FOCUS file against the rules of the specification."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fleetcost.cli.flags import Subparsers
from fleetcost.focus.check import FocusVerdict, check_focus
from fleetcost.model.focus import FocusVersion
from fleetcost.ops.memory import machine_memory_bytes
from fleetcost.tables.database import EngineLimits

_THREADS = 2


def add_parser(subparsers: Subparsers, about: str) -> None:
    """Add the command."""
    parser = subparsers.add_parser("focus", help=about, description=about)
    actions = parser.add_subparsers(dest="action", required=True, metavar="action")
    check = actions.add_parser("check", help="list the rules of FOCUS that a file breaks, each with how many rows do")
    check.add_argument("file", type=Path, metavar="FILE", help="Parquet or CSV, also packed as .csv.gz or .csv.zst")
    check.add_argument("--version", choices=tuple(FocusVersion), default=FocusVersion.V1_3,
                       help="of the specification (default 1.3)")  # fmt: skip
    check.set_defaults(run=_check)


def _check(parsed: argparse.Namespace) -> int:
    """Print what was found; 1 where a rule is broken."""
    limits = EngineLimits(memory_bytes=machine_memory_bytes() // 4, threads=_THREADS)
    verdict = check_focus(parsed.file, FocusVersion(parsed.version), limits)
    print_verdict(verdict, parsed.version, Console())
    return 1 if verdict.breaches else 0


def print_verdict(verdict: FocusVerdict, version: str, console: Console) -> None:
    """Print the rules that are broken, and what was asked."""
    if verdict.breaches:
        table = Table("rule", "what must be so", "rows", "example")
        for one in verdict.breaches:
            table.add_row(one.rule, Text(one.words), str(one.rows or ""), Text(one.example))
        console.print(table)
    console.print(
        f"FOCUS {version}: {verdict.rows} rows, {verdict.rules} rules, {len(verdict.breaches)} broken", highlight=False
    )
