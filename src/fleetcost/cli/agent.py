"""`fleetcost agent`: the loop, and building named windows once."""

from __future__ import annotations

import argparse
import signal
import threading
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fleetcost.agent.build import Builder
from fleetcost.agent.claim import claim, retire
from fleetcost.agent.diagnostics import Check
from fleetcost.agent.fleet import ClusterOutcome, Fate, FleetAgent
from fleetcost.agent.fleet_maintenance import FleetMaintenance
from fleetcost.agent.guard import Guard
from fleetcost.agent.health import Handlers, serve_health
from fleetcost.agent.jobs import Jobs
from fleetcost.agent.maintenance import Maintenance
from fleetcost.agent.repair import Repair
from fleetcost.cli.agents import builds_many, many_agents, one_agent
from fleetcost.cli.clusters import show_clusters
from fleetcost.cli.flags import Subparsers, add_settings_flags, load_settings
from fleetcost.cli.stores import clock, federated_storage
from fleetcost.cli.waiting import awaited
from fleetcost.documents.repairs import RepairJob
from fleetcost.errors import SourceError
from fleetcost.model.finding import Finding
from fleetcost.model.identity import cluster_id
from fleetcost.model.window import Resolution, Window, rfc3339
from fleetcost.model.window_text import parse_window
from fleetcost.ops import log
from fleetcost.ops.garbage import collect_rarely
from fleetcost.ops.settings import AgentSettings

_log = log.get("cli")


def add_parser(subparsers: Subparsers, about: str) -> None:
    """Add the command."""
    parser = subparsers.add_parser("agent", help=about, description=about)
    actions = parser.add_subparsers(dest="action", required=True, metavar="action")
    run = actions.add_parser("run", help="build and push due windows until asked to stop")
    add_settings_flags(run, AgentSettings)
    run.set_defaults(run=_run)
    build = actions.add_parser("build", help="build and push these windows once, then exit")
    build.add_argument(
        "--window", required=True, help="24h, 7d, yesterday, two RFC 3339 or Unix times joined by a comma"
    )
    build.add_argument("--force", action="store_true", help="replace even a fuller set")
    add_settings_flags(build, AgentSettings)
    build.set_defaults(run=_build)
    for action in (run, build):
        action.add_argument("--takeover", action="store_true", help="take the cluster id from another uid or agent")
    clusters = actions.add_parser("clusters", help="print which clusters a shared source holds and what is wrong")
    clusters.add_argument("--json", action="store_true", help="as JSON")
    clusters.add_argument("--days", type=int, default=31, help="how far back first samples are looked for")
    add_settings_flags(clusters, AgentSettings)
    clusters.set_defaults(run=show_clusters)
    check = actions.add_parser("check", help="run the health checks, push them, answer repair requests, exit")
    add_settings_flags(check, AgentSettings)
    check.set_defaults(run=_check)
    gone = actions.add_parser("retire", help="declare a cluster gone on purpose; its costs stay")
    add_settings_flags(gone, AgentSettings)
    gone.set_defaults(run=_retire)


def _run(parsed: argparse.Namespace) -> int:
    settings = load_settings(parsed, AgentSettings).settings
    collect_rarely()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if builds_many(settings):
        _run_many(settings, many_agents(settings, takeover=parsed.takeover), stop)
        return 0
    agent = awaited(lambda: one_agent(settings, takeover=parsed.takeover), settings, stop)
    if agent is None:
        return 0
    jobs = Jobs(agent)
    jobs.start()
    side = Maintenance(agent, jobs, settings.data_dir)
    maintenance = threading.Thread(target=side.run, args=(stop,), name="maintenance", daemon=True)
    handlers = Handlers(agent.status, lambda *order: _order(jobs, *order), jobs.list)
    with serve_health(settings.bind, settings.port, handlers, Guard(settings.repair_token_file)) as port:
        names = {"cluster": settings.cluster_id, "source": agent.builder.source.name, "bucket": agent.bucket.name}
        _log.info("agent", **names, port=port)
        maintenance.start()
        agent.run(stop, settings.interval_seconds)
    jobs.stop()
    return 0


def _run_many(settings: AgentSettings, fleet: FleetAgent, stop: threading.Event) -> None:
    side = FleetMaintenance(fleet, settings.data_dir)
    maintenance = threading.Thread(target=side.run, args=(stop,), name="maintenance", daemon=True)

    def order(window: str, force: bool, dry_run: bool, cluster: str) -> RepairJob:  # noqa: FBT001 - what a request says
        return side.order(cluster, _repair(window, force=force, dry_run=dry_run))

    handlers, guard = Handlers(fleet.status, order, side.list), Guard(settings.repair_token_file)
    with serve_health(settings.bind, settings.port, handlers, guard) as port:
        _log.info("agent of many clusters", source=settings.prometheus_url, only=settings.clusters or "all", port=port)
        maintenance.start()
        fleet.run(stop, settings.interval_seconds)
    side.stop()


def _order(jobs: Jobs, window: str, force: bool, dry_run: bool, _cluster: str) -> RepairJob:  # noqa: FBT001 - what a request says
    """Order a repair by the text of its window."""
    return jobs.order(_repair(window, force=force, dry_run=dry_run))


def _repair(window: str, *, force: bool, dry_run: bool) -> Repair:
    return Repair(parse_window(window, clock()), force=force, dry_run=dry_run)


def _build(parsed: argparse.Namespace) -> int:
    settings = load_settings(parsed, AgentSettings).settings
    window = parse_window(parsed.window, clock(), "--window")
    collect_rarely()
    if builds_many(settings):
        return _built(many_agents(settings, takeover=parsed.takeover).build(window, force=parsed.force))
    agent = one_agent(settings, takeover=parsed.takeover)
    done = agent.build(window, force=parsed.force)
    identity, uploaded = agent.builder.identity, done.uploaded
    table = Table(title=f"{identity.cluster}: {len(done.built)} hours built, {len(done.gaps)} gaps")
    table.add_column("path", overflow="fold")
    table.add_column("rows", justify="right")
    table.add_column("bytes", justify="right")
    for one in uploaded:
        table.add_row(one.path, f"{one.rows:,}", f"{one.size_bytes:,}")
    Console().print(
        table if uploaded else f"{identity.cluster}: nothing to upload, the bucket has these windows already"
    )
    return 0


def _built(outcomes: Sequence[ClusterOutcome]) -> int:
    """Print what became of each cluster; 1 if any could not be built."""
    table = Table("cluster", "", "hours built", "gaps", "uploaded", "why")
    for one in outcomes:
        style = "green" if one.fate is Fate.DONE else "red"
        counts = (one.done.built, one.done.gaps, one.done.uploaded) if one.done else ()
        numbers = [str(len(count)) for count in counts] or ["", "", ""]
        table.add_row(Text(one.cluster or "(no label)"), Text(one.fate.value, style), *numbers, Text(one.reason))
    Console().print(table if outcomes else "no cluster: the source holds none in this time; see `agent clusters`")
    return 0 if outcomes and all(one.fate is Fate.DONE for one in outcomes) else 1


def _check(parsed: argparse.Namespace) -> int:
    """Print the nine checks and what there is to notice of the hour until now; 1 if any check fails."""
    settings = load_settings(parsed, AgentSettings).settings
    agent = one_agent(settings, takeover=False)
    claim(agent.bucket, agent.builder.identity.cluster, agent.builder.identity.uid, clock())
    jobs = Jobs(agent)
    jobs.start()
    found = Maintenance(agent, jobs, settings.data_dir).once()
    jobs.stop()
    table = Table("check", "", "what it means, or what is wrong")
    for name, result in found.checks.items():
        state = "[green]ok[/green]" if result.diagnostic_passed else "[red]failed[/red]"
        table.add_row(name, state, result.diagnostic_output or Check(name).meaning)
    console = Console()
    console.print(table)
    for one in _noticed_now(agent.builder):
        console.print(Text(str(one)))
    return 0 if all(result.diagnostic_passed for result in found.checks.values()) else 1


def _noticed_now(builder: Builder) -> tuple[Finding, ...]:
    """Return what a build of the hour until now would notice; a source that does not answer has failed its checks."""
    now = clock()
    try:
        return builder.findings(Window(now - Resolution.HOUR.delta, now))
    except SourceError:
        return ()


def _retire(parsed: argparse.Namespace) -> int:
    settings = load_settings(parsed, AgentSettings).settings
    bucket = federated_storage(settings)
    done = retire(bucket, cluster_id(settings.cluster_id), clock())
    retired_at = rfc3339(done.retired_at or done.last_seen)
    Console().print(f"{done.cluster}: retired at {retired_at}; it was last seen {rfc3339(done.last_seen)}")
    return 0
