"""What other products' agents write beside their sets, as `fleetcost storage ls` shows it."""

from __future__ import annotations

from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fleetcost.commands import ShownCommand
from fleetcost.model.window import rfc3339
from fleetcost.sets.beside import ONLY_KUBEMODEL, BesideKind
from fleetcost.sets.foreign_agents import words_of
from fleetcost.sets.survey import BucketSurvey


def without_sets(beside: BucketSurvey) -> str:
    """Say what a bucket without sets lacks, and who writes them."""
    kinds = {folder.place.kind for folder in beside.folders}
    if beside.only_inventories:
        return f"No sets are there. {ONLY_KUBEMODEL}"
    if BesideKind.SLASHED_ID in kinds or BesideKind.ETL_BACKUP in kinds:
        return "No sets are there that can be read: what is below says why, and what to do."
    if kinds & {BesideKind.HEARTBEAT, BesideKind.TEN_MINUTE_SETS, BesideKind.NETWORK_INSIGHTS, BesideKind.DIAGNOSTICS}:
        return (
            "No sets of hours or days are there: another product's agent is there and has not written its first hour."
        )
    run = ShownCommand.AGENT_RUN
    return f"No sets are there yet. An agent writes its first within minutes: run `{run}` {run.where}"


def print_beside(console: Console, beside: BucketSurvey) -> None:
    """Print what lies beside the sets, each kind with its meaning, and what those agents say."""
    if not beside.folders:
        return
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold", title="beside the sets")
    table.title_justify = "left"
    for heading in ("what", "of", "objects", "size", "newest"):
        table.add_column(heading, justify="right" if heading in {"objects", "size"} else "left", overflow="fold")
    for folder in beside.folders:
        size, newest = size_words(folder.size_bytes), f"{folder.newest.modified:%Y-%m-%d %H:%M}"
        name = beside.names.get(folder.place.owner, "")
        owner = f"{name} (uid {folder.place.owner})" if name not in {"", folder.place.owner} else folder.place.owner
        table.add_row(folder.place.kind, Text(owner), f"{folder.objects:,}", size, newest)
    console.print(table)
    for kind in dict.fromkeys(folder.place.kind for folder in beside.folders):
        console.print(Text(f"{kind}: {kind.meaning}"))
    for agent in beside.agents.values():
        console.print(Text(f"agent of {agent.cluster}: {words_of(agent)}"))
    console.print()


def beside_document(beside: BucketSurvey) -> dict[str, Any]:
    """Return what lies beside the sets, and what its agents say, for programs."""
    folders = [
        {
            "kind": folder.place.kind,
            "meaning": folder.place.kind.meaning,
            "of": folder.place.owner,
            "name": beside.names.get(folder.place.owner, ""),
            "objects": folder.objects,
            "bytes": folder.size_bytes,
            "newest": {"path": folder.newest.path, "written_at": rfc3339(folder.newest.modified)},
        }
        for folder in beside.folders
    ]
    agents = [
        {"cluster": one.cluster, "version": one.version, "seen_at": one.seen_at and rfc3339(one.seen_at),
         "failed": list(one.failed), "problem": one.problem}
        for one in beside.agents.values()
    ]  # fmt: skip
    return {"beside": folders, "agents": agents}


def size_words(size_bytes: int) -> str:
    """Return a size with the unit that fits it."""
    number, units = float(size_bytes), ["B", "kB", "MB", "GB", "TB"]
    while number >= 1000 and len(units) > 1:  # noqa: PLR2004 - a thousand of one are one of the next
        number, units = number / 1000, units[1:]
    return f"{number:.0f} B" if units[0] == "B" else f"{number:.1f} {units[0]}"
