"""MinIO, a real S3 server: it checks signatures, conditions, encryption and permissions."""

from __future__ import annotations

import http.client
import io
import json
import os
import shutil
import ssl
import tarfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from servers.process import free_port, listening, running
from servers.tools import find_tool

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ACCESS_KEY = "fleetcost-root"
SECRET_KEY = "root-secret-of-the-test"
BUCKET = "fleet"


@dataclass(frozen=True, slots=True)
class Keys:
    """A pair of keys, with a token where they are temporary."""

    access: str
    secret: str
    token: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """Lines of the `config` section."""
        token = (f"  session_token: {self.token}",) if self.token else ()
        return (f"  access_key: {self.access}", f"  secret_key: {self.secret}", *token)


ROOT = Keys(ACCESS_KEY, SECRET_KEY)


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

    def config(self, prefix: str, *extra: str, keys: Keys | None = ROOT) -> str:
        """Return a `federated-store.yaml` for this server; `extra` are lines of its `config` section."""
        lines = [
            "type: S3",
            f"prefix: {prefix}",
            "config:",
            f"  bucket: {BUCKET}",
            f"  endpoint: {self.endpoint}",
            "  region: us-east-1",
            f"  insecure: {str(not self.secure).lower()}",
            *(keys.lines if keys else ()),
            *(f"  {line}" for line in extra),
        ]
        return "\n".join(lines) + "\n"

    def client(self, service: str = "s3") -> Any:
        """Return a client of another library, to see what really is in the bucket; plain HTTP only."""
        return boto3.client(
            service,
            endpoint_url=f"http://{self.endpoint}",
            region_name="us-east-1",
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            config=Config(s3={"addressing_style": "path"}),
        )

    def fill(self, prefix: str, paths: Iterable[str]) -> None:
        """Write many empty objects with one request: an archive that the server unpacks."""
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            for path in paths:
                tar.addfile(tarfile.TarInfo(path))
        unpack = {"snowball-auto-extract": "true", "minio-snowball-prefix": prefix}
        self.client().put_object(Bucket=BUCKET, Key=f"{prefix}.tar", Body=archive.getvalue(), Metadata=unpack)

    def temporary_keys(self, *denied: str) -> Keys:
        """Return temporary keys of the server's own token service, without the denied actions."""
        statements = [{"Effect": "Allow", "Action": ["s3:*"], "Resource": ["arn:aws:s3:::*"]}]
        if denied:
            statements.append({"Effect": "Deny", "Action": list(denied), "Resource": ["arn:aws:s3:::*"]})
        return self.keys_with({"Version": "2012-10-17", "Statement": statements})

    def keys_with(self, policy: dict[str, Any]) -> Keys:
        """Return temporary keys of the server's own token service that allow what a policy allows."""
        answer = self.client("sts").assume_role(
            RoleArn="arn:aws:iam::1:role/test", RoleSessionName="test", Policy=json.dumps(policy)
        )
        given = answer["Credentials"]
        return Keys(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def find_minio() -> str | None:
    """Return the server's program: on PATH, or where `make test` builds it."""
    return shutil.which("minio") or find_tool("minio")


@contextmanager
def minio(program: str, folder: Path, certificates: Path | None = None, port: int = 0) -> Iterator[Minio]:
    """
    Run a server for the length of the block.

    Args:
        program: from `find_minio`
        folder: an empty folder for its data and its log
        certificates: folder with `public.crt` and `private.key` to speak TLS, or None for plain HTTP
        port: where it listens, 0 for any free one; with the folder of an earlier run it goes on with its objects
    """
    port = port or free_port()
    (folder / "data" / BUCKET).mkdir(parents=True, exist_ok=True)
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
