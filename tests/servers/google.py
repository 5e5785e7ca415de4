"""Google Cloud Storage's XML interface on loopback; `google_front` is the process."""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from servers.process import free_port, listening, running

if TYPE_CHECKING:
    from collections.abc import Iterator


BUCKET = "fleet"
BEARER = "token-of-the-metadata-server"
ACCOUNT = "agent@fleet.iam.gserviceaccount.com"


@dataclass(frozen=True, slots=True)
class Google:
    """
    A running stand-in with one bucket.

    Attributes:
        port: on loopback
        key: a service account's JSON that it accepts
    """

    port: int
    key: str

    def config(self, prefix: str, *extra: str) -> str:
        """Return a `federated-store.yaml` for this server; `extra` are lines of its `config` section."""
        lines = ["type: GCS", f"prefix: {prefix}", "config:", f"  bucket: {BUCKET}", *(f"  {line}" for line in extra)]
        return "\n".join(lines) + "\n"

    @property
    def address(self) -> str:
        """What `STORAGE_EMULATOR_HOST` is set to."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def google(folder: Path) -> Iterator[Google]:
    """Run the stand-in for the length of the block."""
    port = free_port()
    key, public = _service_account()
    (folder / "public.pem").write_bytes(public)
    command = [
        sys.executable,
        "-m",
        "servers.google_front",
        "--port",
        str(port),
        "--public-key",
        str(folder / "public.pem"),
    ]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), "HOME": str(folder)}
    with running(command, environment=environment, log=folder / "log", ready=lambda: listening(port)):
        yield Google(port, key)


def _service_account() -> tuple[str, bytes]:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    document = {
        "type": "service_account",
        "project_id": "fleet",
        "private_key_id": "1",
        "private_key": pem.decode(),
        "client_email": ACCOUNT,
        "client_id": "1",
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    return json.dumps(document), public
