"""
Pages of other sites: by which names a server is asked, and whether somebody else's page makes a browser change things.

A page can make a visitor's browser send requests to any server the visitor reaches, with the passwords the browser
keeps. It cannot choose `Origin` and `Sec-Fetch-Site`, and cannot add a header such as `Authorization: Bearer` without
the browser asking the server first, which no server of ours answers. Sources: Fetch Metadata Request Headers (W3C),
RFC 6454 for `Origin`, RFC 9110 section 9.2.1 for which methods change nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
"""Names under which a machine reaches itself."""

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods that change nothing, or should not."""

_PORTS = {"http": ":80", "https": ":443"}
_BY_GET = (
    "a GET that changes something needs a token as Authorization: Bearer or X-API-KEY, or a page of this server; "
    "send it as POST"
)
_ELSEWHERE = "it comes from a page of another site ({}); open this server's own page, or send it without Origin"

Header = Callable[[str], str | None]
"""Gives a header by its name, whatever its case."""


def foreign(method: str, header: Header) -> str:
    """
    Tell why a request that changes something is not this server's own page's or a program's; empty where it is.

    Args:
        method: of the request; one that should change nothing needs more, because pages may send it without `Origin`
        header: the request's
    """
    site = header("sec-fetch-site")
    if method in SAFE:
        return "" if site == "same-origin" or token_in(header) else _BY_GET
    if site is not None:
        return "" if site in {"same-origin", "none"} else _ELSEWHERE.format(header("origin") or site)
    # Browsers leave Sec-Fetch-Site out towards plain HTTP on a network; Origin they send with every such method.
    origin = header("origin")
    return "" if origin is None or _is_own(origin, header) else _ELSEWHERE.format(origin)


def host_of(header: str) -> str:
    """Return the name in a `Host` header, without its port and in small letters."""
    text = header.strip().lower()
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0].rstrip(".")


def token_in(header: Header) -> str:
    """Return the token that no browser adds by itself, empty where there is none; basic authentication it does add."""
    scheme, _, value = (header("authorization") or "").partition(" ")
    return (header("x-api-key") or (value if scheme.lower() == "bearer" else "")).strip()


def _is_own(origin: str, header: Header) -> bool:
    """Tell whether an origin is this server, under the name it was asked by, here or at a proxy in front of it."""
    try:
        parts = urlsplit(origin.lower())
    except ValueError:
        return False
    port = _PORTS.get(parts.scheme)
    if port is None or not parts.netloc:
        return False
    # A page cannot send X-Forwarded-Host either: the browser would ask first.
    names = ((header(name) or "").strip().lower() for name in ("host", "x-forwarded-host"))
    return parts.netloc.removesuffix(port) in {name.removesuffix(port) for name in names if name}
