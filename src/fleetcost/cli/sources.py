"""Opening an agent's source and prices from its settings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import yaml

from fleetcost.costing import price_csv, price_sheet
from fleetcost.costing.prices import PriceBook
from fleetcost.errors import SettingsError
from fleetcost.ops.secret import Secret
from fleetcost.ops.settings import AgentSettings
from fleetcost.samples.access import Access, Tls


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
    return Access(
        headers=_headers(settings.prometheus_headers_file),
        bearer_file=settings.prometheus_bearer_token_file,
        user=settings.prometheus_username,
        password=Secret(_text(password).strip()) if password else None,
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
        book = price_sheet.parse(_text(settings.price_sheet), str(settings.price_sheet), book)
    if settings.price_csv:
        book = replace(book, table=price_csv.parse(_text(settings.price_csv), str(settings.price_csv)))
    return book


def _headers(file: Path | None) -> dict[str, Secret]:
    if file is None:
        return {}
    try:
        document = yaml.safe_load(_text(file))
    except yaml.YAMLError as error:
        raise SettingsError(f"read headers {file}: not YAML: {error}") from error
    if not isinstance(document, dict):
        raise SettingsError(f"read headers {file}: expected `Name: value` lines, found {type(document).__name__}")
    return {str(name): Secret(str(value)) for name, value in document.items()}


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"read {file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"read {file}: not UTF-8: {error}") from error
