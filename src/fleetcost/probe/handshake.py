"""A TLS handshake for its own sake: what the server shows, and whether we trust it."""

from __future__ import annotations

import socket
import ssl
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fleetcost.bucket.faults import StoreOperation, unanswered
from fleetcost.bucket.http_config import TlsConfig
from fleetcost.errors import StoreError
from fleetcost.probe.about import StoreEndpoint

PATIENCE_SECONDS = 10.0
MACHINE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Handshake:
    """
    A handshake that succeeded.

    Attributes:
        version: such as `TLSv1.3`
        subject: whom the certificate is for
        issuer: who signed it
        expires: when it ends, or None where it was not verified
        verified: False where the settings switch verification off
    """

    version: str
    subject: str
    issuer: str
    expires: datetime | None
    verified: bool


def listens(host: str, port: int) -> bool:
    """Tell whether anything takes a connection there soon; the machine's own services do at once."""
    try:
        with socket.create_connection((host, port), timeout=MACHINE_SECONDS):
            return True
    except OSError:
        return False


def proxied(endpoint: StoreEndpoint) -> bool:
    """Tell whether the environment sends connections to the endpoint through a proxy."""
    return "https" in urllib.request.getproxies() and not urllib.request.proxy_bypass(str(endpoint))


def shake_hands(endpoint: StoreEndpoint, environment: Mapping[str, str]) -> Handshake:
    """
    Connect, verify, and hang up.

    Args:
        endpoint: a store that speaks TLS
        environment: may name the trusted certificates with `SSL_CERT_FILE`

    Raises:
        SettingsError: a certificate file of the settings cannot be read.
        StoreError, StoreRefusedError: nobody answers, or a certificate is refused.
    """
    context = _context(endpoint.tls, environment)
    name = endpoint.tls.server_name or endpoint.host
    operation = StoreOperation("connect to", str(endpoint), str(endpoint))
    try:
        with (
            socket.create_connection((endpoint.host, endpoint.port), PATIENCE_SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=name) as secured,
        ):
            return _read(secured, verified=endpoint.tls.verify)
    except UnicodeError:
        raise StoreError(f"{operation}: a part of this name is longer than 63 characters, so no host has it") from None
    except OSError as error:
        fault = unanswered(operation, str(endpoint), f"{type(error).__name__} {error}")
        raise fault or StoreError(f"{operation}: {error.strerror or type(error).__name__}") from None


def _context(tls: TlsConfig, environment: Mapping[str, str]) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=environment.get("SSL_CERT_FILE"))
    if tls.authority:
        context.load_verify_locations(cadata=tls.authority.read())
    if not tls.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if tls.certificate and tls.key:
        with TemporaryDirectory(prefix="fleetcost-tls-") as folder:
            pair = Path(folder) / "pair.pem"
            pair.write_text(f"{tls.certificate.read()}\n{tls.key.read()}", encoding="ascii")
            context.load_cert_chain(pair)
    return context


def _read(secured: ssl.SSLSocket, *, verified: bool) -> Handshake:
    # The details of a certificate that was not verified are not given by the library.
    shown: dict[str, Any] = secured.getpeercert() or {}
    ends = shown.get("notAfter")
    names = [value for _, value in shown.get("subjectAltName", ())]
    return Handshake(
        secured.version() or "TLS",
        ", ".join(names[:3]) or _common_name(shown.get("subject", ())),
        _common_name(shown.get("issuer", ())),
        datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) if ends else None,
        verified,
    )


def _common_name(parts: tuple[tuple[tuple[str, str], ...], ...]) -> str:
    named = {key: value for part in parts for key, value in part}
    return named.get("commonName") or named.get("organizationalUnitName") or named.get("organizationName") or ""
