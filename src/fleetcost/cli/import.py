# ruff: noqa: N999 - a module of this room is called as its command is
"""`fleetcost import`: from values of Kubecost and OpenCost to settings, from an ETL backup to cluster folders."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import msgspec
import yaml
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fleetcost.bucket.reloading import ReloadingBucket
from fleetcost.cli.flags import Subparsers
from fleetcost.cli.import_compare import add_compare
from fleetcost.cli.stores import clock
from fleetcost.migrate.backup import Done, read_backup
from fleetcost.migrate.keys import KeyVerdict
from fleetcost.migrate.read import read_values
from fleetcost.migrate.values import Imported
from fleetcost.ops.reading import read_text

_STYLES = {
    KeyVerdict.USED: "green",
    KeyVerdict.NOT_NEEDED: "dim",
    KeyVerdict.NOT_SUPPORTED: "yellow",
    KeyVerdict.UNKNOWN: "red",
}


def add_parser(subparsers: Subparsers, about: str) -> None:
    """Add the command."""
    parser = subparsers.add_parser("import", help=about, description=about)
    actions = parser.add_subparsers(dest="action", required=True, metavar="action")
    values = actions.add_parser("values", help="values of Kubecost or OpenCost as settings, every key accounted for")
    values.add_argument("file", metavar="FILE", type=Path)
    values.add_argument("--json", action="store_true", help="as JSON")
    values.add_argument("--all", action="store_true", help="list what is not needed, too")
    values.set_defaults(run=_values)
    add_compare(
        actions.add_parser("compare", help="what costs more or less here than in OpenCost or Kubecost, and why")
    )
    backup = actions.add_parser("etl-backup", help="an ETL backup of many clusters, split into a folder for each")
    backup.add_argument("store", metavar="STORE", type=Path, help="federated-store.yaml of the bucket that holds etl/")
    backup.add_argument("--to", type=Path, metavar="FILE", help="store to write to; the same where it is left out")
    backup.add_argument("--prefix", default="etl/bingen", help="folder of the backup (default etl/bingen)")
    backup.add_argument("--currency", default="USD", help="of the backup, which does not name it (default USD)")
    backup.add_argument("--dry-run", action="store_true", help="say what would be written and write nothing")
    backup.set_defaults(run=_backup)


def _values(parsed: argparse.Namespace) -> int:
    """Print the settings; 1 where a key is unknown, or where costs are missing until a person has done something."""
    file: Path = parsed.file
    made = read_values(read_text(file, "values"), str(file))
    if parsed.json:
        print(json.dumps(msgspec.to_builtins(made), indent=2, default=str))  # noqa: T201 - the command line speaks
    else:
        _print(made, Console(), everything=parsed.all)
    return int(bool(made.todos) or any(one.verdict is KeyVerdict.UNKNOWN for one in made.keys))


def _print(made: Imported, console: Console, *, everything: bool) -> None:
    console.print(f"# {made.role.value}", markup=False, highlight=False)
    for title, document in (
        ("agent.yaml", made.agent),
        ("aggregator.yaml", made.aggregator),
        ("prices.yaml", made.prices),
        ("contexts.yaml", made.contexts),
        ("cloud-integration.json", made.cloud_integration),
        ("deployment: what the pods need besides", made.deployment),
    ):
        if document:
            _section(console, title, document)
    for todo in made.todos:
        console.print(Text(f"! to do: {todo}", "red"), soft_wrap=True)
    for note in made.notes:
        console.print(Text(f"· {note}", "yellow"), soft_wrap=True)
    table = Table("key", "value", "", "became, or why not", title="keys of the file", title_justify="left")
    table.columns[0].overflow = "fold"
    for one in made.keys:
        if everything or one.verdict is not KeyVerdict.NOT_NEEDED:
            table.add_row(Text(one.key), Text(one.value), Text(one.verdict.value, _STYLES[one.verdict]), Text(one.why))
    console.print(table)
    counts = {verdict: sum(one.verdict is verdict for one in made.keys) for verdict in KeyVerdict}
    console.print(
        f"{len(made.keys)} keys: " + ", ".join(f"{count} {verdict.value}" for verdict, count in counts.items())
    )


def _section(console: Console, title: str, document: Any) -> None:  # noqa: ANN401 - a YAML document
    console.print(f"\n# {title}", markup=False, highlight=False)
    as_json = title.endswith(".json")
    text = json.dumps(document, indent=2) if as_json else yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def _backup(parsed: argparse.Namespace) -> int:
    """Split the backup; 1 where an object could not be read."""
    source = ReloadingBucket(parsed.store)
    target = ReloadingBucket(parsed.to) if parsed.to else source
    console = Console()
    counts: dict[str, int] = {}
    bad = 0
    for done in read_backup(source, target, parsed.prefix, parsed.currency, clock(), dry_run=parsed.dry_run):
        bad += bool(done.reason)
        console.print(_line(done, dry_run=parsed.dry_run), soft_wrap=True)
        for one in done.written:
            counts[one.outcome.value] = counts.get(one.outcome.value, 0) + 1
    summary = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items())) or "nothing to write"
    console.print(f"{'would be: ' if parsed.dry_run else ''}{summary}; {bad} objects could not be read")
    return int(bad > 0)


def _line(done: Done, *, dry_run: bool) -> Text:
    place = f"{done.number}/{done.total} {done.path}"
    if done.reason:
        return Text(f"{place}: {done.reason}", "red")
    if done.homeless:
        place = f"{place} ({done.homeless:,} rows name no cluster and are left out)"
    each = ", ".join(f"{one.cluster} {one.rows:,} rows {one.outcome.value}" for one in done.written)
    return Text(f"{place}: {'would write ' if dry_run and each else ''}{each or 'no rows'}")
