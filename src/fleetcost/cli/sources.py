"""Opening an agent's source and prices from its settings."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from fleetcost.costing import price_csv, price_sheet
from fleetcost.costing.prices import PriceBook
from fleetcost.errors import SettingsError
from fleetcost.ops.reading import read_text, read_yaml
from fleetcost.ops.secret import Secret
from fleetcost.ops.settings import AgentSettings
from fleetcost.ops.tls import Tls
from fleetcost.samples.access import Access
from fleetcost.samples.client import PrometheusSource
from fleetcost.samples.dialect import LEVELS, ServerKind, SourceDialect

_LARGEST_CSV_BYTES = 256 * 1024 * 1024
"""A price file names machines one by one; a large fleet has hundreds of thousands."""

TENANT_HEADER = "X-Scope-OrgID"
DEFAULT_LABEL = "cluster_id"
"""The label that tells clusters apart where an agent of many is given no other; the field's name for it."""


def open_source(settings: AgentSettings, cluster: str = "") -> PrometheusSource:
    """
    Open the source of the settings.

    Args:
        settings: the agent's
        cluster: whose series are read, where there is a label to tell them by; empty for everybody's

    Raises:
        SettingsError: no address, a file that cannot be read, or several ways to authenticate.
    """
    if not settings.prometheus_url:
        raise SettingsError("no source: give --prometheus-url, FLEETCOST_PROMETHEUS_URL or `prometheus_url:`")
    return PrometheusSource(
        settings.prometheus_url,
        cluster_label=settings.cluster_label if cluster else "",
        cluster_id=cluster,
        access=source_access(settings),
        dialect=dialect(settings),
        at_once=settings.prometheus_concurrency,
    )


def dialect(settings: AgentSettings) -> SourceDialect:
    """Return how the source is asked."""
    return SourceDialect(
        kind=ServerKind(settings.source_kind),
        accept_partial=settings.accept_partial,
        dedup=settings.thanos_dedup,
        level=LEVELS.get(settings.max_source_resolution),
    )


def delay(settings: AgentSettings) -> timedelta:
    """Return how long after its end an hour is final."""
    chosen = settings.build_delay_seconds
    return timedelta(seconds=ServerKind(settings.source_kind).delay_seconds if chosen is None else chosen)


def source_access(settings: AgentSettings) -> Access:
    """
    Return how the source is asked.

    Raises:
        SettingsError: a file cannot be read, or several ways to authenticate are given.
    """
    tls = Tls(
        ca_file=settings.prometheus_ca_file,
        cert_file=settings.prometheus_cert_file,
        key_file=settings.prometheus_key_file,
        verify=not settings.prometheus_insecure_skip_verify,
    )
    password = settings.prometheus_password_file
    tenant = {TENANT_HEADER: Secret(settings.prometheus_tenant)} if settings.prometheus_tenant else {}
    return Access(
        headers=tenant | _headers(settings.prometheus_headers_file),
        sigv4_region=settings.prometheus_sigv4_region,
        bearer_file=settings.prometheus_bearer_token_file,
        user=settings.prometheus_username,
        password=Secret(read_text(password, "password").strip()) if password else None,
        tls=None if tls == Tls() else tls,
    )


def price_book(settings: AgentSettings) -> PriceBook:
    """
    Return what is charged: the defaults, the price sheet over them, the price file over both.

    Raises:
        SettingsError: a file cannot be read, or sheet and settings name different currencies.
    """
    book = PriceBook(currency=settings.currency)
    if settings.price_sheet:
        book = price_sheet.parse(read_text(settings.price_sheet, "price sheet"), str(settings.price_sheet), book)
    if settings.price_csv:
        book = replace(
            book,
            table=price_csv.parse(
                read_text(settings.price_csv, "price file", _LARGEST_CSV_BYTES), str(settings.price_csv)
            ),
        )
    return book


def _headers(file: Path | None) -> dict[str, Secret]:
    """Return the headers of a file; their names are the same in capitals and small letters, so neither may repeat."""
    if file is None:
        return {}
    read = read_yaml(file, "headers")
    headers: dict[str, Secret] = {}
    for name, value in read.mapping().items():
        if not isinstance(value, str | int | float):
            raise SettingsError(f"{read.name}, line {read.line(str(name))}: expected a text as value of {name}")
        if any(str(name).lower() == other.lower() for other in headers):
            raise SettingsError(f"{read.name}, line {read.line(str(name))}: the header {name} is there twice")
        headers[str(name)] = Secret(str(value))
    return headers
