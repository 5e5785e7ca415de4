"""boto3's client made of the settings: certificates, credentials, headers of what is written."""

from __future__ import annotations

import json
import logging
import ssl
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.config import Config
from botocore.credentials import AssumeRoleWithWebIdentityCredentialFetcher, DeferredRefreshableCredentials

from fleetcost.bucket.aws_chain import FixedKeys, WebIdentity
from fleetcost.bucket.client import DEFAULT_RETRIES
from fleetcost.bucket.metadata import split_metadata
from fleetcost.bucket.s3 import customer_key, find_region, find_s3_link, find_sts_endpoint
from fleetcost.bucket.tls_folder import tls_folder, verification
from fleetcost.errors import SettingsError, StoreRefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fleetcost.bucket.http_config import HttpConfig
    from fleetcost.bucket.s3_config import Encryption, S3Config

_ATTRIBUTES = {
    "Cache-Control": "CacheControl",
    "Content-Disposition": "ContentDisposition",
    "Content-Encoding": "ContentEncoding",
    "Content-Language": "ContentLanguage",
    "Content-Type": "ContentType",
}


class BotoClient:
    """
    A client for one bucket.

    boto3 wants certificates as files, so that they are laid out in a folder of our own, which goes when this goes.

    Attributes:
        s3: the client
        upload: parameters of every object that is written
        customer_key: parameters of SSE-C, which every request for an object needs
    """

    def __init__(self, config: S3Config, environment: Mapping[str, str]) -> None:
        # Its log lines quote requests and answers, and with them signatures and tokens.
        logging.getLogger("botocore").setLevel(logging.CRITICAL + 1)
        folder = tls_folder(self)
        self._common = _common(config.http, folder, config.max_retries)
        self._verify = verification(config.http.tls, folder, environment)
        self._session = botocore.session.Session()
        self._use_link(config, environment)
        self.s3: Any = self._session.create_client(
            "s3",
            region_name=find_region(config, environment),
            endpoint_url=f"{'https' if config.secure else 'http'}://{config.host}",
            verify=self._verify,
            config=self._common.merge(
                Config(s3={"addressing_style": "virtual" if config.virtual_hosted else "path"}),
            ),
        )
        _load_once(self.s3)
        _expect_name(self.s3, config.http.tls.server_name)
        headers, attributes = split_metadata(config.metadata)
        _add_headers(self.s3, headers)
        self.customer_key = _customer_key(config.encryption)
        self.upload = {**_attributes(attributes), **_encryption(config.encryption), **self.customer_key}

    def _use_link(self, config: S3Config, environment: Mapping[str, str]) -> None:
        link = find_s3_link(config, environment)
        if isinstance(link, FixedKeys):
            keys = link.keys.revealed()
            self._session.set_credentials(keys["access_key_id"], keys["secret_access_key"], keys.get("token"))
        elif isinstance(link, WebIdentity):
            region, endpoint = find_region(config, environment), find_sts_endpoint(config, environment)
            # The one door there is; every other link is found by the SDK's own chain, in the same order.
            self._session._credentials = self._web_identity(link, region, endpoint)  # noqa: SLF001

    def _web_identity(self, link: WebIdentity, region: str, endpoint: str) -> DeferredRefreshableCredentials:
        def create(service: str, config: Config) -> Any:  # noqa: ANN401 - boto3's clients are untyped
            merged = self._common.merge(config)
            return self._session.create_client(
                service, region_name=region, endpoint_url=endpoint, verify=self._verify, config=merged
            )

        fetcher = AssumeRoleWithWebIdentityCredentialFetcher(
            client_creator=create,
            web_identity_token_loader=lambda: _token(link.token_file),
            role_arn=link.role,
            extra_args={"RoleSessionName": link.session},
        )
        return DeferredRefreshableCredentials(refresh_using=fetcher.fetch_credentials, method="web-identity")


def _token(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise StoreRefusedError(f"no credentials: read the token file {file}: {error.strerror}") from None


def _common(http: HttpConfig, folder: Path, max_retries: int) -> Config:
    certificate = None
    if http.tls.certificate and http.tls.key:
        certificate = (str(folder / "certificate.pem"), str(folder / "key.pem"))
        Path(certificate[0]).write_text(http.tls.certificate.read(), encoding="ascii")
        Path(certificate[1]).write_text(http.tls.key.read(), encoding="ascii")
        _check_pair(http, certificate)
    return Config(
        client_cert=certificate,
        connect_timeout=http.connect_seconds,
        read_timeout=http.read_seconds,
        max_pool_connections=http.idle_connections or 10,
        retries={"total_max_attempts": 1 + (max_retries or DEFAULT_RETRIES), "mode": "standard"},
        # Otherwise bodies are sent in a framing that only recent stores understand.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )


def _check_pair(http: HttpConfig, pair: tuple[str, str]) -> None:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(*pair, password="")
    except (ssl.SSLError, ValueError):
        place = http.tls.key.place if http.tls.key else ""
        raise SettingsError(f"{place}: certificate and key do not belong together, or the key has a password") from None


def _load_once(client: Any) -> None:  # noqa: ANN401 - boto3's clients are untyped
    """
    Load a client's certificate into its TLS context now.

    The library would load it into the context that all connections share for each connection that it opens, and a
    context must not be changed while another thread shakes hands: the process dies now and then
    (https://docs.openssl.org/3.0/man7/openssl-threads/).
    """
    session = client._endpoint.http_session  # noqa: SLF001 - see _expect_name
    certificate, key = session._cert_file, session._key_file  # noqa: SLF001
    if certificate:
        session._cert_file = session._key_file = None  # noqa: SLF001
        fresh = session._get_ssl_context  # noqa: SLF001

        def loaded() -> ssl.SSLContext:
            context: ssl.SSLContext = fresh()
            context.load_cert_chain(certificate, key)
            return context

        session._get_ssl_context = loaded  # noqa: SLF001 - for a proxy's connections
        pools = session._manager.connection_pool_kw  # noqa: SLF001
        pools.update(ssl_context=loaded(), cert_file=None, key_file=None)


def _expect_name(client: Any, server_name: str) -> None:  # noqa: ANN401 - boto3's clients are untyped
    if server_name:
        # The library has no setting for it; its connection pool has.
        pools = client._endpoint.http_session._manager.connection_pool_kw  # noqa: SLF001
        pools.update(server_hostname=server_name, assert_hostname=server_name)


def _add_headers(client: Any, headers: dict[str, str]) -> None:  # noqa: ANN401 - boto3's clients are untyped
    def add(params: dict[str, Any], **_: object) -> None:
        params["headers"].update(headers)

    for operation in ("PutObject", "CreateMultipartUpload"):
        client.meta.events.register(f"before-call.s3.{operation}", add)


def _attributes(pairs: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    standard = {_ATTRIBUTES[name]: value for name, value in pairs if name in _ATTRIBUTES}
    own = {name: value for name, value in pairs if name not in _ATTRIBUTES}
    return {**standard, "Metadata": own}


def _encryption(encryption: Encryption | None) -> dict[str, Any]:
    if encryption is None or encryption.kind == "SSE-C":
        return {}
    if encryption.kind == "SSE-S3":
        return {"ServerSideEncryption": "AES256"}
    parameters = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": encryption.kms_key_id}
    if encryption.kms_context:
        context = json.dumps(dict(encryption.kms_context)).encode()
        parameters["SSEKMSEncryptionContext"] = b64encode(context).decode()
    return parameters


def _customer_key(encryption: Encryption | None) -> dict[str, Any]:
    if encryption is None or encryption.kind != "SSE-C":
        return {}
    return {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": customer_key(encryption)}
