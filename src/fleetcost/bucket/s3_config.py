"""The `config` section of `type: S3`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from fleetcost.bucket.http_config import HttpConfig, read_http
from fleetcost.bucket.names import bucket_name, fits_a_header, host_of, outside_of_host
from fleetcost.ops.secret import Secret
from fleetcost.ops.section import Place, Section

DEFAULT_PART_BYTES = 64 * 1024 * 1024
SMALLEST_PART_BYTES = 5 * 1024 * 1024
"""S3 refuses smaller parts, the last one excepted."""

ENCRYPTIONS = ("SSE-S3", "SSE-KMS", "SSE-C")
LOOKUPS = ("auto", "virtual-hosted", "path")
_HEADER = re.compile(r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")
_AWS_REGION = re.compile(r"^s3[.-](?:fips[.-])?(?:dualstack\.)?([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com(?:\.cn)?$")


@dataclass(frozen=True, slots=True)
class Encryption:
    """
    Server-side encryption of what we write.

    Attributes:
        kind: `SSE-S3`, `SSE-KMS` or `SSE-C`
        kms_key_id: the key of SSE-KMS
        kms_context: its encryption context
        customer_key: the file with the 32-byte key of SSE-C
    """

    kind: str
    kms_key_id: str = ""
    kms_context: tuple[tuple[str, str], ...] = ()
    customer_key: Path | None = None


@dataclass(frozen=True, slots=True)
class S3Config:
    """
    An S3 bucket and how to reach it.

    Attributes:
        bucket: its name
        host: endpoint without a scheme, a port included
        secure: TLS or plain HTTP
        region: as written, or read off an AWS endpoint, else empty
        lookup: `auto`, `virtual-hosted` or `path`
        access_key, secret_key, session_token: fixed credentials; None leaves it to the SDK's chain
        sts_endpoint: where web identity tokens are exchanged, empty for AWS's own
        metadata: headers and user metadata of every object we write
        encryption: server-side encryption, or None for the bucket's own rule
        part_bytes: an object larger than this is uploaded in parts of this size
        multipart: False uploads every object whole
        list_version: 2, or 1 for stores that know no other
        max_retries: of one request, 0 for our default
        http: time limits and certificates
        place: where the settings stand
    """

    bucket: str
    host: str
    secure: bool
    region: str
    lookup: str
    access_key: Secret | None
    secret_key: Secret | None
    session_token: Secret | None
    sts_endpoint: str
    metadata: tuple[tuple[str, str], ...]
    encryption: Encryption | None
    part_bytes: int
    multipart: bool
    list_version: int
    max_retries: int
    http: HttpConfig
    place: Place

    @property
    def address(self) -> str:
        """The endpoint as a URL."""
        host = f"{self.bucket}.{self.host}" if self.virtual_hosted else self.host
        return f"{'https' if self.secure else 'http'}://{host}"

    @property
    def needs_boto(self) -> str:
        """The key that only boto3 can serve, or an empty text."""
        tls, context = self.http.tls, self.encryption.kms_context if self.encryption else ()
        wanted = {
            "http_config.tls_config.cert_file": tls.mutual,
            "http_config.tls_config.server_name": bool(tls.server_name),
            "list_objects_version: v1": self.list_version == 1,
            "sse_config.kms_encryption_context": bool(context),
        }
        return next((key for key, there in wanted.items() if there), "")

    @property
    def watched(self) -> tuple[Path, ...]:
        """Files that are read when the bucket is opened."""
        key = self.encryption.customer_key if self.encryption else None
        return (*self.http.tls.files, *((key,) if key else ()))

    @property
    def virtual_hosted(self) -> bool:
        """Whether the bucket's name is part of the host name; `auto` does it at AWS only, where it is required."""
        if self.lookup != "auto":
            return self.lookup == "virtual-hosted"
        aws = self.host.endswith((".amazonaws.com", ".amazonaws.com.cn"))
        # A dot in the bucket's name would not match the wildcard of AWS's certificate.
        return aws and not (self.secure and "." in self.bucket)


def read_s3(section: Section) -> S3Config:
    """
    Read and check the section.

    Raises:
        SettingsError: names key, file and line.
    """
    bucket = bucket_name(section, "bucket", "the bucket's name")
    host, secure = _endpoint(section)
    outside_of_host(section, bucket, host)
    access_key, secret_key, session_token = _keys(section)
    config = S3Config(
        bucket=bucket,
        host=host,
        secure=secure,
        region=_region(section) or _region_of(host),
        lookup=section.one_of("bucket_lookup_type", LOOKUPS, "auto"),
        access_key=access_key,
        secret_key=secret_key,
        session_token=session_token,
        sts_endpoint=_sts_endpoint(section),
        metadata=_metadata(section),
        encryption=_encryption(section.section("sse_config")),
        part_bytes=_part_bytes(section),
        multipart=not section.flag("disable_multipart"),
        list_version=2 if section.one_of("list_objects_version", ("v1", "v2"), "v2") == "v2" else 1,
        max_retries=section.whole("max_retries"),
        http=read_http(section.section("http_config")),
        place=section.place("bucket"),
    )
    _without_effect(section)
    section.close()
    return config


def _endpoint(section: Section) -> tuple[str, bool]:
    written = section.required("endpoint", "the host of the S3 API, such as s3.eu-west-1.amazonaws.com or minio:9000")
    insecure = section.flag("insecure")
    scheme, separator, rest = written.rpartition("://")
    host = rest.rstrip("/")
    if separator and scheme not in ("http", "https"):
        raise section.error("endpoint", f"expected http:// or https:// or no scheme, read {scheme}://")
    if not host or "/" in host or "@" in host or "?" in host:
        raise section.error("endpoint", "expected a host with an optional port; the bucket is named by `bucket`")
    host_of(section, "endpoint", host)
    if section.has("insecure") and separator and insecure != (scheme == "http"):
        raise section.error("insecure", f"{str(insecure).lower()} contradicts `endpoint`, which begins {scheme}://")
    return host, not (insecure or scheme == "http")


def _keys(section: Section) -> tuple[Secret | None, Secret | None, Secret | None]:
    access, secret, token = (section.secret(key) for key in ("access_key", "secret_key", "session_token"))
    chain = section.flag("aws_sdk_auth")
    if (access is None) != (secret is None):
        there, lacking = ("access_key", "secret_key") if access else ("secret_key", "access_key")
        raise section.error(there, f"a pair of keys needs both halves: give `{lacking}` as well, or neither")
    if chain and access:
        raise section.error(
            "aws_sdk_auth", "true asks for the SDK's chain, but `access_key` is given: keep one of them"
        )
    for key, secret_text in (("access_key", access), ("secret_key", secret), ("session_token", token)):
        if secret_text and not fits_a_header(secret_text.reveal()):
            raise section.error(key, "holds a blank, a line's end or a letter no such key has: copy it again")
    if token and not access:
        raise section.error("session_token", "a session token needs `access_key` and `secret_key`")
    return access, secret, token


def _sts_endpoint(section: Section) -> str:
    written = section.text("sts_endpoint").rstrip("/")
    scheme, separator, _ = written.partition("://")
    if separator and scheme != "https":
        raise section.error("sts_endpoint", f"expected https:// or no scheme, read {scheme}://: tokens travel over TLS")
    return written if separator or not written else f"https://{written}"


def _metadata(section: Section) -> tuple[tuple[str, str], ...]:
    pairs = section.pairs("put_user_metadata")
    for name, value in pairs:
        if not _HEADER.match(name):
            raise section.error("put_user_metadata", f"{name!r} cannot be a header's name")
        if not (value.isascii() and value.isprintable()):
            raise section.error("put_user_metadata", f"the value of {name} must be printable ASCII")
    return pairs


def _part_bytes(section: Section) -> int:
    size = section.whole("part_size", DEFAULT_PART_BYTES)
    if size == 0:
        return DEFAULT_PART_BYTES
    if size < SMALLEST_PART_BYTES:
        raise section.error("part_size", f"read {size}; S3 accepts {SMALLEST_PART_BYTES} (5 MiB) or more, 0 is default")
    return size


def _encryption(section: Section) -> Encryption | None:
    kind = section.one_of("type", ENCRYPTIONS, ENCRYPTIONS[0]) if section.text("type") else ""
    path = section.text("encryption_key")
    encryption = Encryption(
        kind=kind,
        kms_key_id=section.text("kms_key_id"),
        kms_context=section.pairs("kms_encryption_context"),
        customer_key=Path(path) if path else None,
    )
    section.close()
    if kind == "SSE-KMS" and not encryption.kms_key_id:
        raise section.error("kms_key_id", "SSE-KMS needs the id or ARN of its key")
    if kind == "SSE-C" and not path:
        raise section.error("encryption_key", "SSE-C needs the path of a file that holds its 32-byte key")
    return encryption if kind else None


def _without_effect(section: Section) -> None:
    section.without_effect("requests are traced with --log-level debug", "trace")
    section.without_effect("give the dual-stack host as `endpoint` where you need it", "disable_dualstack")
    section.without_effect("every request body is signed with its SHA-256", "send_content_md5")
    if section.flag("signature_version2"):
        raise section.error("signature_version2", "signature version 2 is not spoken here; accepted: false")
    section.without_effect("signature version 4 is always used", "signature_version2")


def _region(section: Section) -> str:
    region = section.text("region")
    if not fits_a_header(region):
        raise section.error("region", f"{region!r} cannot be a region's name, such as eu-west-1")
    return region


def _region_of(host: str) -> str:
    found = _AWS_REGION.match(host)
    return found.group(1) if found else ""
