"""`fleetcost aggregator`: serve, and single ingest passes."""

from __future__ import annotations

import argparse
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from rich.console import Console
from rich.table import Table

from fleetcost.api.access import Tokens
from fleetcost.api.app import create_app
from fleetcost.api.contexts import read_book
from fleetcost.api.registry import Registry
from fleetcost.api.repairs import Repairs
from fleetcost.api.serve import check_exposure, free_port, serve
from fleetcost.api.services import Limits, Services
from fleetcost.api.state import FolderState
from fleetcost.billing.run import Billing
from fleetcost.bucket.port import Bucket
from fleetcost.cli.billing import make_billing
from fleetcost.cli.flags import Subparsers, add_settings_flags, load_settings
from fleetcost.cli.stores import clock, federated_storage
from fleetcost.ingest.budget import split
from fleetcost.ingest.plan import Plan, Retention
from fleetcost.ingest.run import Ingestor
from fleetcost.model.identity import ClusterId
from fleetcost.ops import log
from fleetcost.ops.memory import machine_memory_bytes
from fleetcost.ops.settings import AggregatorSettings
from fleetcost.query.known import Known
from fleetcost.tables.database import Database, Engine, open_database
from fleetcost.tables.ledger import clusters, ledger_of
from fleetcost.ui.files import load as load_web

DATABASE_FILE = "fleetcost.duckdb"
STATE_FOLDER = "state"
CONTEXT_SECRETS = "context-secrets.json"
_SHOWN = 20

_log = log.get("cli")


@dataclass(frozen=True, slots=True)
class Aggregator:
    """An aggregator's parts, put together."""

    settings: AggregatorSettings
    database: Database
    ingestor: Ingestor
    bucket: Bucket

    def services(self) -> Services:
        """Return what the API needs."""
        registry = Registry(self.bucket, self._clusters, lambda: self.ingestor.status.passes)
        return Services(
            database=self.database,
            status=lambda: self.ingestor.status,
            clock=clock,
            hourly_retention=_hours(self.settings.hourly_retention_hours),
            daily_retention=_hours(24 * self.settings.daily_retention_days),
            interval_seconds=self.settings.interval_seconds,
            limits=Limits(
                running=cores(),
                waiting=self.settings.query_queue_length,
                seconds=self.settings.query_timeout_seconds,
            ),
            tokens=Tokens(self.settings.tokens_file) if self.settings.tokens_file else None,
            state=FolderState(self.settings.data_dir / STATE_FOLDER),
            contexts=read_book(
                self.settings.contexts_file,
                self.settings.contexts_secrets_file,
                self.settings.data_dir / CONTEXT_SECRETS,
            ),
            home=self.settings.home_cluster,
            known=Known(retired=registry.retired),
            registry=registry,
            repairs=Repairs(self.bucket, None if self.settings.read_only else self.bucket),
        )

    def _clusters(self) -> tuple[ClusterId, ...]:
        return clusters(ledger_of(self.database).values())


def add_parser(subparsers: Subparsers, about: str) -> None:
    """Add the command."""
    parser = subparsers.add_parser("aggregator", help=about, description=about)
    actions = parser.add_subparsers(dest="action", required=True, metavar="action")
    run = actions.add_parser("run", help="ingest and derive again and again, serve the API and the UI")
    add_settings_flags(run, AggregatorSettings)
    run.set_defaults(run=_run)
    ingest = actions.add_parser("ingest", help="one ingest pass")
    ingest.add_argument("--dry-run", action="store_true", help="print the plan and change nothing")
    add_settings_flags(ingest, AggregatorSettings)
    ingest.set_defaults(run=_ingest)


def assemble(settings: AggregatorSettings, bucket: Bucket) -> Aggregator:
    """
    Put an aggregator together; its database is opened.

    Raises:
        TryAgainError: another process holds the database.
    """
    budget = split(settings.memory or machine_memory_bytes() // 2, cores())
    engine = Engine(memory_bytes=budget.engine_bytes, threads=budget.threads)
    database = open_database(settings.data_dir / DATABASE_FILE, engine, clock())
    retention = Retention(
        hourly=_hours(settings.hourly_retention_hours), daily=_hours(24 * settings.daily_retention_days)
    )
    ingestor = Ingestor(bucket, database, retention, clock, currency=settings.foreign_currency, budget=budget)
    return Aggregator(settings, database, ingestor, bucket)


def serve_aggregator(aggregator: Aggregator, on_start: Callable[[str], None], billing: Billing | None = None) -> None:
    """
    Serve until the process is told to stop; the ingest loop runs beside the server.

    Args:
        aggregator: its parts
        on_start: called with the address
        billing: reads the bills beside them, where there are any

    Raises:
        SettingsError: the port is taken, the web app is not built, or costs would be shown to a network.
    """
    settings = aggregator.settings
    host = f"[{settings.bind}]" if ":" in settings.bind else settings.bind
    stop = threading.Event()
    services = aggregator.services()
    loops = [
        threading.Thread(
            target=aggregator.ingestor.run, args=(stop, settings.interval_seconds), name="ingest", daemon=True
        )
    ]
    if services.registry is not None:
        loops.append(threading.Thread(target=services.registry.run, args=(stop,), name="registry", daemon=True))
    if billing is not None:
        loops.append(threading.Thread(target=billing.loop, args=(stop,), name="billing", daemon=True))

    try:
        check_exposure(
            settings.bind,
            tokens=settings.tokens_file is not None,
            without_authentication=settings.serve_without_authentication,
        )
        port = free_port(settings.bind, settings.port)
        app = create_app(services, load_web())

        def start() -> None:
            for loop in loops:
                loop.start()
            on_start(f"http://{host}:{port}/")

        serve(app, settings.bind, port, start)
    finally:
        stop.set()
        for loop in loops:
            if loop.is_alive():
                loop.join()
        aggregator.database.close()


def _run(parsed: argparse.Namespace) -> int:
    settings = load_settings(parsed, AggregatorSettings).settings
    bucket = federated_storage(settings)
    billing = make_billing(settings, bucket)
    aggregator = assemble(settings, bucket)
    serve_aggregator(aggregator, lambda address: _log.info("aggregator", address=address, bucket=bucket.name), billing)
    return 0


def _ingest(parsed: argparse.Namespace) -> int:
    settings = load_settings(parsed, AggregatorSettings).settings
    aggregator = assemble(settings, federated_storage(settings))
    try:
        if parsed.dry_run:
            print_plan(aggregator.ingestor.plan(), Console())
            return 0
        done = aggregator.ingestor.pass_once()
    finally:
        aggregator.database.close()
    Console().print(
        f"{done.loaded} loaded, {done.forgotten} forgotten, {done.bad} not usable, {done.unchanged} unchanged"
    )
    return 1 if done.bad else 0


def print_plan(plan: Plan, console: Console) -> None:
    """Print what a pass would do: its batches, newest first, and what is skipped."""
    console.print(
        f"{plan.size} objects in {len(plan.batches)} batches; "
        f"{plan.unchanged} unchanged, {plan.expired} past retention, {len(plan.skips)} skipped"
    )
    if plan.batches:
        table = Table("batch", "load", "forget", "resolution", "windows", "clusters")
        for number, batch in enumerate(plan.batches[:_SHOWN], 1):
            windows = sorted({key.window for key in batch.keys})
            table.add_row(
                str(number),
                str(len(batch.loads)),
                str(len(batch.forgets)),
                batch.keys[0].resolution.value,
                f"{windows[0].start:%Y-%m-%d %H:%M} to {windows[-1].end:%Y-%m-%d %H:%M}",
                ", ".join(sorted({key.cluster for key in batch.keys})),
            )
        console.print(table)
    if len(plan.batches) > _SHOWN:
        console.print(f"and {len(plan.batches) - _SHOWN} older batches")
    for skip in plan.skips[:_SHOWN]:
        console.print(
            f"skipped {skip.path}: {skip.state.value}: {skip.reason or skip.state.meaning}",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )


def cores() -> int:
    """Return how many cores this process may use."""
    return max(1, len(os.sched_getaffinity(0)))


def _hours(count: int) -> timedelta | None:
    return timedelta(hours=count) if count else None
