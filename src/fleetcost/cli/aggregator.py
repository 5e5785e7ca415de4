"""`fleetcost aggregator`: serve, and single ingest passes."""

from __future__ import annotations

import argparse
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fleetcost.api.access import Tokens
from fleetcost.api.app import create_app
from fleetcost.api.bills import BillOrders, Bills
from fleetcost.api.elsewhere.book import read_book
from fleetcost.api.registry import Registry
from fleetcost.api.repairs import Repairs
from fleetcost.api.serve import check_exposure, free_port, known_hosts, serve
from fleetcost.api.services import Limits, Services
from fleetcost.api.state import FolderState
from fleetcost.api.statement_shelf import StatementShelf
from fleetcost.bucket.multi import MultiBucket, StoreState
from fleetcost.bucket.port import Bucket
from fleetcost.cli.bill_orders import Orders
from fleetcost.cli.billing import make_billing
from fleetcost.cli.engine import currency_facts, open_deriver, rate_loops, serve_engine
from fleetcost.cli.exporter import focus_exporter
from fleetcost.cli.flags import Subparsers, add_settings_flags, load_settings
from fleetcost.cli.stores import clock, federated_storage, multi_storage
from fleetcost.errors import FleetcostError
from fleetcost.focus.publish import FocusExporter
from fleetcost.ingest.budget import Budget, split
from fleetcost.ingest.passes import Passes
from fleetcost.ingest.plan import Plan, Retention, Skip
from fleetcost.ingest.run import Ingestor
from fleetcost.lake.write import LakeWriter
from fleetcost.model.identity import ClusterId
from fleetcost.ops import log
from fleetcost.ops.memory import machine_memory_bytes
from fleetcost.ops.settings import AggregatorSettings
from fleetcost.query.known import Known
from fleetcost.rates.book import RateBook
from fleetcost.statements.held import HeldMonths
from fleetcost.statements.live import StatementSources
from fleetcost.statements.pins import pinned_paths
from fleetcost.statements.schedule import MonthSchedule
from fleetcost.tables.database import Database, EngineLimits, open_database
from fleetcost.tables.ledger import clusters, ledger_of
from fleetcost.ui.files import load as load_web

DATABASE_FILE = "fleetcost.duckdb"
STATE_FOLDER = "state"
CONTEXT_SECRETS = "context-secrets.json"
_SHOWN = 20

Loop = Callable[[threading.Event], None]

_log = log.get("cli")


@dataclass(frozen=True, slots=True)
class Aggregator:
    """An aggregator's parts, put together."""

    settings: AggregatorSettings
    database: Database
    ingestor: Ingestor
    bucket: Bucket
    budget: Budget
    stores: Callable[[], tuple[StoreState, ...]] = tuple
    orders: BillOrders | None = None
    rates: RateBook = field(default_factory=RateBook)
    held: HeldMonths | None = None

    def services(self) -> Services:
        """Return what the API needs."""
        registry = Registry(self.bucket, self._clusters, lambda: self.ingestor.status.passes)
        known = Known(self.budget.known_bytes, registry.retired)
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
            stores=self.stores,
            contexts=read_book(
                self.settings.contexts_file,
                self.settings.contexts_secrets_file,
                self.settings.data_dir / CONTEXT_SECRETS,
            ),
            home=self.settings.home_cluster,
            money=currency_facts(self.settings, self.rates),
            known=known,
            registry=registry,
            bills=Bills(self.bucket, self.orders),
            hosts=known_hosts(
                self.settings.bind, self.settings.allowed_hosts, tokens=self.settings.tokens_file is not None
            ),
            repairs=Repairs(self.bucket, None if self.settings.read_only else self.bucket),
            statements=self._shelf(known),
        )

    def _shelf(self, known: Known) -> StatementShelf:
        sources = StatementSources(
            database=self.database,
            known=known,
            rates=self.rates.version_of,
            max_age_days=self.settings.rate_max_age_days,
            daily_retention=_hours(24 * self.settings.daily_retention_days),
            held=lambda: self.held.since if self.held else None,
            whole=lambda: self.ingestor.status.passes > 0,
            lake=self.bucket if self.settings.lake else None,
        )
        return StatementShelf(self.bucket, None if self.settings.read_only else self.bucket, sources)

    def _clusters(self) -> tuple[ClusterId, ...]:
        return clusters(ledger_of(self.database).values())


def add_parser(subparsers: Subparsers, about: str) -> None:
    """Add the command."""
    parser = subparsers.add_parser("aggregator", help=about, description=about)
    actions = parser.add_subparsers(dest="action", required=True, metavar="action")
    run = actions.add_parser("run", help="ingest and derive again and again, serve the API and the UI")
    _add_local_flags(run)
    add_settings_flags(run, AggregatorSettings)
    run.set_defaults(run=_run)
    stores = actions.add_parser("stores", help="list every bucket: how fresh it is, clusters that two of them hold")
    add_settings_flags(stores, AggregatorSettings)
    stores.set_defaults(run=_stores)
    ingest = actions.add_parser("ingest", help="one ingest pass")
    ingest.add_argument("--dry-run", action="store_true", help="print the plan and change nothing")
    add_settings_flags(ingest, AggregatorSettings)
    ingest.set_defaults(run=_ingest)


def _add_local_flags(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("one cluster without a bucket")
    group.add_argument("--local", metavar="DIR", type=Path, help="keep everything in this directory")
    group.add_argument("--agent", metavar="FILE", type=Path, help="settings of an agent in this process")
    group.add_argument("--cluster-id", metavar="ID", help="of that agent, in place of the file's")
    group.add_argument("--prometheus-url", metavar="URL", help="of that agent, in place of the file's")


def assemble(settings: AggregatorSettings, bucket: Bucket) -> Aggregator:
    """
    Put an aggregator together; its database is opened.

    Raises:
        TryAgainError: another process holds the database.
    """
    budget = split(settings.memory or machine_memory_bytes() // 2, cores())
    engine = EngineLimits(memory_bytes=budget.engine_bytes, threads=budget.threads)
    database = open_database(settings.data_dir / DATABASE_FILE, engine, clock())
    retention = Retention(
        hourly=_hours(settings.hourly_retention_hours), daily=_hours(24 * settings.daily_retention_days)
    )
    held = HeldMonths(bucket, clock)
    currency = settings.foreign_currency
    ingestor = Ingestor(bucket, database, retention, clock, currency=currency, budget=budget, held=held)
    return Aggregator(settings, database, ingestor, bucket, budget, rates=RateBook(bucket), held=held)


def lake_writer(aggregator: Aggregator) -> LakeWriter:
    """Return what writes the lake; files that statements pin stay."""
    bucket, folder = aggregator.bucket, aggregator.settings.data_dir
    return LakeWriter(aggregator.database, bucket, folder, clock, lambda: pinned_paths(bucket))


def serve_aggregator(aggregator: Aggregator, on_start: Callable[[str], None], beside: Sequence[Loop] = ()) -> None:
    """
    Serve until the process is asked to stop; the ingest loop runs beside the server.

    Args:
        aggregator: its parts
        on_start: called with the address
        beside: further loops, run until the event they are given is set

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
    loops += [
        threading.Thread(
            target=writer.run, args=(stop, lambda: aggregator.ingestor.status.passes), name=name, daemon=True
        )
        for name, writer in _writers(aggregator).items()
    ]
    loops.append(threading.Thread(target=aggregator.rates.run, args=(stop,), name="rates", daemon=True))
    if services.registry is not None:
        loops.append(threading.Thread(target=services.registry.run, args=(stop,), name="registry", daemon=True))
    if services.statements is not None and services.statements.writer is not None:
        schedule = MonthSchedule(services.statements.writer, services.statements.sources, clock)
        loops.append(threading.Thread(target=schedule.run, args=(stop,), name="statements", daemon=True))
    loops += [threading.Thread(target=loop, args=(stop,), name="beside", daemon=True) for loop in beside]
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


def _writers(aggregator: Aggregator) -> Mapping[str, LakeWriter | FocusExporter]:
    """Return what is written into the bucket after each pass, by name."""
    settings, database, bucket = aggregator.settings, aggregator.database, aggregator.bucket
    lake = {"lake": lake_writer(aggregator)} if settings.lake else {}
    exporter = focus_exporter(settings, database, bucket)
    return {**lake, "focus": exporter} if exporter else lake


def _run(parsed: argparse.Namespace) -> int:
    settings = load_settings(parsed, AggregatorSettings).settings
    if parsed.local is not None:
        # Imported here: only a local installation needs what the agent needs.
        from fleetcost.cli.local import open_local  # noqa: PLC0415

        local = open_local(parsed, settings)
        _serve(local.settings, local.bucket, local.agent)
    elif settings.engine == "spark":
        bucket = federated_storage(settings)
        billing = make_billing(settings, bucket) if settings.lake else None
        serve_engine(settings, bucket, [billing.loop] if billing is not None else [])
    else:
        _serve(settings, multi_storage(settings), None)
    return 0


def _serve(settings: AggregatorSettings, bucket: MultiBucket, agent: Loop | None) -> None:
    billing = make_billing(settings, bucket)
    orders = None if billing is None or settings.read_only else Orders(billing)
    aggregator = replace(assemble(settings, bucket), stores=bucket.states, orders=orders)
    beside = [*([agent] if agent is not None else []), *([billing.loop] if billing is not None else [])]
    beside += rate_loops(settings, bucket)
    serve_aggregator(aggregator, lambda address: _log.info("aggregator", address=address, bucket=bucket.name), beside)


def _ingest(parsed: argparse.Namespace) -> int:
    settings = load_settings(parsed, AggregatorSettings).settings
    if settings.engine == "spark":
        deriver = open_deriver(settings, federated_storage(settings))
        with closing(deriver):
            return _pass(deriver, Console(), dry_run=parsed.dry_run)
    aggregator = assemble(settings, multi_storage(settings))
    with closing(aggregator.database):
        code = _pass(aggregator.ingestor, Console(), dry_run=parsed.dry_run)
        if settings.lake and not parsed.dry_run:
            lake_writer(aggregator).write()
    return code


def _pass(passes: Passes, console: Console, *, dry_run: bool) -> int:
    """Print what a pass would do, or do it and print what it did; 1 where objects cannot be used."""
    if dry_run:
        print_plan(passes.plan(), console)
        return 0
    done = passes.pass_once()
    skips = passes.skips
    console.print(
        f"{done.loaded} loaded, {done.forgotten} forgotten, {done.bad} not usable, {done.unchanged} unchanged, "
        f"{len(skips)} skipped"
    )
    _print_nothing(passes.nothing_because, console)
    print_skips(skips, console)
    return 1 if done.bad else 0


def _stores(parsed: argparse.Namespace) -> int:
    """Print each bucket; 1 where one cannot be listed, or two hold the same cluster."""
    bucket = multi_storage(load_settings(parsed, AggregatorSettings).settings)
    with suppress(FleetcostError):  # it is reported in the table
        for _ in bucket.list("federated"):
            pass
    table = Table("bucket", "newest object", "clusters", "what is wrong", show_lines=True)
    for one in bucket.states():
        newest = f"{one.newest:%Y-%m-%d %H:%M}" if one.newest else ""
        both = [f"{cluster} is read from {other}: one of the two is not its own" for cluster, other in one.conflicts]
        wrong = [one.error] * bool(one.error) + both
        style = "red" if wrong else "green"
        table.add_row(Text(one.name), newest, Text(", ".join(one.clusters)), Text("\n".join(wrong) or "nothing", style))
    Console().print(table)
    return int(any(one.error or one.conflicts for one in bucket.states()))


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
    _print_nothing(plan.nothing_because, console)
    print_skips(plan.skips, console)


def _print_nothing(reason: str, console: Console) -> None:
    if reason:
        console.print(f"nothing to load: {reason}", markup=False, highlight=False, soft_wrap=True)


def print_skips(skips: Sequence[Skip], console: Console) -> None:
    """Print objects that are not read, each with its reason."""
    for skip in skips[:_SHOWN]:
        console.print(
            f"skipped {skip.path}: {skip.state.value}: {skip.reason or skip.state.meaning}",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
    if len(skips) > _SHOWN:
        console.print(f"and {len(skips) - _SHOWN} more skipped; all are listed at /model/debug/orchestrator")


def cores() -> int:
    """Return how many cores this process may use."""
    return max(1, len(os.sched_getaffinity(0)))


def _hours(count: int) -> timedelta | None:
    return timedelta(hours=count) if count else None
