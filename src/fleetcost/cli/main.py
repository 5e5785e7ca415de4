"""
The command's door: parse, dispatch, tell errors.

Exit codes: 0 done; 1 something was found broken or did not answer; 2 the call itself cannot be used.
"""

from __future__ import annotations

import argparse
import importlib
import os
import shutil
import sys
import textwrap
from collections.abc import Mapping, Sequence

from fleetcost import __version__
from fleetcost.errors import CallerError, FleetcostError

GROUPS: Mapping[str, Mapping[str, str]] = {
    "start": {
        "demo": "a whole fleet on one machine: agents, bucket, aggregator, API and UI",
        "completion": "what a shell needs to complete commands, flags and their words",
    },
    "run": {
        "agent": "build one cluster's cost sets from Prometheus and push them to the bucket",
        "aggregator": "ingest the bucket and serve the API and the UI",
        "billing": "read cloud bills into the bucket, check the access to them, show what is known",
        "rates": "check exchange rates and take them into the bucket, show what is there",
        "config": "show effective settings and where each came from",
    },
    "ask": {
        "query": "ask a running aggregator and print a table, CSV or JSON",
        "explain": "why a cost is what it is: a tree whose parts sum to it exactly",
        "compare": "what changed between two windows, and why",
        "export": "write costs of a window as Parquet or CSV: plain, or as FOCUS, divided by the use of clusters",
        "savings": "what the fleet could do without, each with its evidence and its money",
        "statements": "close months, show what was closed and what has changed since, verify that nothing was changed",
    },
    "check": {
        "verify": "the whole chain from each cluster to its costs, link by link; the first broken one and its cure",
        "storage": "check the bucket, list what is in it",
        "sets": "show what is inside set files",
        "focus": "hold a FOCUS file of any maker against the rules of the specification",
    },
    "come over": {
        "import": "move over from a Kubecost installation: its Helm values, its ETL backup",
    },
}
"""What people do, and the commands for it, each with what it does, for its help and the documentation."""

ABOUT: Mapping[str, str] = {command: about for group in GROUPS.values() for command, about in group.items()}
"""Each is a module of this room with `add_parser(subparsers)`; it is imported only when it is called."""

_EXTRAS = {
    "botocore": "amp",
    "duckdb": "aggregator",
    "starlette": "aggregator",
    "uvicorn": "aggregator",
    "httptools": "aggregator",
}


_WIDEST = 120


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the `fleetcost` command and exit with its code."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: Sequence[str]) -> int:
    """Run the command and return its exit code; every error becomes one line on standard error."""
    try:
        if "_ARGCOMPLETE" in os.environ:
            completion = importlib.import_module("fleetcost.cli.completion")
            completion.complete(_parser(completion.words()))
        parsed = _parser(arguments).parse_args(arguments)
        code = int(parsed.run(parsed))
        sys.stdout.flush()
    except SystemExit as end:
        # argparse's way to say help, version or a usage error, which it has printed.
        return end.code if isinstance(end.code, int) else 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read the output has seen enough; Python would complain again when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (FleetcostError, OSError, ModuleNotFoundError) as error:
        return _report(error)
    return code


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="fleetcost",
        usage="%(prog)s [-h] [--version] command ...",
        description=_described(min(shutil.get_terminal_size().columns, _WIDEST)),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"fleetcost {__version__}")
    hidden = argparse.SUPPRESS  # they are in the description
    subparsers = parser.add_subparsers(prog="fleetcost", dest="command", required=True, metavar="command", help=hidden)
    called = next((word for word in arguments if not word.startswith("-")), None)
    for command, about in ABOUT.items():
        if command == called:
            importlib.import_module(f"fleetcost.cli.{command}").add_parser(subparsers, about)
        else:
            subparsers.add_parser(command)
    return parser


def _described(width: int) -> str:
    """Write the commands by what people do, which argparse cannot."""
    lines = ["What every Kubernetes cluster costs, in one place."]
    for group, commands in GROUPS.items():
        lines += ["", f"{group}:"]
        for command, about in commands.items():
            lines += textwrap.wrap(f"  {command:<11} {about}", width, subsequent_indent=" " * 14)
    return "\n".join([*lines, "", "`fleetcost command --help` has the flags of each."])


def _report(error: Exception) -> int:
    """Say what went wrong and return the exit code for it."""
    code, said = 2, str(error)
    if isinstance(error, ModuleNotFoundError):
        if error.name not in _EXTRAS:
            raise error
        said = f"this command needs the package {error.name}: pip install 'fleetcost[{_EXTRAS[error.name]}]'"
    elif isinstance(error, OSError):
        said = f"{error.filename or 'a file'}: {error.strerror or error}"
    elif not isinstance(error, CallerError):
        code = 1
    print(f"fleetcost: {said}", file=sys.stderr)  # noqa: T201 - the command line speaks
    return code
