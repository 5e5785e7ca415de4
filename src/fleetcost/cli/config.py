"""`fleetcost config show`: effective settings and where each came from."""

from __future__ import annotations

import argparse

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fleetcost.cli.flags import Subparsers, add_settings_flags, load_settings
from fleetcost.ops.settings import ROLES


def add_parser(subparsers: Subparsers, about: str) -> None:
    """Add the command."""
    parser = subparsers.add_parser("config", help=about, description=about)
    actions = parser.add_subparsers(dest="action", required=True, metavar="action")
    show = actions.add_parser("show", help="print a role's settings")
    roles = show.add_subparsers(dest="role", required=True, metavar="role")
    for name, role in ROLES.items():
        one = roles.add_parser(name, help=f"settings of the {name}")
        add_settings_flags(one, role)
        one.set_defaults(run=_show)


def _show(parsed: argparse.Namespace) -> int:
    loaded = load_settings(parsed, ROLES[parsed.role])
    table = Table()
    for title in ("setting", "value", "from"):
        table.add_column(title, overflow="fold")
    for name in loaded.settings.__struct_fields__:
        value = getattr(loaded.settings, name)
        table.add_row(name, Text("" if value is None else str(value)), Text(loaded.origins[name]))
    Console().print(table)
    return 0
