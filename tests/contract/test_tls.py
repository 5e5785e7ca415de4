"""TLS under a private authority, with and without client certificates: what passes, and what a refusal says."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fleetcost.errors import SettingsError, StoreError, StoreRefusedError
from servers.buckets import fresh_prefix, opened
from servers.gate import gate
from servers.minio import Minio

if TYPE_CHECKING:
    from contract.conftest import MutualMinio, TlsMinio
    from servers.authority import Authority, Certificate

pytestmark = pytest.mark.real

QUICK = "max_retries: 1"
NOT_TRUSTED = "its issuer is not trusted here: give the CA with `http_config.tls_config.ca_file`"


def tls(*lines: str) -> str:
    return "http_config: {tls_config: {" + ", ".join(lines) + "}}"


def refusal(text: str, kind: type[Exception] = StoreRefusedError) -> str:
    """Return what a put into this bucket is refused with."""
    with pytest.raises(kind) as caught:
        opened(text).put("a", b"x")
    return str(caught.value)


def says_at_last(text: str, wanted: str, attempts: int = 5) -> bool:
    """
    Tell whether one of a few puts is refused with these words; each of them must fail.

    In TLS 1.3 a server judges our certificate after the handshake. On a busy machine its closing of the connection can
    overtake the alert that says why; then the put fails without the reason, and the next one has it.
    """
    for _ in range(attempts):
        with pytest.raises((StoreRefusedError, StoreError)) as caught:
            opened(text).put("a", b"x")
        if wanted in str(caught.value):
            return True
    return False


def test_without_the_authority_the_server_is_refused(s3_tls_server: TlsMinio) -> None:
    """A certificate of an unknown authority is refused, and the message names the setting that cures it."""
    server = s3_tls_server.server
    message = refusal(server.config("p", QUICK))
    assert message == f"put s3://fleet/p/a: the certificate of {server.endpoint} is refused: {NOT_TRUSTED}"


def test_another_authority_does_not_help(s3_tls_server: TlsMinio, stranger: Authority) -> None:
    """The wrong authority is as good as none."""
    assert NOT_TRUSTED in refusal(s3_tls_server.server.config("p", QUICK, tls(f"ca_file: {stranger.file}")))


def test_authority_inline(s3_tls_server: TlsMinio) -> None:
    """The authority's certificate may stand in the settings themselves."""
    pem = s3_tls_server.authority.file.read_text().rstrip().splitlines()
    lines = ["http_config:", "  tls_config:", "    ca: |", *(f"      {line}" for line in pem)]
    bucket = opened(s3_tls_server.server.config(fresh_prefix(), *lines))
    bucket.put("a", b"x")
    assert bucket.get("a") == b"x"


def test_authority_of_the_system(s3_tls_server: TlsMinio, monkeypatch: pytest.MonkeyPatch) -> None:
    """`SSL_CERT_FILE` names the trusted certificates for a process that may not touch the system's."""
    monkeypatch.setenv("SSL_CERT_FILE", str(s3_tls_server.authority.file))
    bucket = opened(s3_tls_server.server.config(fresh_prefix()))
    bucket.put("a", b"x")
    assert bucket.get("a") == b"x"


def test_verification_switched_off(s3_tls_server: TlsMinio) -> None:
    """`insecure_skip_verify` trusts any certificate, in both places where it may stand."""
    for line in ("http_config: {insecure_skip_verify: true}", tls("insecure_skip_verify: true")):
        bucket = opened(s3_tls_server.server.config(fresh_prefix(), line))
        bucket.put("a", b"x")
        assert bucket.get("a") == b"x"


def test_expired_certificate(s3_server: Minio, authority: Authority) -> None:
    """A certificate that is over is refused as such."""
    expired = authority.issue("localhost", expires=datetime(2020, 1, 1, tzinfo=UTC))
    with gate(s3_server.port, authority.server_context(expired)) as door:
        message = refusal(Minio(door.port, secure=True).config("p", QUICK, tls(f"ca_file: {authority.file}")))
    assert "it has expired: renew the server's certificate, or check this machine's clock" in message


def test_certificate_for_another_name(s3_server: Minio, authority: Authority) -> None:
    """A certificate for another host is refused; `server_name` says that this name is the one to expect."""
    other = authority.issue("storage.internal")
    with gate(s3_server.port, authority.server_context(other)) as door:
        server = Minio(door.port, secure=True)
        message = refusal(server.config("p", QUICK, tls(f"ca_file: {authority.file}")))
        expecting = tls(f"ca_file: {authority.file}", "server_name: storage.internal")
        bucket = opened(server.config(fresh_prefix(), QUICK, expecting))
        bucket.put("a", b"x")
        wrong = refusal(server.config("p", QUICK, tls(f"ca_file: {authority.file}", "server_name: elsewhere")))
    assert "it is for another host name: correct `endpoint`, or renew it with this name" in message
    assert "it is for another host name" in wrong


def test_tls_to_a_server_that_speaks_none(s3_server: Minio) -> None:
    """TLS where plain HTTP is spoken says so."""
    message = refusal(Minio(s3_server.port, secure=True).config("p", QUICK), StoreError)
    assert "it does not speak TLS there: set `insecure: true`, or correct the port" in message


def test_client_certificate_is_demanded(s3_mutual_server: MutualMinio, stranger: Authority) -> None:
    """Without a client certificate, or with another authority's, the message says what the server wants."""
    door, authority = s3_mutual_server.door, s3_mutual_server.authority
    wanted = "wants a client certificate it trusts: give `cert_file` and `key_file` in `http_config.tls_config`"
    assert says_at_last(door.config("p", QUICK, tls(f"ca_file: {authority.file}")), wanted)
    foreign = stranger.issue("agent.fleet")
    shown = tls(f"ca_file: {authority.file}", f"cert_file: {foreign.certificate}", f"key_file: {foreign.key}")
    assert says_at_last(door.config("p", QUICK, shown), wanted)


def test_client_certificate_does_not_replace_trust(s3_mutual_server: MutualMinio) -> None:
    """Showing a certificate is not trusting one: the server's is still checked."""
    client = s3_mutual_server.client
    shown = tls(f"cert_file: {client.certificate}", f"key_file: {client.key}")
    assert NOT_TRUSTED in refusal(s3_mutual_server.door.config("p", QUICK, shown))


def test_client_certificate_inline(s3_mutual_server: MutualMinio) -> None:
    """Certificate and key may stand in the settings themselves."""
    lines = ["http_config:", "  tls_config:", f"    ca_file: {s3_mutual_server.authority.file}"]
    for key, file in (("cert", s3_mutual_server.client.certificate), ("key", s3_mutual_server.client.key)):
        lines += [f"    {key}: |", *(f"      {line}" for line in file.read_text().rstrip().splitlines())]
    bucket = opened(s3_mutual_server.door.config(fresh_prefix(), *lines))
    bucket.put("a", b"x")
    assert bucket.get("a") == b"x"


def test_certificate_and_key_that_do_not_match(authority: Authority, certificate: Certificate) -> None:
    """A key of another certificate is found before anything is sent, with the key's line."""
    other = authority.issue("agent.fleet")
    shown = tls(f"cert_file: {other.certificate}", f"key_file: {certificate.key}")
    with pytest.raises(SettingsError, match=r"key_file`: certificate and key do not belong together"):
        opened(Minio(1, secure=True).config("p", shown))


def test_certificate_files_that_cannot_be_read(tmp_path: Path) -> None:
    """A file that is absent, or holds no certificate, is named with the key and its line."""
    server = Minio(1, secure=True)
    with pytest.raises(SettingsError, match=r"ca_file`: cannot read the file /nowhere/ca.pem: No such file"):
        opened(server.config("p", tls("ca_file: /nowhere/ca.pem")))
    empty = tmp_path / "ca.pem"
    empty.write_text("nothing")
    with pytest.raises(SettingsError, match=r"line 10, `config.http_config.tls_config.ca_file`: .* holds no PEM block"):
        opened(server.config("p", tls(f"ca_file: {empty}")))
    garbled = tmp_path / "garbled.pem"
    garbled.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    with pytest.raises(SettingsError, match=r"cannot be used: expected X\.509 PEM"):
        opened(server.config("p", tls(f"ca_file: {garbled}")))


def test_nobody_listens() -> None:
    """An endpoint where nothing listens, or whose name is unknown, is distinguished from a refusal."""
    assert "nothing listens there (connection refused)" in refusal(
        Minio(1, secure=False).config("p", QUICK), StoreError
    )
