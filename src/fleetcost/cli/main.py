"""
The command's door: parse, dispatch, tell errors.

Exit codes: 0 done; 1 something was found broken or did not answer; 2 the call itself cannot be used.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from fleetcost import __version__
from fleetcost.errors import CallerError, FleetcostError

COMMANDS = (
    "demo",
    "agent",
    "aggregator",
    "billing",
    "rates",
    "query",
    "explain",
    "compare",
    "focus",
    "savings",
    "statements",
    "storage",
    "verify",
    "sets",
    "import",
    "config",
    "completion",
)
"""Each is a module of this room with `add_parser(subparsers)`; it is imported only when it is called."""

ABOUT = {
    "demo": "a whole fleet on one machine: agents, bucket, aggregator, API and UI",
    "agent": "build one cluster's cost sets from Prometheus and push them to the bucket",
    "aggregator": "ingest the bucket and serve the API and the UI",
    "billing": "read cloud bills into the bucket, check the access to them, show what is known",
    "rates": "check exchange rates and take them into the bucket, show what is there",
    "query": "ask a running aggregator and print a table, CSV or JSON",
    "explain": "why a cost is what it is: a tree whose parts sum to it exactly",
    "savings": "what the fleet could do without, each with its evidence and its money",
    "compare": "ask a running aggregator what changed between two windows, and why",
    "focus": "hold a FOCUS file of any maker against the rules of the specification",
    "statements": "close months, show what was closed and what has changed since, verify that nothing was changed",
    "storage": "check the bucket, list what is in it",
    "verify": "the whole chain from each cluster to its costs, link by link; the first broken one and its cure",
    "sets": "show what is inside set files",
    "import": "move over from a Kubecost installation: its Helm values, its ETL backup",
    "config": "show effective settings and where each came from",
    "completion": "what a shell needs to complete commands, flags and their words",
}
"""What each command does, for its help and the documentation."""

_EXTRAS = {
    "botocore": "amp",
    "duckdb": "aggregator",
    "starlette": "aggregator",
    "uvicorn": "aggregator",
    "httptools": "aggregator",
}


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
    parser = argparse.ArgumentParser(prog="fleetcost", description="What every Kubernetes cluster costs, in one place.")
    parser.add_argument("--version", action="version", version=f"fleetcost {__version__}")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="command")
    called = next((word for word in arguments if not word.startswith("-")), None)
    for command in COMMANDS:
        if command == called:
            importlib.import_module(f"fleetcost.cli.{command}").add_parser(subparsers, ABOUT[command])
        else:
            subparsers.add_parser(command, help=ABOUT[command])
    return parser


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
