"""Azurite, Microsoft's emulator of blob storage: it checks signatures, tokens and conditions."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import os
import shutil
import ssl
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from servers.process import free_port, listening, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servers.authority import Authority, Certificate

HERE = Path(__file__).parent
ACCOUNT = "devstoreaccount1"
ACCOUNT_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""Published by the emulator's authors; the same everywhere."""

CONTAINER = "fleet"
API_VERSION = "2023-11-03"


@dataclass(frozen=True, slots=True)
class Azurite:
    """
    A running emulator with one container.

    Attributes:
        port: on loopback
        authority: issued its certificate
    """

    port: int
    authority: Authority

    @property
    def address(self) -> str:
        """The account's URL."""
        return f"https://localhost:{self.port}/{ACCOUNT}"

    def config(self, prefix: str, *extra: str, key: bool = True) -> str:
        """Return a `federated-store.yaml` for this server; `extra` are lines of its `config` section."""
        lines = [
            "type: AZURE",
            f"prefix: {prefix}",
            "config:",
            f"  storage_account: {ACCOUNT}",
            f"  container: {CONTAINER}",
            f"  endpoint: {self.address}",
            *([f"  storage_account_key: {ACCOUNT_KEY}"] if key else []),
            f"  http_config: {{tls_config: {{ca_file: {self.authority.file}}}}}",
            *(f"  {line}" for line in extra),
        ]
        return "\n".join(lines) + "\n"


def find_azurite() -> str | None:
    """Return the emulator's program: on PATH, or where `npm ci` in this folder puts it."""
    local = HERE / "node_modules" / ".bin" / "azurite-blob"
    return shutil.which("azurite-blob") or (str(local) if local.exists() else None)


@contextmanager
def azurite(program: str, folder: Path, authority: Authority, certificate: Certificate) -> Iterator[Azurite]:
    """Run the emulator for the length of the block, over TLS, because it takes tokens over TLS only."""
    port = free_port()
    command = [program, "--blobHost", "127.0.0.1", "--blobPort", str(port)]
    command += ["--cert", str(certificate.certificate), "--key", str(certificate.key), "--oauth", "basic"]
    command += ["--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry", "--silent"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    with running(command, environment=environment, log=folder / "log", ready=lambda: listening(port)):
        server = Azurite(port, authority)
        _make_container(server)
        yield server


def _make_container(server: Azurite) -> None:
    """Sign by hand what the client library cannot send: the request that makes a container."""
    now = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    headers = f"x-ms-date:{now}\nx-ms-version:{API_VERSION}\n"
    resource = f"/{ACCOUNT}/{ACCOUNT}/{CONTAINER}\nrestype:container"
    text = "PUT" + "\n" * 12 + headers + resource
    signature = base64.b64encode(hmac.digest(base64.b64decode(ACCOUNT_KEY), text.encode(), hashlib.sha256)).decode()
    context = ssl.create_default_context(cafile=server.authority.file)
    connection = http.client.HTTPSConnection("localhost", server.port, timeout=10, context=context)
    connection.request(
        "PUT",
        f"/{ACCOUNT}/{CONTAINER}?restype=container",
        headers={
            "x-ms-date": now,
            "x-ms-version": API_VERSION,
            "Content-Length": "0",
            "Authorization": f"SharedKey {ACCOUNT}:{signature}",
        },
    )
    answer = connection.getresponse()
    if answer.status != 201:
        raise RuntimeError(f"make the container: {answer.status} {answer.read()!r}")
    connection.close()
