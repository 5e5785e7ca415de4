"""An S3 bucket made of its settings."""

from __future__ import annotations

import base64
from importlib import import_module
from typing import TYPE_CHECKING

from obstore.exceptions import BaseError
from obstore.store import S3Store

from fleetcost.bucket.aws_chain import (
    AmbientCredentials,
    FixedKeys,
    ProcessKeys,
    SdkProfile,
    WebIdentity,
    find_link,
    profile_region,
)
from fleetcost.bucket.client import client_options, refused_options, retry_options
from fleetcost.bucket.credentials import AwsKeys, Provider, run_process
from fleetcost.bucket.metadata import split_metadata
from fleetcost.bucket.store import ObjectStoreBucket, Upload
from fleetcost.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from obstore.store import ClientConfig, S3Credential
    from obstore.store import S3Config as StoreOptions

    from fleetcost.bucket.aws_chain import AwsLink
    from fleetcost.bucket.port import Bucket
    from fleetcost.bucket.s3_config import Encryption, S3Config

FALLBACK_REGION = "us-east-1"
"""What S3-compatible stores without regions expect in the signature."""

CUSTOMER_KEY_BYTES = 32


def open_s3(config: S3Config, prefix: str, environment: Mapping[str, str]) -> Bucket:
    """
    Make the bucket; nothing is sent yet.

    Args:
        config: its settings
        prefix: the folder below which everything lies, or empty
        environment: the process's variables, where the default chain begins

    Raises:
        SettingsError: a file cannot be read, or there are no credentials.
    """
    if config.needs_boto:
        bucket: Bucket = _boto(f"`{config.needs_boto}`").BotoBucket(config, prefix, environment)
        return bucket
    link = find_s3_link(config, environment)
    provider = _provider(link)
    headers, attributes = split_metadata(config.metadata)
    options: StoreOptions = {
        "endpoint": config.address,
        "region": find_region(config, environment),
        "virtual_hosted_style_request": config.virtual_hosted,
        # One object is deleted by a request of its own, whose refusal is an answer like any other.
        "disable_bulk_delete": True,
        **_link_options(link, config, environment),
        **_encryption_options(config.encryption),
    }

    def store(extra: Mapping[str, str]) -> S3Store:
        client = client_options(config.http, secure=config.secure)
        if extra:
            client["default_headers"] = dict(extra)
        return _store(config, prefix, options, client, provider)

    reader = store({})
    return ObjectStoreBucket(
        name=f"s3://{config.bucket}" + (f"/{prefix}" if prefix else ""),
        host=config.host,
        reader=reader,
        # Fixed headers are sent with every request of a store, and a reader's must not carry an ACL.
        writer=store(headers) if headers else reader,
        upload=Upload(config.part_bytes, config.multipart, attributes),
        provider=provider,
    )


def find_s3_link(config: S3Config, environment: Mapping[str, str]) -> AwsLink:
    """
    Return the credentials that apply: the settings' own keys, else a link of the default chain.

    Raises:
        SettingsError: a link is there by half, or none is left.
    """
    if config.access_key and config.secret_key:
        keys = AwsKeys(config.access_key, config.secret_key, config.session_token)
        return FixedKeys("`access_key` of the storage settings", keys)
    return find_link(environment)


def find_region(config: S3Config, environment: Mapping[str, str]) -> str:
    """Return the region to sign for: the settings', the environment's, the profile's, or the common fallback."""
    written = config.region or environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
    return written or profile_region(environment) or FALLBACK_REGION


def find_sts_endpoint(config: S3Config, environment: Mapping[str, str]) -> str:
    """Return where web identity tokens are exchanged."""
    written = config.sts_endpoint or environment.get("AWS_ENDPOINT_URL_STS")
    region = find_region(config, environment)
    return written or f"https://sts.{region}.amazonaws.com" + (".cn" if region.startswith("cn-") else "")


def customer_key(encryption: Encryption) -> bytes:
    """
    Read the key of SSE-C.

    Raises:
        SettingsError: the file cannot be read or has another length.
    """
    path = encryption.customer_key
    try:
        key = path.read_bytes() if path else b""
    except OSError as error:
        raise SettingsError(f"`config.sse_config.encryption_key`: read {path}: {error.strerror}") from None
    if len(key) != CUSTOMER_KEY_BYTES:
        raise SettingsError(f"`config.sse_config.encryption_key`: {path} holds {len(key)} bytes; SSE-C needs 32")
    return key


def _boto(reason: str) -> ModuleType:
    try:
        return import_module("fleetcost.bucket.boto")
    except ModuleNotFoundError as error:
        if error.name and error.name.startswith("fleetcost"):
            raise
        raise SettingsError(f"{reason} needs boto3, which is not installed: pip install 'fleetcost[s3-mtls]'") from None


def _provider(link: AwsLink) -> Provider[S3Credential] | None:
    if isinstance(link, FixedKeys):
        # Through a provider, because the library would mix plain keys with a session token of the environment.
        return Provider(link.keys.revealed)
    if isinstance(link, ProcessKeys):
        return Provider(lambda: run_process(link.command.reveal()).revealed())
    if isinstance(link, SdkProfile):
        return Provider(_boto(link.source).profile_keys(link))
    return None


def _link_options(link: AwsLink, config: S3Config, environment: Mapping[str, str]) -> StoreOptions:
    if isinstance(link, WebIdentity):
        return {
            "web_identity_token_file": str(link.token_file),
            "role_arn": link.role,
            "role_session_name": link.session,
            # The name the library obeys; its type stub and its documentation have another one.
            "endpoint_url_sts": find_sts_endpoint(config, environment),  # type: ignore[typeddict-unknown-key]
        }
    if isinstance(link, AmbientCredentials) and link.metadata_endpoint:
        return {"metadata_endpoint": link.metadata_endpoint}
    return {}


def _encryption_options(encryption: Encryption | None) -> StoreOptions:
    if encryption is None:
        return {}
    if encryption.kind == "SSE-KMS":
        return {"server_side_encryption": "aws:kms", "sse_kms_key_id": encryption.kms_key_id}
    if encryption.kind == "SSE-C":
        key = base64.b64encode(customer_key(encryption)).decode()
        return {"server_side_encryption": "sse-c", "sse_customer_key_base64": key}
    return {"server_side_encryption": "AES256"}


def _store(
    config: S3Config,
    prefix: str,
    options: StoreOptions,
    client: ClientConfig,
    provider: Provider[S3Credential] | None,
) -> S3Store:
    try:
        return S3Store(
            config.bucket,
            prefix=prefix or None,
            config=options,
            client_options=client,
            retry_config=retry_options(config.max_retries),
            credential_provider=provider,
        )
    except (BaseError, ValueError) as error:
        fault = refused_options(error, config.place, config.http)
    raise fault
