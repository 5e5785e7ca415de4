"""`federated-store.yaml`: what is read, and what is refused with key, file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from fleetcost.bucket.config import FilesystemConfig, StoreConfig, parse_config, read_config
from fleetcost.bucket.s3_config import S3Config
from fleetcost.errors import SettingsError

FILE = Path("/etc/fleetcost/federated-store.yaml")
S3_LINES = ("type: S3", "config:", "  bucket: costs", "  endpoint: minio:9000")


def read(*lines: str) -> StoreConfig:
    return parse_config("\n".join(lines) + "\n", FILE)


def read_s3(*extra: str) -> S3Config:
    backend = read(*S3_LINES, *extra).backend
    assert isinstance(backend, S3Config)
    return backend


def test_filesystem() -> None:
    """A directory and a folder below it."""
    config = read("type: FILESYSTEM", "prefix: /fleet/", "config:", "  directory: /var/bucket")
    assert config == StoreConfig(FilesystemConfig(Path("/var/bucket")), "fleet")


def test_type_is_read_in_any_case() -> None:
    """`s3` and `S3` are one type, as in the Thanos form."""
    assert isinstance(read("type: s3", *S3_LINES[1:]).backend, S3Config)


@pytest.mark.parametrize(
    ("lines", "host", "secure"),
    [
        (("endpoint: minio:9000",), "minio:9000", True),
        (("endpoint: minio:9000", "insecure: true"), "minio:9000", False),
        (("endpoint: http://minio:9000",), "minio:9000", False),
        (("endpoint: https://minio:9000/",), "minio:9000", True),
        (("endpoint: https://minio:9000", "insecure: false"), "minio:9000", True),
    ],
)
def test_endpoint_with_or_without_scheme(lines: tuple[str, ...], host: str, secure: bool) -> None:  # noqa: FBT001
    """The scheme and `insecure` say the same thing in two ways."""
    config = read("type: S3", "config:", "  bucket: costs", *(f"  {line}" for line in lines)).backend
    assert isinstance(config, S3Config)
    assert (config.host, config.secure) == (host, secure)


def test_region_is_read_off_an_aws_endpoint() -> None:
    """An AWS endpoint names its region; a region that is written wins; other hosts name none."""

    def region(endpoint: str, *extra: str) -> str:
        config = read("type: S3", "config:", "  bucket: costs", f"  endpoint: {endpoint}", *extra).backend
        assert isinstance(config, S3Config)
        return config.region

    assert region("s3.eu-west-1.amazonaws.com") == "eu-west-1"
    assert region("s3.dualstack.us-gov-west-1.amazonaws.com") == "us-gov-west-1"
    assert region("s3.cn-north-1.amazonaws.com.cn") == "cn-north-1"
    assert region("s3.eu-west-1.amazonaws.com", "  region: eu-west-3") == "eu-west-3"
    assert region("minio:9000") == ""


@pytest.mark.parametrize(
    ("bucket", "endpoint", "lookup", "virtual_hosted"),
    [
        ("costs", "s3.eu-west-1.amazonaws.com", "auto", True),
        ("costs.of.us", "s3.eu-west-1.amazonaws.com", "auto", False),
        ("costs", "minio:9000", "auto", False),
        ("costs", "minio:9000", "virtual-hosted", True),
        ("costs", "s3.eu-west-1.amazonaws.com", "path", False),
    ],
)
def test_bucket_lookup(bucket: str, endpoint: str, lookup: str, virtual_hosted: bool) -> None:  # noqa: FBT001
    """The bucket is part of the host name at AWS and where it is asked for, unless TLS could not cover it."""
    lines = (f"  bucket: {bucket}", f"  endpoint: {endpoint}", f"  bucket_lookup_type: {lookup}")
    config = read("type: S3", "config:", *lines).backend
    assert isinstance(config, S3Config)
    assert config.virtual_hosted is virtual_hosted


def test_keys_are_secrets() -> None:
    """Credentials are read whatever they look like, and never show in a repr."""
    config = read_s3("  access_key: 0123456", "  secret_key: 'very:secret'", "  session_token: tok-very-secret")
    revealed = [secret.reveal() for secret in (config.access_key, config.secret_key, config.session_token) if secret]
    assert revealed == ["0123456", "very:secret", "tok-very-secret"]
    assert not any(text in repr(config) for text in revealed)


REFUSALS = {
    "no type": (("config: {}",), "line 1, `type`: required and missing"),
    "unknown type": (("type: FTP", "config: {}"), "line 1, `type`: unknown store 'FTP'; accepted: FILESYSTEM, S3"),
    "foreign type": (("type: OSS", "config: {}"), "line 1, `type`: unknown store 'OSS'"),
    "swift": (("type: SWIFT", "config: {}"), "line 1, `type`: SWIFT is not spoken here; most such stores offer an S3"),
    "unknown top key": ((*S3_LINES, "prefx: a"), "line 5, `prefx`: unknown key (did you mean 'prefix'?)"),
    "unknown key": (
        (*S3_LINES, "  acces_key: a"),
        "line 5, `config.acces_key`: unknown key (did you mean 'access_key'",
    ),
    "unknown deep key": (
        (*S3_LINES, "  http_config:", "    tls_config:", "      ca_fil: x"),
        "line 7, `config.http_config.tls_config.ca_fil`: unknown key (did you mean 'ca_file'?)",
    ),
    "no bucket": (("type: S3", "config:", "  endpoint: x"), "line 3, `config.bucket`: required and missing"),
    "no endpoint": (("type: S3", "config:", "  bucket: x"), "line 3, `config.endpoint`: required and missing"),
    "no directory": (("type: FILESYSTEM",), "line 1, `config.directory`: required and missing"),
    "half a pair": ((*S3_LINES, "  access_key: a"), "line 5, `config.access_key`: a pair of keys needs both halves"),
    "token alone": ((*S3_LINES, "  session_token: a"), "line 5, `config.session_token`: a session token needs"),
    "chain and keys": (
        (*S3_LINES, "  access_key: a", "  secret_key: b", "  aws_sdk_auth: true"),
        "line 7, `config.aws_sdk_auth`: true asks for the SDK's chain, but `access_key` is given",
    ),
    "ftp endpoint": (
        ("type: S3", "config:", "  bucket: a", "  endpoint: ftp://x"),
        "line 4, `config.endpoint`: expected http:// or https://",
    ),
    "endpoint with a path": (
        ("type: S3", "config:", "  bucket: a", "  endpoint: minio:9000/costs"),
        "line 4, `config.endpoint`: expected a host with an optional port",
    ),
    "contradiction": (
        ("type: S3", "config:", "  bucket: a", "  endpoint: http://minio", "  insecure: false"),
        "line 5, `config.insecure`: false contradicts `endpoint`, which begins http://",
    ),
    "signature v2": (
        (*S3_LINES, "  signature_version2: true"),
        "line 5, `config.signature_version2`: signature version 2 is not spoken here",
    ),
    "not a flag": ((*S3_LINES, "  insecure: perhaps"), "line 5, `config.insecure`: expected true or false, read"),
    "not a number": ((*S3_LINES, "  part_size: 64MB"), "line 5, `config.part_size`: expected a whole number"),
    "small part": ((*S3_LINES, "  part_size: 1024"), "line 5, `config.part_size`: read 1024; S3 accepts 5242880"),
    "not a duration": (
        (*S3_LINES, "  http_config: {idle_conn_timeout: 90}"),
        "line 5, `config.http_config.idle_conn_timeout`: expected a duration such as 90s",
    ),
    "lookup": (
        (*S3_LINES, "  bucket_lookup_type: virtual"),
        "line 5, `config.bucket_lookup_type`: read 'virtual' (did you mean 'virtual-hosted'?); accepted: auto,",
    ),
    "half a certificate": (
        (*S3_LINES, "  http_config: {tls_config: {cert_file: a}}"),
        "line 5, `config.http_config.tls_config.cert_file`: a client certificate needs both halves: give `key_file`",
    ),
    "two authorities": (
        (*S3_LINES, "  http_config: {tls_config: {ca_file: a, ca: b}}"),
        "line 5, `config.http_config.tls_config.ca`: give either `ca_file` or `ca`, not both",
    ),
    "list for a text": ((*S3_LINES, "  region: [a]"), "line 5, `config.region`: expected a text, found a list"),
    "text for a section": (
        (*S3_LINES, "  http_config: a"),
        "line 5, `config.http_config`: expected `key: value` lines",
    ),
    "twice": ((*S3_LINES, "  bucket: b"), "line 5, `config.bucket`: the key is there twice"),
    "sse kind": (
        (*S3_LINES, "  sse_config: {type: SSE-X}"),
        "line 5, `config.sse_config.type`: read 'SSE-X' (did you mean 'SSE-C'?); accepted: SSE-S3,",
    ),
    "kms without key": (
        (*S3_LINES, "  sse_config: {type: SSE-KMS}"),
        "line 5, `config.sse_config.kms_key_id`: SSE-KMS needs",
    ),
    "customer key": (
        (*S3_LINES, "  sse_config: {type: SSE-C}"),
        "line 5, `config.sse_config.encryption_key`: SSE-C needs the path",
    ),
    "prefix": ((*S3_LINES, "prefix: a/../b"), "line 5, `prefix`: object path 'a/../b'"),
    "two documents": ((*S3_LINES, "---", "type: S3"), "line 6: a second document; expected one"),
    "a list": (("- type: S3",), "line 1: expected `key: value` lines, found a list"),
    "nothing": (("# nothing",), "empty; expected `type:` and `config:`"),
    "not yaml": (("type: S3", "config: {bucket"), "not YAML"),
}


@pytest.mark.parametrize(("lines", "complaint"), REFUSALS.values(), ids=REFUSALS.keys())
def test_refusals_name_key_file_and_line(lines: tuple[str, ...], complaint: str) -> None:
    """What cannot be used is refused with its key, the file and the line."""
    with pytest.raises(SettingsError) as caught:
        read(*lines)
    assert str(caught.value).startswith(str(FILE))
    assert complaint in str(caught.value)


def test_broken_yaml_does_not_quote_the_file() -> None:
    """The complaint about broken YAML shows the line's number, not its credentials."""
    with pytest.raises(SettingsError) as caught:
        read(*S3_LINES, "  secret_key: 'swordfish", "  region: [")
    assert "swordfish" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_keys_without_effect_are_accepted_and_listed() -> None:
    """Keys of the form that change nothing here are named with their line and the reason."""
    config = read(
        *S3_LINES,
        "  trace: {enable: true}",
        "  signature_version2: false",
        "  http_config:",
        "    max_conns_per_host: 7",
    )
    assert [(entry.place.key, entry.place.line) for entry in config.ineffective] == [
        ("config.http_config.max_conns_per_host", 8),
        ("config.trace", 5),
        ("config.signature_version2", 6),
    ]
    assert all(entry.reason for entry in config.ineffective)


def test_null_is_absent() -> None:
    """A key with nothing behind it has its default, as templates leave it."""
    config = read_s3("  region:", "  http_config: null", "  access_key: ''")
    assert (config.region, config.http.idle_seconds, config.access_key) == ("", 90.0, None)


def test_durations_are_seconds() -> None:
    """Compound durations add up."""
    http = read_s3("  http_config: {idle_conn_timeout: 1m30s, response_header_timeout: 500ms}").http
    assert (http.idle_seconds, http.read_seconds) == (90.0, 0.5)


def test_unreadable_file(tmp_path: Path) -> None:
    """A file that is not there is named."""
    with pytest.raises(SettingsError, match=r"nowhere\.yaml: No such file"):
        read_config(tmp_path / "nowhere.yaml")
