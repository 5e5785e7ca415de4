"""The client library's options, made of `http_config`."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from fleetcost.errors import SettingsError

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

    from fleetcost.bucket.http_config import HttpConfig
    from fleetcost.ops.section import Place

DEFAULT_RETRIES = 5
RETRY_SECONDS = 60
"""No request is begun again after this long; the agent's and the aggregator's loops come back anyway."""

REQUEST_SECONDS = 1800
"""Longest time of one request as a whole: a part of 128 MiB at 75 kB a second. Silence ends it much earlier."""


def client_options(http: HttpConfig, *, secure: bool) -> ClientConfig:
    """
    Return the connection's options.

    Raises:
        SettingsError: a certificate file cannot be read.
    """
    options: ClientConfig = {
        "allow_http": not secure,
        "connect_timeout": timedelta(seconds=http.connect_seconds),
        "pool_idle_timeout": timedelta(seconds=http.idle_seconds),
        "read_timeout": timedelta(seconds=http.read_seconds),
        "timeout": timedelta(seconds=REQUEST_SECONDS),
        "allow_invalid_certificates": not http.tls.verify,
    }
    if http.idle_connections:
        options["pool_max_idle_per_host"] = str(http.idle_connections)
    if http.tls.authority:
        options["root_certificate"] = http.tls.authority.read()
    return options


def retry_options(max_retries: int) -> RetryConfig:
    """Return how often and how long a request is tried again; 0 retries is our default."""
    return {
        "max_retries": max_retries or DEFAULT_RETRIES,
        "retry_timeout": timedelta(seconds=RETRY_SECONDS),
        "backoff": {
            "init_backoff": timedelta(milliseconds=100),
            "max_backoff": timedelta(seconds=10),
            "base": 2,
        },
    }


def refused_options(error: BaseException, place: Place, http: HttpConfig) -> SettingsError:
    """
    Return our error for options the client library does not take; its own message may quote a credential.

    Args:
        error: the library's
        place: where the settings stand
        http: whose certificates they may be about
    """
    text = str(error).lower()
    if "no ca certificates" in text or "no native root" in text:
        return SettingsError(
            f"{place}: this machine has no trusted certificates: install the package ca-certificates, "
            "set SSL_CERT_FILE, or give the CA with `http_config.tls_config.ca_file`"
        )
    if http.tls.authority and ("pem" in text or "certificate" in text):
        return SettingsError(
            f"{place}: the certificates in `http_config.tls_config` cannot be used: expected X.509 PEM"
        )
    return SettingsError(f"{place}: the client library refuses these settings ({type(error).__name__})")
