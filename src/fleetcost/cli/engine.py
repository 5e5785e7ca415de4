"""`fleetcost aggregator run` with a distributed engine: one of any number of servers that keep nothing."""

from __future__ import annotations

import threading
from datetime import timedelta

from fleetcost.api.access import Tokens
from fleetcost.api.app import create_app
from fleetcost.api.serve import check_exposure, free_port, serve
from fleetcost.api.services import Limits, Services
from fleetcost.bucket.port import Bucket
from fleetcost.cli.stores import clock
from fleetcost.engine.remote import REFRESH_SECONDS, RemoteTables
from fleetcost.errors import SettingsError
from fleetcost.ops import log
from fleetcost.ops.settings import AggregatorSettings
from fleetcost.ui.files import load as load_web

QUESTIONS_AT_ONCE = 16
"""The work is elsewhere; this many wait for it here."""

_log = log.get("cli")


def serve_engine(settings: AggregatorSettings, bucket: Bucket) -> None:
    """
    Serve until the process is told to stop; a thread looks for newer manifests of the lake.

    Raises:
        SettingsError: no engine is named, the port is taken, the web app is not built, or costs would be shown to a
            network.
    """
    if not settings.engine_url:
        raise SettingsError("engine: spark needs engine_url, such as sc://spark-connect:15002")
    check_exposure(
        settings.bind,
        tokens=settings.tokens_file is not None,
        without_authentication=settings.serve_without_authentication,
    )
    tables = RemoteTables(bucket, settings.engine_url, settings.engine_lake)
    port = free_port(settings.bind, settings.port)
    app = create_app(_services(settings, tables), load_web())
    stop = threading.Event()
    refresh = threading.Thread(target=tables.run, args=(stop, REFRESH_SECONDS), name="lake", daemon=True)

    def start() -> None:
        refresh.start()
        _log.info("api", address=f"http://{settings.bind}:{port}/", tables=tables.place)

    try:
        serve(app, settings.bind, port, start)
    finally:
        stop.set()
        if refresh.is_alive():
            refresh.join()
        tables.close()


def _services(settings: AggregatorSettings, tables: RemoteTables) -> Services:
    hours, days = settings.hourly_retention_hours, settings.daily_retention_days
    return Services(
        database=tables,
        status=tables.status,
        clock=clock,
        hourly_retention=timedelta(hours=hours) if hours else None,
        daily_retention=timedelta(days=days) if days else None,
        interval_seconds=settings.interval_seconds,
        limits=Limits(QUESTIONS_AT_ONCE, settings.query_queue_length, settings.query_timeout_seconds),
        tokens=Tokens(settings.tokens_file) if settings.tokens_file else None,
        home=settings.home_cluster,
    )
