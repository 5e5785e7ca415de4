"""`fleetcost agent`: the loop, and building named windows once."""

from __future__ import annotations

import argparse
import signal
import threading
from datetime import timedelta

from rich.console import Console
from rich.table import Table

from fleetcost.agent.build import Builder, Identity
from fleetcost.agent.care import Care
from fleetcost.agent.claim import claim, retire
from fleetcost.agent.diagnostics import Check
from fleetcost.agent.health import Doors, serve_health
from fleetcost.agent.jobs import Job, Jobs
from fleetcost.agent.loop import Agent
from fleetcost.agent.plan import Timing
from fleetcost.agent.repair import Repair
from fleetcost.agent.uid import cluster_uid
from fleetcost.cli.flags import Subparsers, add_settings_flags, load_settings
from fleetcost.cli.sources import price_book, source_access
from fleetcost.cli.stores import clock, federated_storage, local_store
from fleetcost.errors import SettingsError
from fleetcost.model.identity import cluster_id
from fleetcost.model.window_text import parse_window
from fleetcost.ops import log
from fleetcost.ops.settings import AgentSettings
from fleetcost.samples.client import PrometheusSource

_log = log.get("cli")


def add_parser(subparsers: Subparsers, about: str) -> None:
    """Add the command."""
    parser = subparsers.add_parser("agent", help=about, description=about)
    actions = parser.add_subparsers(dest="action", required=True, metavar="action")
    run = actions.add_parser("run", help="build and push due windows until told to stop")
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
        action.add_argument("--takeover", action="store_true", help="take the cluster id from another uid")
    check = actions.add_parser("check", help="run the health checks, push them, answer repair requests, exit")
    add_settings_flags(check, AgentSettings)
    check.set_defaults(run=_check)
    gone = actions.add_parser("retire", help="declare a cluster gone on purpose; its costs stay")
    add_settings_flags(gone, AgentSettings)
    gone.set_defaults(run=_retire)


def _run(parsed: argparse.Namespace) -> int:
    settings = load_settings(parsed, AgentSettings).settings
    agent = _agent(settings, takeover=parsed.takeover)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    jobs = Jobs(agent)
    jobs.start()
    side = Care(agent, jobs, settings.data_dir)
    care = threading.Thread(target=side.run, args=(stop,), name="care", daemon=True)
    doors = Doors(agent.status, lambda *order: _order(jobs, *order), jobs.list)
    with serve_health(settings.bind, settings.port, doors) as port:
        names = {"cluster": settings.cluster_id, "source": agent.builder.source.name, "bucket": agent.bucket.name}
        _log.info("agent", **names, port=port)
        care.start()
        agent.run(stop, settings.interval_seconds)
    jobs.stop()
    return 0


def _order(jobs: Jobs, window: str, force: bool, dry_run: bool) -> Job:  # noqa: FBT001 - what a request says
    """Order a repair by the text of its window."""
    return jobs.order(Repair(parse_window(window, clock()), force=force, dry_run=dry_run))


def _build(parsed: argparse.Namespace) -> int:
    settings = load_settings(parsed, AgentSettings).settings
    window = parse_window(parsed.window, clock(), "--window")
    agent = _agent(settings, takeover=parsed.takeover)
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


def _check(parsed: argparse.Namespace) -> int:
    """Print the nine checks; 1 if any fails."""
    settings = load_settings(parsed, AgentSettings).settings
    agent = _agent(settings, takeover=False)
    claim(agent.bucket, agent.builder.identity.cluster, agent.builder.identity.uid, clock())
    jobs = Jobs(agent)
    jobs.start()
    found = Care(agent, jobs, settings.data_dir).once()
    jobs.stop()
    table = Table("check", "", "what it means, or what is wrong")
    for name, result in found.checks.items():
        state = "[green]ok[/green]" if result.diagnostic_passed else "[red]failed[/red]"
        table.add_row(name, state, result.diagnostic_output or Check(name).meaning)
    Console().print(table)
    return 0 if all(result.diagnostic_passed for result in found.checks.values()) else 1


def _retire(parsed: argparse.Namespace) -> int:
    settings = load_settings(parsed, AgentSettings).settings
    bucket = federated_storage(settings)
    done = retire(bucket, cluster_id(settings.cluster_id), clock())
    Console().print(f"{done.cluster}: retired at {done.retired_at}; it was last seen {done.last_seen}")
    return 0


def _agent(settings: AgentSettings, *, takeover: bool) -> Agent:
    cluster = cluster_id(settings.cluster_id)
    if not settings.prometheus_url:
        raise SettingsError("no source: give --prometheus-url, FLEETCOST_PROMETHEUS_URL or `prometheus_url:`")
    bucket = federated_storage(settings)
    source = PrometheusSource(
        settings.prometheus_url,
        cluster_label=settings.cluster_label,
        cluster_id=cluster,
        access=source_access(settings),
    )
    prices = price_book(settings)
    uid = cluster_uid(settings.cluster_uid, settings.data_dir / "cluster-uid", source, clock())
    keep = settings.hourly_retention_days
    return Agent(
        builder=Builder(Identity(cluster, uid, prices.currency), source, prices, settings.resolution_seconds),
        store=local_store(settings.data_dir / "store"),
        bucket=bucket,
        timing=Timing(
            delay=timedelta(seconds=settings.build_delay_seconds),
            backfill=timedelta(hours=settings.backfill_hours),
            hourly_retention=timedelta(days=keep) if keep else None,
        ),
        clock=clock,
        takeover=takeover,
    )
