"""`fleetcost aggregator` with a distributed engine: servers that keep nothing, and the one that derives."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

from fleetcost.api.access import Tokens
from fleetcost.api.app import create_app
from fleetcost.api.serve import check_exposure, free_port, known_hosts, serve
from fleetcost.api.services import CurrencyFacts, IngestStatus, Limits, Services
from fleetcost.api.statement_shelf import StatementShelf
from fleetcost.bucket.port import Bucket
from fleetcost.cli.stores import clock
from fleetcost.engine.derive_run import EngineAt
from fleetcost.engine.deriver import Deriver
from fleetcost.engine.remote import REFRESH_SECONDS, RemoteTables
from fleetcost.errors import SettingsError
from fleetcost.ingest.budget import split
from fleetcost.ingest.plan import Retention
from fleetcost.ops import log
from fleetcost.ops.memory import machine_memory_bytes
from fleetcost.ops.settings import AggregatorSettings
from fleetcost.query.known import Known
from fleetcost.rates.book import RateBook
from fleetcost.rates.fetch import RateFetcher
from fleetcost.rates.mounted import MountedRates
from fleetcost.rates.store import check_name
from fleetcost.statements.live import StatementSources
from fleetcost.ui.files import load as load_web

QUESTIONS_AT_ONCE = 16
"""The work is elsewhere; this many wait for it here."""

Loop = Callable[[threading.Event], None]

_log = log.get("cli")


def open_deriver(settings: AggregatorSettings, bucket: Bucket) -> Deriver:
    """
    Put together what keeps the lake by the engine.

    Raises:
        SettingsError: no engine is named.
        TryAgainError: another process holds the data directory.
    """
    hours, days = settings.hourly_retention_hours, settings.daily_retention_days
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return Deriver(
        bucket,
        EngineAt(_url(settings), (settings.engine_lake or bucket.name).rstrip("/")),
        settings.data_dir,
        Retention(timedelta(hours=hours) if hours else None, timedelta(days=days) if days else None),
        clock,
        currency=settings.foreign_currency,
        budget=split(settings.memory or machine_memory_bytes() // 2, len(os.sched_getaffinity(0))),
    )


def serve_engine(settings: AggregatorSettings, bucket: Bucket, beside: Sequence[Loop] = ()) -> None:
    """
    Serve until the process is asked to stop.

    A thread looks for newer manifests of the lake; with `lake: true` another one makes them, by the engine.

    Args:
        settings: of the server
        bucket: where the lake is
        beside: further loops, run until the event they are given is set

    Raises:
        SettingsError: no engine is named, the port is taken, the web app is not built, or costs would be shown to a
            network.
        TryAgainError: another process holds the data directory.
    """
    url = _url(settings)
    check_exposure(
        settings.bind,
        tokens=settings.tokens_file is not None,
        without_authentication=settings.serve_without_authentication,
    )
    tables = RemoteTables(bucket, url, settings.engine_lake)
    port = free_port(settings.bind, settings.port)
    deriver = open_deriver(settings, bucket) if settings.lake else None
    status: Callable[[], IngestStatus] = (lambda: deriver.status) if deriver else tables.status
    rates = RateBook(bucket)
    app = create_app(_services(settings, bucket, tables, status, rates), load_web())
    stop = threading.Event()
    work: list[Loop] = [
        lambda stop: tables.run(stop, REFRESH_SECONDS),
        rates.run,
        *rate_loops(settings, bucket),
        *beside,
    ]
    if deriver is not None:
        work.append(partial(deriver.run, interval_seconds=settings.interval_seconds))
    loops = [threading.Thread(target=one, args=(stop,), name="engine", daemon=True) for one in work]

    def start() -> None:
        for loop in loops:
            loop.start()
        _log.info("api", address=f"http://{settings.bind}:{port}/", tables=tables.place, derives=deriver is not None)

    try:
        serve(app, settings.bind, port, start)
    finally:
        stop.set()
        for loop in loops:
            if loop.is_alive():
                loop.join()
        if deriver is not None:
            deriver.close()
        tables.close()


def currency_facts(settings: AggregatorSettings, rates: RateBook) -> CurrencyFacts:
    """Return what decides the currency of answers."""
    return CurrencyFacts(
        display=settings.display_currency,
        rates=settings.rates,
        max_age_days=settings.rate_max_age_days,
        home=settings.home_cluster,
        book=rates,
    )


def rate_loops(settings: AggregatorSettings, bucket: Bucket) -> list[Loop]:
    """
    Return the loops that fill the rate table of the settings; none where nothing fills it, or nothing may be written.

    Raises:
        SettingsError: rates would be taken in, and no table is named.
    """
    if settings.read_only or (settings.rates_file is None and settings.rates_fetch == "none"):
        return []
    if not settings.rates:
        raise SettingsError("rates_file and rates_fetch need the name of a table in `rates`, such as ecb")
    table = check_name(settings.rates)
    loops: list[Loop] = []
    if settings.rates_file is not None:
        loops.append(MountedRates(bucket, table, settings.rates_file, clock).run)
    if settings.rates_fetch == "ecb":
        loops.append(RateFetcher(bucket, table, clock).run)
    return loops


def _url(settings: AggregatorSettings) -> str:
    if not settings.engine_url:
        raise SettingsError("engine: spark needs engine_url, such as sc://spark-connect:15002")
    return settings.engine_url


def _services(
    settings: AggregatorSettings,
    bucket: Bucket,
    tables: RemoteTables,
    status: Callable[[], IngestStatus],
    rates: RateBook,
) -> Services:
    hours, days = settings.hourly_retention_hours, settings.daily_retention_days
    known = Known()
    sources = StatementSources(
        tables, known, rates.version_of, settings.rate_max_age_days, timedelta(days=days) if days else None,
        whole=lambda: status().passes > 0,
    )  # fmt: skip
    return Services(
        database=tables,
        known=known,
        statements=StatementShelf(bucket, None if settings.read_only else bucket, sources),
        status=status,
        clock=clock,
        hourly_retention=timedelta(hours=hours) if hours else None,
        daily_retention=timedelta(days=days) if days else None,
        interval_seconds=settings.interval_seconds,
        limits=Limits(QUESTIONS_AT_ONCE, settings.query_queue_length, settings.query_timeout_seconds),
        tokens=Tokens(settings.tokens_file) if settings.tokens_file else None,
        home=settings.home_cluster,
        money=currency_facts(settings, rates),
        hosts=known_hosts(settings.bind, settings.allowed_hosts, tokens=settings.tokens_file is not None),
    )
