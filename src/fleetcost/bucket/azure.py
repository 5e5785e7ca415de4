"""An Azure blob container made of its settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from obstore.exceptions import BaseError
from obstore.store import AzureStore

from fleetcost.bucket.client import client_options, refused_options, retry_options
from fleetcost.bucket.store import ObjectStoreBucket, Upload
from fleetcost.errors import SettingsError
from fleetcost.ops.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from obstore.store import AzureConfig as StoreOptions

    from fleetcost.bucket.azure_config import AzureConfig


@dataclass(frozen=True, slots=True)
class AzureLink:
    """
    The credentials that apply.

    Attributes:
        source: where they come from, in words
        kind: the client library's word for them
        client_id, tenant_id: of the application or identity
        secret: key, signature or client secret, or None
        token_file: of the workload's identity
        authority: the token service, empty for Microsoft's public one
    """

    source: str
    kind: str
    client_id: str = ""
    tenant_id: str = ""
    secret: Secret | None = None
    token_file: str = ""
    authority: str = ""


def open_azure(config: AzureConfig, prefix: str, environment: Mapping[str, str]) -> ObjectStoreBucket:
    """
    Make the bucket; nothing is sent yet.

    Args:
        config: its settings
        prefix: the folder below which everything lies, or empty
        environment: the process's variables, where the default credentials begin

    Raises:
        SettingsError: a file cannot be read, or the credentials are there by half.
    """
    link = find_azure_link(config, environment)
    options: StoreOptions = {
        "account_name": config.account,
        "endpoint": config.address,
        "credential_type": link.kind,
        **_link_options(link),
    }
    try:
        store = AzureStore(
            config.container,
            prefix=prefix or None,
            config=options,
            client_options=client_options(config.http, secure=config.address.startswith("https://")),
            retry_config=retry_options(config.max_retries),
        )
    except (BaseError, ValueError) as error:
        fault = refused_options(error, config.place, config.http)
    else:
        name = f"az://{config.account}/{config.container}" + (f"/{prefix}" if prefix else "")
        host, signed = urlsplit(config.address).netloc, link.kind == "sas_token"
        return ObjectStoreBucket(name, host, store, store, Upload(), signed=signed)
    raise fault


def find_azure_link(config: AzureConfig, environment: Mapping[str, str]) -> AzureLink:
    """
    Return the credentials that apply.

    In this order: the settings' connection string, account key, service principal, managed identity; then the
    environment's service principal, workload identity, Azure CLI where it is asked for, and the machine's identity.

    Raises:
        SettingsError: the environment holds a workload identity by half.
    """
    if config.account_key:
        return AzureLink("account key of the storage settings", "access_key", secret=config.account_key)
    if config.signature:
        return AzureLink("shared access signature of the storage settings", "sas_token", secret=config.signature)
    authority = environment.get("AZURE_AUTHORITY_HOST", "").rstrip("/")
    if config.client_secret:
        pair = config.client_id, config.tenant_id
        return AzureLink(
            "service principal of the storage settings", "client_secret", *pair, config.client_secret, "", authority
        )
    if config.user_assigned_id:
        return AzureLink("managed identity `user_assigned_id`", "managed_identity", config.user_assigned_id)
    return _from_environment(config, environment, authority)


def _from_environment(config: AzureConfig, environment: Mapping[str, str], authority: str) -> AzureLink:
    client = config.client_id or environment.get("AZURE_CLIENT_ID", "")
    tenant = config.tenant_id or environment.get("AZURE_TENANT_ID", "")
    secret, file = environment.get("AZURE_CLIENT_SECRET"), environment.get("AZURE_FEDERATED_TOKEN_FILE")
    if secret and client and tenant:
        source = "service principal of AZURE_CLIENT_ID"
        return AzureLink(source, "client_secret", client, tenant, Secret(secret), "", authority)
    if file:
        if not (client and tenant):
            raise SettingsError(
                "environment variable AZURE_FEDERATED_TOKEN_FILE is set, AZURE_CLIENT_ID or AZURE_TENANT_ID is not: "
                "annotate the service account with `azure.workload.identity/client-id`"
            )
        return AzureLink(f"workload identity token {file}", "workload_identity", client, tenant, None, file, authority)
    if environment.get("AZURE_USE_AZURE_CLI", "").lower() == "true":
        return AzureLink("Azure CLI", "azure_cli")
    return AzureLink("managed identity of this machine", "managed_identity", client)


def _link_options(link: AzureLink) -> StoreOptions:
    options: StoreOptions = {}
    if link.secret and link.kind == "access_key":
        options["account_key"] = link.secret.reveal()
    if link.secret and link.kind == "sas_token":
        options["sas_key"] = link.secret.reveal()
    if link.secret and link.kind == "client_secret":
        options["client_secret"] = link.secret.reveal()
    if link.client_id:
        options["client_id"] = link.client_id
    if link.tenant_id:
        options["tenant_id"] = link.tenant_id
    if link.token_file:
        options["federated_token_file"] = link.token_file
    if link.authority:
        options["authority_host"] = link.authority
    return options
