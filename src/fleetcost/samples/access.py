"""How a source knows who asks: headers, tokens, passwords and certificates."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import httpx

from fleetcost.errors import SettingsError
from fleetcost.ops.secret import Secret
from fleetcost.ops.tls import Tls


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """
    How the source knows who asks; at most one of bearer token, bearer file, user and signature.

    Attributes:
        headers: sent with every query, such as `X-Scope-OrgID` of a Mimir tenant
        bearer: a token
        bearer_file: a file with a token, read for every query because such tokens are renewed in place
        user, password: basic authentication
        tls: certificates; None trusts what the system does
        sigv4_region: sign each request for Amazon's managed Prometheus in this region; empty signs none
    """

    headers: Mapping[str, Secret] = field(default_factory=lambda: MappingProxyType({}))
    bearer: Secret | None = None
    bearer_file: Path | None = None
    user: str = ""
    password: Secret | None = None
    tls: Tls | None = None
    sigv4_region: str = ""

    def __post_init__(self) -> None:
        given = [name for name in ("bearer", "bearer_file", "user", "sigv4_region") if getattr(self, name)]
        if len(given) > 1:
            raise SettingsError(f"access to the source: {' and '.join(given)} are both given; keep one")


def authentication(access: Access) -> httpx.Auth:
    """
    Return what prepares each request.

    Raises:
        SettingsError: requests are to be signed and there are no credentials of Amazon's to sign them with.
    """
    if access.sigv4_region:
        # Imported here: only this one service needs it, and its package is an extra.
        from fleetcost.samples.sigv4 import Signed  # noqa: PLC0415

        return Signed(access.sigv4_region, access.headers)
    return Credentials(access)


class Credentials(httpx.Auth):
    """Adds the headers of an `Access` to each request."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:  # type: ignore[override]
        """Add the headers."""
        for name, value in self._access.headers.items():
            request.headers[name] = value.reveal()
        if authorization := self._authorization():
            request.headers["Authorization"] = authorization
        yield request

    def _authorization(self) -> str:
        access = self._access
        if access.bearer_file is not None:
            return f"Bearer {_token(access.bearer_file)}"
        if access.bearer is not None:
            return f"Bearer {access.bearer.reveal()}"
        if access.user:
            pair = f"{access.user}:{access.password.reveal() if access.password else ''}"
            return f"Basic {base64.b64encode(pair.encode()).decode()}"
        return ""


def _token(file: Path) -> str:
    try:
        return file.read_text().strip()
    except OSError as error:
        raise SettingsError(f"read the source's bearer token from {file}: {error.strerror}") from error
