"""An S3 bucket made of its settings."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from obstore.store import S3Store

from fleetcost.bucket.client import client_options, retry_options
from fleetcost.bucket.store import ObjectStoreBucket, Upload

if TYPE_CHECKING:
    from obstore.store import S3Credential

    from fleetcost.bucket.s3_config import S3Config

FALLBACK_REGION = "us-east-1"
"""What S3-compatible stores without regions expect in the signature."""


def open_s3(config: S3Config, prefix: str) -> ObjectStoreBucket:
    """
    Make the bucket; nothing is sent yet.

    Raises:
        SettingsError: a certificate file cannot be read.
    """
    store = S3Store(
        config.bucket,
        prefix=prefix or None,
        config={
            "endpoint": _endpoint(config),
            "region": config.region or _region_of_environment(),
            "virtual_hosted_style_request": config.virtual_hosted,
        },
        client_options=client_options(config.http, secure=config.secure),
        retry_config=retry_options(config.max_retries),
        credential_provider=_fixed(config),
    )
    name = f"s3://{config.bucket}" + (f"/{prefix}" if prefix else "")
    return ObjectStoreBucket(name, config.host, store, store, Upload(config.part_bytes, config.multipart))


def _endpoint(config: S3Config) -> str:
    host = f"{config.bucket}.{config.host}" if config.virtual_hosted else config.host
    return f"{'https' if config.secure else 'http'}://{host}"


def _region_of_environment() -> str:
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or FALLBACK_REGION


class FixedKeys:
    """
    Fixed keys as a provider.

    Keys handed over as plain options would be mixed with `AWS_SESSION_TOKEN` of the environment.
    """

    def __init__(self, config: S3Config) -> None:
        self._config = config

    def __call__(self) -> S3Credential:
        """Return the keys for a signature."""
        access, secret, token = self._config.access_key, self._config.secret_key, self._config.session_token
        return {
            "access_key_id": access.reveal() if access else "",
            "secret_access_key": secret.reveal() if secret else "",
            "token": token.reveal() if token else None,
            "expires_at": None,
        }


def _fixed(config: S3Config) -> FixedKeys | None:
    return FixedKeys(config) if config.access_key else None
