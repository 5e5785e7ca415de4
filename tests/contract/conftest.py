"""Servers of the contract tests, each started once for the whole run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from servers.authority import Authority, Certificate
from servers.azurite import Azurite, azurite, find_azurite
from servers.ceph import Ceph, ceph, find_ceph
from servers.gate import gate
from servers.google import Google, google
from servers.minio import Minio, find_minio, minio

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class MutualMinio:
    """An S3 server behind a door that demands a client certificate."""

    door: Minio
    authority: Authority
    client: Certificate

    def config(self, prefix: str, *extra: str) -> str:
        """Return a `federated-store.yaml` that shows the certificate."""
        return self.door.config(prefix, *tls_lines(self.authority, self.client), *extra)


@dataclass(frozen=True, slots=True)
class TlsMinio:
    """An S3 server that speaks TLS with a certificate of a private authority."""

    server: Minio
    authority: Authority

    def config(self, prefix: str, *extra: str) -> str:
        """Return a `federated-store.yaml` that trusts the authority."""
        return self.server.config(prefix, *tls_lines(self.authority), *extra)


def tls_lines(authority: Authority, client: Certificate | None = None) -> list[str]:
    """Return the lines of `http_config` that trust an authority and show a certificate."""
    lines = ["http_config:", "  tls_config:", f"    ca_file: {authority.file}"]
    if client:
        lines += [f"    cert_file: {client.certificate}", f"    key_file: {client.key}"]
    return lines


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("stranger"))


@pytest.fixture(scope="session")
def certificate(authority: Authority) -> Certificate:
    return authority.issue("localhost", "127.0.0.1")


@pytest.fixture(scope="session")
def minio_program() -> str:
    program = find_minio()
    if program is None:
        pytest.skip("no S3 server: put `minio` on PATH, or build it with `make setup` where Go is")
    return program


@pytest.fixture(scope="session")
def s3_server(minio_program: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Minio]:
    with minio(minio_program, tmp_path_factory.mktemp("minio")) as server:
        yield server


@pytest.fixture(scope="session")
def s3_tls_server(
    minio_program: str, tmp_path_factory: pytest.TempPathFactory, authority: Authority, certificate: Certificate
) -> Iterator[TlsMinio]:
    folder = tmp_path_factory.mktemp("minio-tls")
    with minio(minio_program, folder, certificate.certificate.parent) as server:
        yield TlsMinio(server, authority)


@pytest.fixture(scope="session")
def s3_mutual_server(s3_server: Minio, authority: Authority, certificate: Certificate) -> Iterator[MutualMinio]:
    context = authority.server_context(certificate, client_certificates=True)
    with gate(s3_server.port, context) as door:
        yield MutualMinio(Minio(door.port, secure=True), authority, authority.issue("agent.fleet"))


@pytest.fixture(scope="session")
def ceph_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ceph]:
    if not find_ceph():
        pytest.skip("no Ceph: install Debian's radosgw, ceph-mon, ceph-osd and ceph-common")
    with ceph(tmp_path_factory.mktemp("ceph")) as server:
        yield server


@pytest.fixture(scope="session")
def azure_server(
    tmp_path_factory: pytest.TempPathFactory, authority: Authority, certificate: Certificate
) -> Iterator[Azurite]:
    program = find_azurite()
    if program is None:
        pytest.skip("no Azurite: run `npm ci` in tests/servers")
    with azurite(program, tmp_path_factory.mktemp("azurite"), authority, certificate) as server:
        yield server


@pytest.fixture(scope="session")
def gcs_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Google]:
    with google(tmp_path_factory.mktemp("google")) as server:
        yield server
