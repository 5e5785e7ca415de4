"""`fleetcost agent`: the loop, and building named windows once."""

from __future__ import annotations

import argparse
import signal
import threading
from datetime import UTC, datetime, timedelta

from rich.console import Console
from rich.table import Table

from fleetcost.agent.build import Builder, Identity
from fleetcost.agent.claim import local_uid
from fleetcost.agent.health import serve_health
from fleetcost.agent.loop import Agent
from fleetcost.agent.plan import Timing
from fleetcost.cli.flags import Subparsers, add_settings_flags, load_settings
from fleetcost.cli.stores import clock, federated_storage, local_store
from fleetcost.costing.prices import PriceBook
from fleetcost.errors import SettingsError
from fleetcost.model.identity import cluster_id
from fleetcost.model.window import Resolution, Window
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
    build.add_argument("--window", required=True, help="two RFC 3339 or Unix times joined by a comma, or e.g. 24h")
    build.add_argument("--force", action="store_true", help="replace even a fuller set")
    add_settings_flags(build, AgentSettings)
    build.set_defaults(run=_build)


def _run(parsed: argparse.Namespace) -> int:
    settings = load_settings(parsed, AgentSettings).settings
    agent = _agent(settings)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with serve_health(settings.bind, settings.port, agent.status) as port:
        _log.info(
            "agent", cluster=settings.cluster_id, source=agent.builder.source.name, bucket=agent.bucket.name, port=port
        )
        agent.run(stop, settings.interval_seconds)
    return 0


def _build(parsed: argparse.Namespace) -> int:
    settings = load_settings(parsed, AgentSettings).settings
    agent = _agent(settings)
    done = agent.build(_window(parsed.window), force=parsed.force)
    identity, uploaded = agent.builder.identity, done.uploaded
    table = Table(
        "path", "rows", "bytes", title=f"{identity.cluster}: {len(done.built)} hours built, {len(done.gaps)} gaps"
    )
    for one in uploaded:
        table.add_row(one.path, f"{one.rows:,}", f"{one.size_bytes:,}")
    Console().print(
        table if uploaded else f"{identity.cluster}: nothing to upload, the bucket has these windows already"
    )
    return 0


def _window(text: str) -> Window:
    """Read a window; the agent has no query room, so it knows times and plain durations only."""
    parts = text.split(",")
    try:
        if len(parts) == 2:  # noqa: PLR2004 - a pair
            return Window(*(_instant(part) for part in parts))
        count, unit = int(text[:-1]), {"h": "hours", "d": "days"}[text[-1:]]
        end = Resolution.HOUR.ceil(clock())
        return Window(end - timedelta(**{unit: count}), end)
    except (ValueError, KeyError) as error:
        raise SettingsError(
            f"--window {text!r} cannot be read: accepted are two times such as "
            "2026-01-31T00:00:00Z,2026-02-01T00:00:00Z, two Unix times, or a duration such as 24h or 7d"
        ) from error


def _instant(text: str) -> datetime:
    return datetime.fromtimestamp(int(text), UTC) if text.isdigit() else datetime.fromisoformat(text).astimezone(UTC)


def _agent(settings: AgentSettings) -> Agent:
    cluster = cluster_id(settings.cluster_id)
    if not settings.prometheus_url:
        raise SettingsError("no source: give --prometheus-url, FLEETCOST_PROMETHEUS_URL or `prometheus_url:`")
    bucket = federated_storage(settings)
    uid = local_uid(settings.data_dir / "cluster-uid")
    source = PrometheusSource(settings.prometheus_url, cluster_label=settings.cluster_label, cluster_id=cluster)
    keep = settings.hourly_retention_days
    return Agent(
        builder=Builder(Identity(cluster, uid, settings.currency), source, PriceBook(), settings.resolution_seconds),
        store=local_store(settings.data_dir / "store"),
        bucket=bucket,
        timing=Timing(
            delay=timedelta(seconds=settings.build_delay_seconds),
            backfill=timedelta(hours=settings.backfill_hours),
            hourly_retention=timedelta(days=keep) if keep else None,
        ),
        clock=clock,
    )
