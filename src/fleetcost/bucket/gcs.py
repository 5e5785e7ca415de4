"""A Google Cloud Storage bucket made of its settings."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from obstore.exceptions import BaseError
from obstore.store import GCSStore

from fleetcost.bucket.client import client_options, refused_options, retry_options
from fleetcost.bucket.names import check_service_account
from fleetcost.bucket.store import ObjectStoreBucket, Upload
from fleetcost.errors import SettingsError
from fleetcost.ops.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from obstore.store import GCSConfig as StoreOptions
    from obstore.store import GCSCredential

    from fleetcost.bucket.credentials import Provider
    from fleetcost.bucket.gcs_config import GcsConfig

PUBLIC_ADDRESS = "https://storage.googleapis.com"
_GCLOUD_FILE = Path(".config/gcloud/application_default_credentials.json")


@dataclass(frozen=True, slots=True)
class GoogleLink:
    """
    The credentials that apply.

    Attributes:
        source: where they come from, in words
        kind: `service_account`, `authorized_user`, another type of Google's JSON, or `metadata`
        document: the JSON, or None
        file: the file it was read from, or None
    """

    source: str
    kind: str
    document: Secret | None = None
    file: Path | None = None


def open_gcs(config: GcsConfig, prefix: str, environment: Mapping[str, str]) -> ObjectStoreBucket:
    """
    Make the bucket; nothing is sent yet.

    Args:
        config: its settings
        prefix: the folder below which everything lies, or empty
        environment: the process's variables, where the default credentials begin

    Raises:
        SettingsError: a file cannot be read or holds no credentials.
    """
    link = find_google_link(config, environment)
    address = gcs_address(environment)
    provider = _provider(link, config, environment)
    options: StoreOptions = {"base_url": address, **_link_options(link)}
    try:
        store = GCSStore(
            config.bucket,
            prefix=prefix or None,
            config=options,
            client_options=client_options(config.http, secure=address.startswith("https://")),
            retry_config=retry_options(config.max_retries),
            credential_provider=provider,
        )
    except (BaseError, ValueError) as error:
        fault = refused_options(error, config.place, config.http)
    else:
        name = f"gs://{config.bucket}" + (f"/{prefix}" if prefix else "")
        upload = Upload(config.part_bytes)
        return ObjectStoreBucket(name, urlsplit(address).netloc, store, store, upload, provider, versioned=True)
    raise fault


def gcs_address(environment: Mapping[str, str]) -> str:
    """Return the API's URL; `STORAGE_EMULATOR_HOST` moves it, as for Google's own clients."""
    moved = environment.get("STORAGE_EMULATOR_HOST", "").rstrip("/")
    if not moved:
        return PUBLIC_ADDRESS
    return moved if "://" in moved else f"http://{moved}"


def find_google_link(config: GcsConfig, environment: Mapping[str, str]) -> GoogleLink:
    """
    Return the credentials that apply: the settings' own, else Google's application default credentials.

    Raises:
        SettingsError: what should be credentials cannot be read.
    """
    if config.service_account:
        return _from_json("`service_account` of the storage settings", config.service_account, None, str(config.place))
    file = google_file(config, environment)
    if file:
        named = environment.get("GOOGLE_APPLICATION_CREDENTIALS")
        return _from_file(f"GOOGLE_APPLICATION_CREDENTIALS {file}" if named else f"gcloud's {file}", file)
    return GoogleLink("metadata server (GKE workload identity)", "metadata")


def google_file(config: GcsConfig, environment: Mapping[str, str]) -> Path | None:
    """Return the file with the default credentials, or None where there is none, or none is needed."""
    if config.service_account:
        return None
    if named := environment.get("GOOGLE_APPLICATION_CREDENTIALS"):
        return Path(named)
    known = Path(environment.get("HOME") or "/") / _GCLOUD_FILE
    return known if known.is_file() else None


def _from_file(source: str, file: Path) -> GoogleLink:
    try:
        return _from_json(source, Secret(file.read_text(encoding="utf-8")), file)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{source}: cannot be read: {getattr(error, 'strerror', 'not UTF-8')}") from None


def _from_json(source: str, text: Secret, file: Path | None, place: str = "") -> GoogleLink:
    check_service_account(place or source, text.reveal())
    try:
        kind = json.loads(text.reveal())["type"]
    except (ValueError, TypeError, KeyError):
        raise SettingsError(
            f"{place or source}: expected the JSON of Google credentials with a `type`{_instead(text.reveal())}"
        ) from None
    return GoogleLink(source, str(kind), text, file)


def _instead(text: str) -> str:
    """Return what stands there instead of the JSON, where that can be seen; never the text itself."""
    if text.startswith(("/", "./", "~")) or text.endswith(".json"):
        return ", found a path: give the file's content, or name the path in GOOGLE_APPLICATION_CREDENTIALS"
    try:
        decoded = base64.b64decode(text, validate=True).lstrip().startswith(b"{")
    except (binascii.Error, ValueError):
        decoded = False
    return ", found it in base64: decode it first" if decoded else ""


def _link_options(link: GoogleLink) -> StoreOptions:
    if link.kind == "service_account" and link.document:
        return {"service_account_key": link.document.reveal()}
    if link.kind == "authorized_user" and link.file:
        return {"application_credentials": str(link.file)}
    return {}


def _provider(link: GoogleLink, config: GcsConfig, environment: Mapping[str, str]) -> Provider[GCSCredential] | None:
    if link.kind in ("service_account", "metadata") or (link.kind == "authorized_user" and link.file):
        return None
    try:
        federation = import_module("fleetcost.bucket.google_federation")
    except ModuleNotFoundError as error:
        if error.name and error.name.startswith("fleetcost"):
            raise
        raise SettingsError(
            f"{link.source}: credentials of type {link.kind} need google-auth, which is not installed: "
            "pip install 'fleetcost[gcs-federation]'"
        ) from None
    provider: Provider[GCSCredential] = federation.federated_token(link, config.http, environment)
    return provider
