"""
Who may ask: tokens, kept as hashes in a file, each with scopes and perhaps a filter.

```yaml
tokens:
  - name: grafana
    sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    scopes: [read]
    filter: 'cluster:"prod"'
```

A token is sent as `Authorization: Bearer …`, as `X-API-KEY`, or as the password of basic authentication, which is how a
browser sends it. Tokens are long random texts, so a plain hash keeps them safe; there is nothing to guess.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import threading
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import msgspec
from starlette.datastructures import Headers

from fleetcost.api.caller import Caller
from fleetcost.api.problem import UnknownTokenError
from fleetcost.api.words import Scope
from fleetcost.errors import QuestionError, SettingsError
from fleetcost.model.sets import SetKind
from fleetcost.ops import log
from fleetcost.ops.cross_site import token_in
from fleetcost.ops.reading import read_yaml
from fleetcost.query.conditions import columns_of
from fleetcost.query.filters import Filter, parse_filter
from fleetcost.query.kinds import CLOUD, RowKind

_log = log.get("api")


class TokenEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    One token of the file.

    Attributes:
        name: for the log and for messages
        sha256: hash of the token, in hexadecimal digits
        scopes: `read`, or `read` and `admin`
        filter: what the token may see, in the filter language; empty for everything
        asset_filter: the same for assets, where `filter` names what assets do not have
        cloud_filter: the same for cloud costs; a narrowed token without it sees none
    """

    name: str
    sha256: str
    scopes: tuple[Scope, ...] = (Scope.READ,)
    filter: str = ""
    asset_filter: str = ""
    cloud_filter: str = ""


class TokenFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file."""

    tokens: tuple[TokenEntry, ...]


class Tokens:
    """The tokens of a file, read again when it changes; a change that cannot be used is logged and has no effect."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._stamp = _stamp(file)
        self._known = read_tokens(file)

    def identify(self, headers: Headers) -> Caller:
        """
        Tell who asks.

        Raises:
            UnknownTokenError: no token, or not one of the file's.
        """
        token = presented(headers)
        if not token:
            raise UnknownTokenError("a token is needed: send it as Authorization: Bearer, or as X-API-KEY")
        caller = self._current().get(hashlib.sha256(token.encode()).hexdigest())
        if caller is None:
            raise UnknownTokenError("this token is not one of the server's")
        return caller

    def _current(self) -> Mapping[str, Caller]:
        with self._lock:
            stamp = _stamp(self._file)
            if stamp != self._stamp:
                self._stamp = stamp
                try:
                    self._known = read_tokens(self._file)
                except SettingsError as error:
                    _log.error("tokens file not used", error=str(error))
            return self._known


def read_tokens(file: Path) -> Mapping[str, Caller]:
    """
    Read a file of tokens: hash to caller.

    Raises:
        SettingsError: it cannot be read or used.
    """
    entries = read_yaml(file, "tokens file").convert(TokenFile).tokens
    known: dict[str, Caller] = {}
    for entry in entries:
        digest = entry.sha256.lower()
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):  # noqa: PLR2004 - digits of the hash
            raise SettingsError(f"tokens file {file}: sha256 of {entry.name!r} is not 64 hexadecimal digits")
        if digest in known:
            raise SettingsError(f"tokens file {file}: {entry.name!r} has the same token as {known[digest].name!r}")
        known[digest] = _identity(entry, file)
    if not known:
        raise SettingsError(f"tokens file {file}: there is no token in it, so nobody could ask")
    return MappingProxyType(known)


def presented(headers: Headers) -> str:
    """Return the token a request carries, empty where it carries none."""
    if token := token_in(headers.get):
        return token
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return ""


def _identity(entry: TokenEntry, file: Path) -> Caller:
    if not entry.filter and not entry.asset_filter and not entry.cloud_filter:
        return Caller(entry.name, frozenset(entry.scopes))
    try:
        filters: dict[RowKind, Filter] = {}
        if allowed := parse_filter(entry.filter):
            columns_of(allowed, SetKind.ALLOCATIONS)
            filters[SetKind.ALLOCATIONS] = allowed
        if assets := parse_filter(entry.asset_filter) or _of_assets(allowed):
            columns_of(assets, SetKind.ASSETS)
            filters[SetKind.ASSETS] = assets
        if bills := parse_filter(entry.cloud_filter):
            columns_of(bills, CLOUD)
            filters[CLOUD] = bills
    except QuestionError as error:
        raise SettingsError(f"tokens file {file}: filter of {entry.name!r}: {error}") from error
    return Caller(entry.name, frozenset(entry.scopes), narrowed=True, filters=MappingProxyType(filters))


def _of_assets(allowed: Filter | None) -> Filter | None:
    """Return the filter if it means the same for assets: only the cluster is one thing in both."""
    return allowed if columns_of(allowed, SetKind.ALLOCATIONS) <= {"cluster"} else None


def _stamp(file: Path) -> tuple[int, int]:
    try:
        facts = file.stat()
    except OSError:
        return 0, 0
    return facts.st_mtime_ns, facts.st_size
