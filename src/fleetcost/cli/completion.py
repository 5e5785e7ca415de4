"""`fleetcost completion`: what a shell needs to complete commands, flags and the words they take."""

from __future__ import annotations

import argparse
import os

from argcomplete.completers import FilesCompleter
from argcomplete.finders import CompletionFinder
from argcomplete.shell_integration import shellcode

from fleetcost.cli.flags import Subparsers
from fleetcost.commands import ShownCommand

SHELLS = ("bash", "zsh", "fish")


def add_parser(subparsers: Subparsers, about: str) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "completion", help=about, description=f'Print it for a shell; in bash: eval "$({ShownCommand.COMPLETION})"'
    )
    parser.add_argument("shell", choices=SHELLS, help="which shell")
    parser.set_defaults(run=_run)


def _run(parsed: argparse.Namespace) -> int:
    print(shellcode(["fleetcost"], shell=parsed.shell))  # noqa: T201 - the command line speaks
    return 0


def words() -> list[str]:
    """Return the words on the line that a shell asks to complete."""
    return os.environ.get("COMP_LINE", "").split()[1:]


def complete(parser: argparse.ArgumentParser) -> None:
    """Answer the shell and end the process."""
    CompletionFinder()(parser, default_completer=FilesCompleter())
