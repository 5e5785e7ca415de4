"""Google credentials that need a token exchange (workload identity federation), through google-auth, an extra."""

from __future__ import annotations

import json
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

import certifi
import google.auth
import requests
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import Request

from fleetcost.bucket.credentials import Provider
from fleetcost.bucket.tls_folder import tls_folder
from fleetcost.errors import SettingsError, StoreRefusedError

if TYPE_CHECKING:
    from obstore.store import GCSCredential

    from fleetcost.bucket.gcs import GoogleLink
    from fleetcost.bucket.http_config import HttpConfig

SCOPE = "https://www.googleapis.com/auth/devstorage.read_write"


def federated_token(link: GoogleLink, http: HttpConfig) -> Provider[GCSCredential]:
    """
    Return a provider that exchanges the workload's own token for Google's, again before it ends.

    Raises:
        SettingsError: the JSON describes no credentials google-auth knows.
    """
    try:
        described = json.loads(link.document.reveal() if link.document else "{}")
        credentials, _ = google.auth.load_credentials_from_dict(described, scopes=[SCOPE])  # type: ignore[no-untyped-call]
    except (GoogleAuthError, ValueError, KeyError):
        raise SettingsError(f"{link.source}: google-auth cannot use these credentials of type {link.kind}") from None
    request = Request(_session(http))

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


def _session(http: HttpConfig) -> requests.Session:
    session = requests.Session()
    session.verify = http.tls.verify
    if http.tls.authority:
        bundle = tls_folder(session) / "authorities.pem"
        public = Path(certifi.where()).read_text(encoding="utf-8")
        bundle.write_text(f"{public}\n{http.tls.authority.read()}", encoding="utf-8")
        session.verify = str(bundle)
    return session
