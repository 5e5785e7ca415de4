"""
Contexts: other installations that people can switch to, and the credentials this server keeps for them.

Provisioned contexts come from a file and cannot be changed by people; theirs are kept in the server's state.
Credentials are never in the state and never in an answer: the operator's lie in a file of their own, people's in a file
of the data directory that only this user can read. Each is kept with the origin it was given for and sent nowhere
else.
"""

from __future__ import annotations

import base64
import binascii
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from fleetcost.errors import CallerError, SettingsError
from fleetcost.ops.reading import read_yaml
from fleetcost.ops.secret import Secret

LONGEST = 200
_PORTS = {"http": 80, "https": 443}


class Auth(msgspec.Struct, frozen=True, kw_only=True, rename={"kind": "type", "password": "pass"}):
    """
    Credentials as clients send them; they are never sent back.

    Attributes:
        kind: `basic` or `bearer`
        user, password: of basic authentication
        data: `user:password` in base 64 instead
        token: of a bearer
    """

    kind: str = "basic"
    user: str = ""
    password: str = ""
    data: str = ""
    token: str = ""

    def authorization(self) -> str:
        """
        Return the header's value.

        Raises:
            CallerError: nothing of use is given.
        """
        if self.kind == "bearer" and self.token:
            return f"Bearer {self.token}"
        if self.kind == "basic" and (self.data or self.user):
            data = self.data or base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
            try:
                base64.b64decode(data, validate=True)
            except binascii.Error:
                raise CallerError("auth.data: accepted is user:password in base 64") from None
            return f"Basic {data}"
        raise CallerError("auth: accepted are type basic with user and pass, or data; and type bearer with token")


class ContextEntry(msgspec.Struct, frozen=True, kw_only=True):
    """
    Another installation that people can switch to.

    Attributes:
        id: chosen by the server from the name where it is left out
        name: what people call it
        address: where it answers, with its port
        details: whatever its clients keep with it
        auth: credentials, when it is added; never in an answer
    """

    name: str
    address: str
    id: str = ""
    details: dict[str, Any] = msgspec.field(default_factory=dict)
    auth: Auth | None = None


def origin_of(address: str) -> str:
    """
    Return scheme, host and port of an address.

    Raises:
        CallerError: not an http or https address, or one with credentials in it.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise CallerError(f"address {address!r}: {error}") from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise CallerError(f"address {address!r}: accepted are http:// and https:// addresses")
    if parts.username or parts.password:
        raise CallerError("the address holds credentials, which everybody would see: give them as auth")
    if parts.query or parts.fragment:
        raise CallerError(f"address {address!r}: accepted is a base address without ? and #")
    return f"{parts.scheme}://{parts.hostname.lower()}:{port or _PORTS[parts.scheme]}"


class StoredSecret(msgspec.Struct, frozen=True):
    """Credentials and the one origin they are sent to."""

    origin: str
    authorization: str


class SecretsFile:
    """
    People's credentials by context, in a file only this user can read.

    Args:
        file: where; it is made with the first
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()

    def find(self, key: str, origin: str) -> Secret | None:
        """Return what is kept for a context, if it was given for this origin."""
        held = self._read().get(key)
        return Secret(held.authorization) if held is not None and held.origin == origin else None

    def put(self, key: str, origin: str, authorization: str) -> None:
        """Keep credentials."""
        with self._lock:
            self._write(self._read() | {key: StoredSecret(origin, authorization)})

    def drop(self, key: str) -> None:
        """Forget a context's credentials."""
        with self._lock:
            kept = self._read()
            if kept.pop(key, None) is not None:
                self._write(kept)

    def _read(self) -> dict[str, StoredSecret]:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=dict[str, StoredSecret])
        except FileNotFoundError:
            return {}

    def _write(self, kept: Mapping[str, StoredSecret]) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        aside = self._file.with_suffix(".next")
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(kept))
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self._file)


@dataclass(frozen=True, slots=True)
class Book:
    """
    What is known of contexts beside the state.

    Attributes:
        provisioned: from the operator's file
        secrets: the operator's credentials by context
        kept: people's credentials, None where none can be kept
    """

    provisioned: tuple[ContextEntry, ...] = ()
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    kept: SecretsFile | None = None

    def provides(self, key: str) -> bool:
        """Tell whether a context is provisioned."""
        return any(one.id == key for one in self.provisioned)

    def authorization(self, entry: ContextEntry) -> Secret | None:
        """Return the credentials that may be sent to a context's address."""
        if self.provides(entry.id):
            return self.secrets.get(entry.id)
        return self.kept.find(entry.id, origin_of(entry.address)) if self.kept else None


class _Provisioned(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    address: str
    id: str = ""
    secret: str = ""
    details: dict[str, Any] = msgspec.field(default_factory=dict)


class _Credentials(Auth, frozen=True, forbid_unknown_fields=True):
    """Credentials as the operator writes them: a mistyped key is an error, where a client's extra ones are not."""


def read_book(file: Path | None, secrets: Path | None, kept: Path) -> Book:
    """
    Read the operator's files.

    Args:
        file: a YAML list of name and address, `secret` naming credentials of the other file
        secrets: a YAML mapping of names to `{user, pass}`, `{data}` or `{type: bearer, token}`
        kept: where people's credentials are kept

    Raises:
        SettingsError: a file cannot be read or is not of this form, an id is there twice, a secret is missing.
    """
    listed = read_yaml(file, "contexts").convert(list[_Provisioned], []) if file else []
    known = read_yaml(secrets, "secrets of contexts").convert(dict[str, _Credentials], {}) if secrets else {}
    entries: list[ContextEntry] = []
    authorizations: dict[str, Secret] = {}
    for one in listed:
        entry = ContextEntry(id=one.id or one.name, name=one.name, address=one.address, details=one.details)
        try:
            origin_of(entry.address)
            if one.secret:
                authorizations[entry.id] = Secret(known[one.secret].authorization())
        except CallerError as error:
            raise SettingsError(f"read contexts {file}: context {one.name!r}: {error}") from error
        except KeyError:
            raise SettingsError(
                f"read contexts {file}: context {one.name!r}: no secret {one.secret!r} in {secrets}"
            ) from None
        if any(entry.id == other.id for other in entries):
            raise SettingsError(f"read contexts {file}: context {entry.id!r} is there twice")
        entries.append(entry)
    return Book(tuple(entries), authorizations, SecretsFile(kept))
