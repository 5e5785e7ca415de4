"""The `config` section of `type: AZURE`."""

from __future__ import annotations

from dataclasses import dataclass

from fleetcost.bucket.http_config import HttpConfig, read_http, refuse_client_certificate
from fleetcost.bucket.names import account_name, address_of, bucket_name, check_account_key, host_of
from fleetcost.ops.secret import Secret
from fleetcost.ops.section import Place, Section

PUBLIC_ENDPOINT = "blob.core.windows.net"
_CONNECTION_KEYS = (
    "AccountName",
    "AccountKey",
    "BlobEndpoint",
    "DefaultEndpointsProtocol",
    "EndpointSuffix",
    "SharedAccessSignature",
)
_WHOLE = "storage_connection_string"
_CREDENTIALS = ("storage_account_key", _WHOLE, "client_secret")
_OTHER_SERVICES = ("FileEndpoint", "QueueEndpoint", "TableEndpoint")


@dataclass(frozen=True, slots=True)
class AzureConfig:
    """
    An Azure blob container and how to reach it.

    Attributes:
        account: the storage account
        container: its container
        address: the account's URL
        account_key: its key, or None
        signature: a shared access signature, or None
        client_id: of a service principal, or of the workload's identity
        tenant_id: its tenant
        client_secret: the principal's secret, or None
        user_assigned_id: client id of a managed identity
        max_retries: of one request, 0 for our default
        http: time limits and certificates
        place: where the settings stand
    """

    account: str
    container: str
    address: str
    account_key: Secret | None
    signature: Secret | None
    client_id: str
    tenant_id: str
    client_secret: Secret | None
    user_assigned_id: str
    max_retries: int
    http: HttpConfig
    place: Place


@dataclass(frozen=True, slots=True)
class _Connection:
    account: str = ""
    address: str = ""
    key: Secret | None = None
    signature: Secret | None = None


def read_azure(section: Section) -> AzureConfig:
    """
    Read and check the section.

    Raises:
        SettingsError: names key, file and line.
    """
    connection = _connection(section)
    account = section.text("storage_account") or connection.account
    if not account:
        raise section.error("storage_account", "required and missing: give the storage account's name")
    account_name(section, "storage_account" if section.has("storage_account") else _WHOLE, account)
    endpoint = section.text("endpoint")
    key = section.secret("storage_account_key")
    if key and (connection.key or connection.signature):
        raise section.error("storage_account_key", "give either this or `storage_connection_string`, not both")
    config = AzureConfig(
        account=account,
        container=bucket_name(section, "container", "the container's name"),
        address=_address(section, account, endpoint) if endpoint or not connection.address else connection.address,
        account_key=key or connection.key,
        signature=connection.signature,
        client_id=section.text("client_id"),
        tenant_id=section.text("az_tenant_id"),
        client_secret=section.secret("client_secret"),
        user_assigned_id=section.text("user_assigned_id"),
        max_retries=_max_retries(section),
        http=read_http(section.section("http_config")),
        place=section.place(next((name for name in _CREDENTIALS if section.has(name)), "container")),
    )
    section.without_effect("create the container yourself", "storage_create_container")
    section.without_effect("the identity asks for storage tokens by itself", "msi_resource", "msi_resource_id")
    section.close()
    _check_principal(section, config)
    if config.account_key:
        check_account_key(section, "storage_account_key" if key else _WHOLE, config.account_key.reveal())
    refuse_client_certificate(config.http, "AZURE")
    return config


def _address(section: Section, account: str, endpoint: str) -> str:
    if "://" in endpoint:
        return address_of(section, "endpoint", endpoint.rstrip("/"))
    host = endpoint if endpoint.startswith(f"{account}.") else f"{account}.{endpoint or PUBLIC_ENDPOINT}"
    return f"https://{host_of(section, 'endpoint', host.rstrip('/'))}"


def _connection(section: Section) -> _Connection:
    written = section.text("storage_connection_string")
    if not written:
        return _Connection()
    parts: dict[str, str] = {}
    for part in filter(None, written.strip().split(";")):
        key, separator, value = part.partition("=")
        if not separator or key not in _CONNECTION_KEYS + _OTHER_SERVICES:
            accepted = ", ".join(_CONNECTION_KEYS)
            raise section.error("storage_connection_string", f"expected `Key=value;…` with keys among {accepted}")
        parts[key] = value
    secrets = parts.get("AccountKey"), parts.get("SharedAccessSignature")
    if all(secrets) or not any(secrets):
        raise section.error("storage_connection_string", "needs either AccountKey or SharedAccessSignature")
    account = parts.get("AccountName", "")
    suffix, scheme = parts.get("EndpointSuffix", "core.windows.net"), parts.get("DefaultEndpointsProtocol", "https")
    address = parts.get("BlobEndpoint", "").rstrip("/") or (f"{scheme}://{account}.blob.{suffix}" if account else "")
    if address:
        address_of(section, _WHOLE, address)
    # The portal shows a signature as the query of an address.
    return _Connection(account, address, *(Secret(text.removeprefix("?")) if text else None for text in secrets))


def _max_retries(section: Section) -> int:
    reader, pipeline = section.section("reader_config"), section.section("pipeline_config")
    given = (section.whole("max_retries"), reader.whole("max_retry_requests"), pipeline.whole("max_tries"))
    pipeline.without_effect("waits grow from 100 ms to 10 s", "try_timeout", "retry_delay", "max_retry_delay")
    reader.close()
    pipeline.close()
    return max(given)


def _check_principal(section: Section, config: AzureConfig) -> None:
    if config.client_secret and not (config.client_id and config.tenant_id):
        raise section.error("client_secret", "a service principal needs `client_id` and `az_tenant_id` as well")
    if config.account_key and (config.client_secret or config.user_assigned_id):
        raise section.error("storage_account_key", "give either a key or an identity, not both")
