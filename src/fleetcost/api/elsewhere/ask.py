"""
Asking another installation in a person's place.

The page's own rules let it ask this server alone, so what a context answers comes through here: read-only, with the
credentials kept for that origin and none of the caller's, following no redirect, within a deadline, and documents of an
API only. Addresses that only the machine itself or its cloud can reach are not asked.
"""

from __future__ import annotations

import http.client
import json
import ssl
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

from fleetcost.api.elsewhere.addresses import PlainConnection, Resolve, SecureConnection, judged, resolved
from fleetcost.api.elsewhere.book import Book, ContextEntry, origin_of
from fleetcost.errors import CallerError, TryAgainError
from fleetcost.ops.secret import Secret

LOOK_SECONDS = 3.0
"""How long an installation has to say that it is there."""

ANSWER_SECONDS = 60.0
LARGEST_BYTES = 64 << 20
_MEDIA = ("application/json", "application/problem+json", "text/csv", "text/plain")
_LOOK = "/model/clusterInfo"
_PARTS = 1 << 16


@dataclass(frozen=True, slots=True)
class Look:
    """Whether an installation is there, and if not, why, in words for people."""

    reachable: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """What an installation answered."""

    status: int
    media_type: str
    body: bytes


def look_at(entries: Sequence[ContextEntry], book: Book) -> tuple[Look, ...]:
    """Look whether installations are there, all at once, each within the deadline."""
    if not entries:
        return ()
    with ThreadPoolExecutor(min(16, len(entries)), "context") as executor:
        return tuple(executor.map(lambda entry: look(entry, book.authorization(entry)), entries))


def look(entry: ContextEntry, authorization: Secret | None) -> Look:
    """Look whether an installation is there and is one."""
    try:
        heard = ask(entry.address, _LOOK, authorization, LOOK_SECONDS)
    except (TryAgainError, CallerError) as error:
        return Look(reachable=False, reason=str(error).removeprefix(f"{entry.address} does not answer: "))
    if heard.status in {401, 403}:
        return Look(reachable=False, reason=f"it asks for credentials (status {heard.status})")
    if heard.status == http.client.SERVICE_UNAVAILABLE:
        return Look(reachable=True, reason="it is starting")
    try:
        known = isinstance(json.loads(heard.body)["data"], dict)
    except (ValueError, KeyError, TypeError):
        known = False
    if heard.status != http.client.OK or not known:
        return Look(reachable=False, reason=f"something answers, and it has no {_LOOK} (status {heard.status})")
    return Look(reachable=True)


def ask(address: str, path: str, authorization: Secret | None, seconds: float, resolve: Resolve = resolved) -> Heard:
    """
    Ask an installation.

    Args:
        address: its base address
        path: below it, with its query
        authorization: what is sent along, None for nothing
        seconds: the deadline
        resolve: gives the addresses behind a name; it is asked once

    Raises:
        CallerError: the address is not asked.
        TryAgainError: no answer in time, or one that is too large.
    """
    origin_of(address)
    parts = urlsplit(address)
    host, deadline = parts.hostname or "", time.monotonic() + seconds
    kind = SecureConnection if parts.scheme == "https" else PlainConnection
    connection = kind(host, parts.port, judged(host, resolve), seconds)
    headers = {"accept": "application/json, text/csv", "user-agent": "fleetcost", "accept-encoding": "identity"}
    if authorization is not None:
        headers["authorization"] = authorization.reveal()
    try:
        connection.request("GET", parts.path.rstrip("/") + path, headers=headers)
        answer = connection.getresponse()
        body = b"".join(_read(answer, deadline, address))
        return Heard(answer.status, answer.headers.get("content-type", ""), body)
    except (OSError, http.client.HTTPException) as error:
        raise TryAgainError(f"{address} does not answer: {_words(error)}") from error
    finally:
        connection.close()


def is_document(media_type: str) -> bool:
    """Tell whether an answer is a document, and nothing a browser would run."""
    return media_type.partition(";")[0].strip().lower() in _MEDIA


def _read(answer: http.client.HTTPResponse, deadline: float, address: str) -> Iterator[bytes]:
    size = 0
    while part := answer.read(_PARTS):
        size += len(part)
        if size > LARGEST_BYTES or time.monotonic() > deadline:
            raise TryAgainError(f"{address}: its answer is too large or too slow; ask it for less")
        yield part


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLError):
        return f"its certificate is not accepted ({error.reason or error})"
    return (error.strerror or str(error)).lower() if isinstance(error, OSError) else str(error) or type(error).__name__
