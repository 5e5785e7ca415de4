"""Google credentials that need a token exchange (workload identity federation), through google-auth, an extra."""

from __future__ import annotations

import json
from datetime import UTC
from typing import TYPE_CHECKING, Any

import google.auth.aws
import google.auth.identity_pool
import google.oauth2.credentials
import requests
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import Request

from fleetcost.bucket.credentials import Provider
from fleetcost.bucket.tls_folder import tls_folder, verification
from fleetcost.errors import SettingsError, StoreRefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from obstore.store import GCSCredential

    from fleetcost.bucket.gcs import GoogleLink
    from fleetcost.bucket.http_config import HttpConfig

ACCEPTED = ("service_account", "authorized_user", "external_account")
SCOPE = "https://www.googleapis.com/auth/devstorage.read_write"


def federated_token(link: GoogleLink, http: HttpConfig, environment: Mapping[str, str]) -> Provider[GCSCredential]:
    """
    Return a provider that exchanges the workload's own token for Google's, again before it ends.

    Raises:
        SettingsError: the JSON describes no credentials google-auth knows.
    """
    described = json.loads(link.document.reveal() if link.document else "{}")
    if link.kind not in ACCEPTED:
        raise SettingsError(f"{link.source}: type {link.kind} is not used here; accepted: {', '.join(ACCEPTED)}")
    try:
        credentials = _credentials(described)
    except (GoogleAuthError, ValueError, KeyError):
        raise SettingsError(f"{link.source}: google-auth cannot use these credentials of type {link.kind}") from None
    request = Request(_session(http, environment))

    def fetch() -> GCSCredential:
        try:
            credentials.refresh(request)
        except (GoogleAuthError, OSError) as error:
            raise StoreRefusedError(
                f"no credentials from {link.source}: {type(error).__name__}: check the identity pool and its token"
            ) from None
        expiry = credentials.expiry
        return {"token": credentials.token, "expires_at": expiry.replace(tzinfo=UTC) if expiry else None}

    return Provider(fetch)


def _credentials(described: dict[str, Any]) -> Any:  # noqa: ANN401 - the library is untyped
    source = described.get("credential_source") or {}
    if described["type"] == "authorized_user":
        return google.oauth2.credentials.Credentials.from_authorized_user_info(described)  # type: ignore[no-untyped-call]
    if str(source.get("environment_id", "")).startswith("aws"):
        return google.auth.aws.Credentials.from_info(described, scopes=[SCOPE])  # type: ignore[no-untyped-call]
    # A source that names a program to run is refused by this class.
    return google.auth.identity_pool.Credentials.from_info(described, scopes=[SCOPE])  # type: ignore[no-untyped-call]


class _Session(requests.Session):
    """A session whose trust is the settings', whatever `REQUESTS_CA_BUNDLE` says."""

    def merge_environment_settings(self, *arguments: Any, **keywords: Any) -> Any:  # noqa: ANN401 - the library's
        """Take everything but the verification from the environment."""
        return {**super().merge_environment_settings(*arguments, **keywords), "verify": self.verify}


def _session(http: HttpConfig, environment: Mapping[str, str]) -> requests.Session:
    session = _Session()
    session.verify = verification(http.tls, tls_folder(session), environment)
    return session
