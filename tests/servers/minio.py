"""MinIO, a real S3 server: it checks signatures, conditions, encryption and permissions."""

from __future__ import annotations

import http.client
import os
import shutil
import ssl
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from servers.process import free_port, listening, running

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = Path(__file__).parents[2]
ACCESS_KEY = "fleetcost-root"
SECRET_KEY = "root-secret-of-the-test"
BUCKET = "fleet"


@dataclass(frozen=True, slots=True)
class Minio:
    """
    A running server with one bucket.

    Attributes:
        port: on loopback
        secure: whether it speaks TLS
    """

    port: int
    secure: bool

    @property
    def endpoint(self) -> str:
        """Host and port, as the settings name it."""
        return f"localhost:{self.port}"

    def config(self, prefix: str, *extra: str) -> str:
        """Return a `federated-store.yaml` for this server; `extra` are lines of its `config` section."""
        lines = [
            "type: S3",
            f"prefix: {prefix}",
            "config:",
            f"  bucket: {BUCKET}",
            f"  endpoint: {self.endpoint}",
            "  region: us-east-1",
            f"  access_key: {ACCESS_KEY}",
            f"  secret_key: {SECRET_KEY}",
            f"  insecure: {str(not self.secure).lower()}",
            *(f"  {line}" for line in extra),
        ]
        return "\n".join(lines) + "\n"


def find_minio() -> str | None:
    """Return the server's program: on PATH, at `$FLEETCOST_TOOLS`, or where `make setup` builds it."""
    tools = os.environ.get("FLEETCOST_TOOLS")
    places = [shutil.which("minio"), f"{tools}/minio" if tools else None, str(REPOSITORY / ".cache" / "bin" / "minio")]
    return next((place for place in places if place and os.access(place, os.X_OK)), None)


@contextmanager
def minio(program: str, folder: Path, certificates: Path | None = None) -> Iterator[Minio]:
    """
    Run a server for the length of the block.

    Args:
        program: from `find_minio`
        folder: an empty folder for its data and its log
        certificates: folder with `public.crt` and `private.key` to speak TLS, or None for plain HTTP
    """
    port = free_port()
    (folder / "data" / BUCKET).mkdir(parents=True)
    command = [program, "server", str(folder / "data"), "--address", f"127.0.0.1:{port}", "--quiet"]
    command += ["--certs-dir", str(certificates)] if certificates else []
    environment = {
        "HOME": str(folder),
        "PATH": os.environ["PATH"],
        "MINIO_ROOT_USER": ACCESS_KEY,
        "MINIO_ROOT_PASSWORD": SECRET_KEY,
        "MINIO_BROWSER": "off",
        "MINIO_UPDATE": "off",
        "MINIO_KMS_SECRET_KEY": "fleet-key:" + "A" * 43 + "=",
    }
    server = Minio(port, certificates is not None)
    with running(command, environment=environment, log=folder / "log", ready=lambda: _ready(server)):
        yield server


def _ready(server: Minio) -> bool:
    if not listening(server.port):
        return False
    try:
        connection: http.client.HTTPConnection
        if server.secure:
            # The probe only asks whether it is up; certificates are the tests' business.
            context = ssl._create_unverified_context()
            connection = http.client.HTTPSConnection("127.0.0.1", server.port, timeout=5, context=context)
        else:
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
        connection.request("GET", "/minio/health/ready")
        ready = connection.getresponse().status == 200
        connection.close()
    except OSError:
        return False
    return ready
