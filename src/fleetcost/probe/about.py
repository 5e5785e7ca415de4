"""What a settings file comes down to, in words: where the store is, whose credentials, which permissions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from fleetcost.bucket.aws_chain import INSTANCE_METADATA, AmbientCredentials
from fleetcost.bucket.azure import find_azure_link
from fleetcost.bucket.azure_config import AzureConfig
from fleetcost.bucket.config import FilesystemConfig, StoreConfig
from fleetcost.bucket.gcs import find_google_link, gcs_address
from fleetcost.bucket.gcs_config import GcsConfig
from fleetcost.bucket.http_config import TlsConfig
from fleetcost.bucket.s3 import find_s3_link

HTTPS_PORT = 443
HTTP_PORT = 80
METADATA_ADDRESS = "169.254.169.254"
"""Where every cloud's machines ask who they are."""

VERBS = ("put", "get", "list", "delete")

_S3 = {"put": "s3:PutObject", "get": "s3:GetObject", "list": "s3:ListBucket", "delete": "s3:DeleteObject"}
_GCS = {
    "put": "storage.objects.create and, to replace, storage.objects.delete",
    "get": "storage.objects.get",
    "list": "storage.objects.list",
    "delete": "storage.objects.delete",
}
_AZURE = {
    "put": "…/containers/blobs/write",
    "get": "…/containers/blobs/read",
    "list": "…/containers/blobs/read",
    "delete": "…/containers/blobs/delete",
}
_FILESYSTEM = {"put": "the right to write", "get": "the right to read", "list": "the right to read"}


@dataclass(frozen=True, slots=True)
class StoreEndpoint:
    """
    Where a store is reached.

    Attributes:
        host: name or address
        port: of the API
        secure: whether it speaks TLS
        tls: whom to trust there, and who we are
    """

    host: str
    port: int
    secure: bool
    tls: TlsConfig

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def kind_of(config: StoreConfig) -> str:
    """Return the store's `type` as the settings write it."""
    backend = config.backend
    if isinstance(backend, FilesystemConfig):
        return "FILESYSTEM"
    if isinstance(backend, GcsConfig):
        return "GCS"
    return "AZURE" if isinstance(backend, AzureConfig) else "S3"


def endpoint_of(config: StoreConfig, environment: Mapping[str, str]) -> StoreEndpoint | None:
    """Return where the store is reached, or None for a directory."""
    backend = config.backend
    if isinstance(backend, FilesystemConfig):
        return None
    address = gcs_address(environment) if isinstance(backend, GcsConfig) else backend.address
    parts = urlsplit(address)
    secure = parts.scheme == "https"
    return StoreEndpoint(
        parts.hostname or "", parts.port or (HTTPS_PORT if secure else HTTP_PORT), secure, backend.http.tls
    )


def asked_for_credentials(config: StoreConfig, environment: Mapping[str, str]) -> tuple[str, int] | None:
    """Return the host and port of the machine's metadata service where credentials are nowhere else, else None."""
    backend = config.backend
    if isinstance(backend, GcsConfig):
        named = environment.get("GCE_METADATA_HOST", "metadata.google.internal")
        return _host_and_port(named) if find_google_link(backend, environment).kind == "metadata" else None
    if isinstance(backend, AzureConfig):
        asks = (
            find_azure_link(backend, environment).kind == "managed_identity" and "IDENTITY_ENDPOINT" not in environment
        )
        return (METADATA_ADDRESS, HTTP_PORT) if asks else None
    link = None if isinstance(backend, FilesystemConfig) else find_s3_link(backend, environment)
    if isinstance(link, AmbientCredentials) and link.source == INSTANCE_METADATA:
        return _host_and_port(urlsplit(link.metadata_endpoint or f"http://{METADATA_ADDRESS}").netloc)
    return None


def _host_and_port(text: str) -> tuple[str, int]:
    host, _, port = text.partition(":")
    return host, int(port) if port.isdecimal() else HTTP_PORT


def credentials_of(config: StoreConfig, environment: Mapping[str, str]) -> str:
    """
    Return where the credentials come from, in words.

    Raises:
        SettingsError: there are none, or they are there by half.
    """
    backend = config.backend
    if isinstance(backend, FilesystemConfig):
        return "this process's user"
    if isinstance(backend, GcsConfig):
        return find_google_link(backend, environment).source
    if isinstance(backend, AzureConfig):
        return find_azure_link(backend, environment).source
    return find_s3_link(backend, environment).source


def permission_for(config: StoreConfig, verb: str) -> str:
    """Return what an operation needs, in the provider's own words and with the resource it is needed on."""
    backend, folder = config.backend, f"{config.prefix}/*" if config.prefix else "*"
    if isinstance(backend, FilesystemConfig):
        return f"{_FILESYSTEM.get(verb, 'the right to write')} in {backend.directory}"
    if isinstance(backend, GcsConfig):
        return f"{_GCS[verb]} on gs://{backend.bucket}"
    if isinstance(backend, AzureConfig):
        return f"{_AZURE[verb]} on container {backend.container} (role Storage Blob Data Contributor)"
    on = f"arn:aws:s3:::{backend.bucket}" + ("" if verb == "list" else f"/{folder}")
    return f"{_S3[verb]} on {on}"
