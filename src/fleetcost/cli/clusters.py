"""`fleetcost agent clusters`: what a shared source holds, as a table or as JSON."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fleetcost.agent.claim import is_fresh, read_claim
from fleetcost.cli.flags import load_settings
from fleetcost.cli.sources import DEFAULT_LABEL, delay, open_source
from fleetcost.cli.stores import clock, federated_storage
from fleetcost.documents.cluster import ClusterClaim
from fleetcost.errors import FleetcostError
from fleetcost.model.identity import ClusterId
from fleetcost.model.window import rfc3339
from fleetcost.ops.settings import AgentSettings
from fleetcost.samples.survey import NEEDED, SILENT_AFTER, USEFUL, Surveyed, survey

_SHORT = {
    "kube_node_status_capacity": "node sizes",
    "kube_pod_container_status_running": "running",
    "kube_pod_container_resource_requests": "requests",
    "container_cpu_usage_seconds_total": "CPU used",
    "container_memory_working_set_bytes": "memory used",
    "node_total_hourly_cost": "prices",
    "kube_node_labels": "node labels",
    "kube_pod_labels": "pod labels",
    "kube_pod_owner": "owners",
    "kube_persistentvolume_capacity_bytes": "volumes",
    "kube_namespace_created": "identity",
}


def show_clusters(parsed: argparse.Namespace) -> int:
    """Print what the source holds; 1 where it holds no cluster or something is wrong with one."""
    settings = load_settings(parsed, AgentSettings).settings
    label, now = settings.cluster_label or DEFAULT_LABEL, clock()
    silent_after = SILENT_AFTER + max(timedelta(0), delay(settings) - timedelta(minutes=5))
    source = open_source(settings)
    found = survey(source, label, now, parsed.days, silent_after)
    held = _claims(settings, found)
    wrong = {one.value: [*one.problems, *_of_claim(held.get(one.value), now)] for one in found}
    if parsed.json:
        print(json.dumps([_document(one, wrong[one.value], held.get(one.value)) for one in found], indent=2))  # noqa: T201 - the command line speaks
    else:
        _print(found, wrong, f"{source.name}, by {label}")
    return 0 if found and not any(wrong.values()) else 1


def _claims(settings: AgentSettings, found: Sequence[Surveyed]) -> Mapping[str, ClusterClaim]:
    """Return who speaks for the clusters in the bucket, where there is one."""
    if settings.storage_config is None:
        return {}
    bucket = federated_storage(settings)
    held = {}
    for one in found:
        try:
            claim = read_claim(bucket, ClusterId(one.value)) if one.value else None
        except (FleetcostError, ValueError):
            continue
        if claim is not None:
            held[one.value] = claim
    return held


def _of_claim(claim: ClusterClaim | None, now: datetime) -> Sequence[str]:
    if claim is None or claim.holder or not is_fresh(claim, now):
        return ()
    return (f"its own agent speaks for it (last seen {rfc3339(claim.last_seen)}); --all-clusters leaves it out",)


def _document(one: Surveyed, wrong: Sequence[str], claim: ClusterClaim | None) -> Mapping[str, object]:
    return {
        "cluster": one.value,
        "first_sample": rfc3339(one.first),
        "last_sample": rfc3339(one.last),
        "may_reach_further_back": one.reaches_further,
        "metrics": {metric: metric in one.metrics for metric in NEEDED | USEFUL},
        "held_by": None if claim is None else claim.holder or "its own agent",
        "problems": list(wrong),
    }


def _print(found: Sequence[Surveyed], wrong: Mapping[str, Sequence[str]], title: str) -> None:
    console = Console()
    if not found:
        console.print(f"{title}: no cluster; is kube-state-metrics scraped, and the label right?", markup=False)
        return
    table = Table(title=title, title_justify="left", show_lines=True)
    table.add_column("cluster", overflow="fold")
    for column in ("first sample", "last sample"):
        table.add_column(column, no_wrap=True)
    table.add_column("metrics", overflow="fold")
    table.add_column("what is wrong", overflow="fold")
    for one in found:
        first = f"{'≤ ' if one.reaches_further else ''}{one.first:%Y-%m-%d %H:%M}"
        problems = Text("\n".join(wrong[one.value]) or "nothing", "red" if wrong[one.value] else "green")
        table.add_row(Text(one.value or "(no label)"), first, f"{one.last:%Y-%m-%d %H:%M}", _had(one), problems)
    console.print(table)
    console.print(
        f"{len(found)} clusters, {sum(not problems for problems in wrong.values())} of them as they should be"
    )


def _had(one: Surveyed) -> Text:
    text = Text()
    for word, metrics, style in (("needed", NEEDED, "red"), ("useful", USEFUL, "dim")):
        lacks = [_SHORT[metric] for metric in metrics if metric not in one.metrics]
        text.append(f"{word}: ", "dim")
        text.append(f"all but {', '.join(lacks)}" if lacks else "all", style if lacks else "green")
        text.append("\n" if word == "needed" else "")
    return text
