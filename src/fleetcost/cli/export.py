"""`fleetcost export`: files of an aggregator's answers, written as they come."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from fleetcost.cli.asking import add_api_flags, api_client, blamed
from fleetcost.cli.flags import Subparsers
from fleetcost.cli.query import PATHS, add_question_flags, chosen_flags
from fleetcost.errors import CallerError, FleetcostError
from fleetcost.model.focus import FocusFormat, FocusPart, FocusVersion

_FORMATS = tuple(FocusFormat)


def add_parser(subparsers: Subparsers, about: str) -> None:
    """Add the command."""
    parser = subparsers.add_parser("export", help=about, description=about)
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="kind")
    focus = kinds.add_parser("focus", help="bills divided by the use of clusters, in the format of finance")
    focus.add_argument("--window", default="lastmonth", help="whole days: lastmonth, 7d, … (default lastmonth)")
    focus.add_argument("--filter", help='which workloads, such as cluster:"prod"; rows outside of clusters stay away')
    focus.add_argument("--version", choices=tuple(FocusVersion), default=FocusVersion.V1_3, help="(default 1.3)")
    focus.add_argument("--level", choices=tuple(FocusPart), default=FocusPart.CONTROLLER,
                       help="what a row of a workload stands for (default controller)")  # fmt: skip
    focus.add_argument("--granularity", choices=("1d",), default="1d", help="bills are kept by day (default 1d)")
    focus.set_defaults(run=_focus)
    for kind in PATHS:
        one = kinds.add_parser(kind, help=f"costs by {kind}, with every column")
        add_question_flags(one, kind)
        one.add_argument("--step", help="cut rows by time: 1h, 1d, week, month, quarter (default: the whole window)")
        one.set_defaults(run=_plain)
    for one in (focus, *(kinds.choices[kind] for kind in PATHS)):
        add_api_flags(one)
        one.add_argument("--format", choices=_FORMATS, default=FocusFormat.PARQUET, help="(default parquet)")
        one.add_argument("--output", type=Path, metavar="FILE", required=True, help="where it is written")


def _focus(parsed: argparse.Namespace) -> int:
    names = ("window", "filter", "version", "level", "granularity", "format")
    return _save(parsed, "focus", {name: str(value) for name in names if (value := getattr(parsed, name))})


def _plain(parsed: argparse.Namespace) -> int:
    return _save(parsed, PATHS[parsed.kind], chosen_flags(parsed, "format", "step"))


def _save(parsed: argparse.Namespace, path: str, chosen: dict[str, str]) -> int:
    """Write the answer beside its place and put it there when it is whole: no reader takes a part for all of it."""
    file: Path = parsed.output
    part = file.with_name(f".{file.name}.part")
    if not file.parent.is_dir():
        raise CallerError(f"write {file}: there is no folder {file.parent} (--output)")
    try:
        with api_client(parsed) as client, blamed(), part.open("wb") as opened:
            client.save(f"/api/v1/{path}", chosen, opened)
        part.replace(file)
    except (FleetcostError, OSError):
        part.unlink(missing_ok=True)
        raise
    Console(stderr=True).print(f"{file}: {file.stat().st_size} bytes", markup=False, highlight=False, soft_wrap=True)
    return 0
