"""Ceph's S3 gateway with the smallest cluster behind it: one monitor, one object server that keeps all in memory."""

from __future__ import annotations

import os
import shutil
import subprocess
import uuid
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from servers.process import free_port, listening, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ACCESS_KEY = "fleetcost-root"
SECRET_KEY = "root-secret-of-the-test"
BUCKET = "fleet"
PROGRAMS = ("ceph", "ceph-mon", "ceph-osd", "ceph-authtool", "monmaptool", "radosgw", "radosgw-admin")

CONFIG = """\
[global]
fsid = {fsid}
mon host = [v2:127.0.0.1:{monitor}]
public network = 127.0.0.0/8
ms bind msgr1 = false
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
mon allow pool size one = true
osd crush chooseleaf type = 0
mon data avail crit = 0
keyring = {folder}/keyring
run dir = {folder}/run
admin socket = {folder}/run/$name.asok
log file = {folder}/$name.log
pid file = {folder}/run/$name.pid
osd objectstore = memstore
memstore device bytes = 1073741824
osd data = {folder}/osd
mon data = {folder}/mon
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:{gateway}
rgw dns name = localhost
"""


@dataclass(frozen=True, slots=True)
class Ceph:
    """
    A running gateway with one bucket.

    Attributes:
        port: on loopback
    """

    port: int

    def config(self, prefix: str, *extra: str) -> str:
        """Return a `federated-store.yaml` for this server; `extra` are lines of its `config` section."""
        lines = [
            "type: S3",
            f"prefix: {prefix}",
            "config:",
            f"  bucket: {BUCKET}",
            f"  endpoint: localhost:{self.port}",
            "  insecure: true",
            f"  access_key: {ACCESS_KEY}",
            f"  secret_key: {SECRET_KEY}",
            *(f"  {line}" for line in extra),
        ]
        return "\n".join(lines) + "\n"


def find_ceph() -> bool:
    """Tell whether all of its programs are on PATH."""
    return all(shutil.which(program) for program in PROGRAMS)


@contextmanager
def ceph(folder: Path) -> Iterator[Ceph]:
    """Run the cluster and its gateway for the length of the block."""
    monitor, gateway, fsid = free_port(), free_port(), str(uuid.uuid4())
    for name in ("mon", "osd", "run"):
        (folder / name).mkdir()
    config = folder / "ceph.conf"
    config.write_text(CONFIG.format(fsid=fsid, monitor=monitor, gateway=gateway, folder=folder))
    _make_keys(folder / "keyring")
    _run("monmaptool", "--create", "--fsid", fsid, "--addv", "a", f"[v2:127.0.0.1:{monitor}]", f"{folder}/monmap")
    own = ("-c", str(config))
    _run("ceph-mon", *own, "-i", "a", "--mkfs", "--monmap", f"{folder}/monmap", "--keyring", f"{folder}/keyring")
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    with ExitStack() as stack:

        def start(log: str, *command: str, port: int | None) -> None:
            ready = (lambda: listening(port)) if port else (lambda: True)
            stack.enter_context(running(command, environment=environment, log=folder / log, ready=ready))

        start("mon.out", "ceph-mon", *own, "-i", "a", "-f", port=monitor)
        identity = str(uuid.uuid4())
        _run("ceph", *own, "osd", "new", identity, "0")
        _run("ceph-osd", *own, "-i", "0", "--mkfs", "--osd-uuid", identity)
        start("osd.out", "ceph-osd", *own, "-i", "0", "-f", port=None)
        start("rgw.out", "radosgw", *own, "-n", "client.rgw", "-f", port=gateway)
        admin = ("radosgw-admin", *own, "-n", "client.rgw")
        keys = ("--access-key", ACCESS_KEY, "--secret-key", SECRET_KEY)
        _run(*admin, "user", "create", "--uid", "fleet", "--display-name", "fleet", *keys)
        _make_bucket(gateway)
        yield Ceph(gateway)


def _make_keys(keyring: Path) -> None:
    everything = ("--cap", "mon", "allow *", "--cap", "osd", "allow *")
    _run("ceph-authtool", "--create-keyring", str(keyring), "--gen-key", "-n", "mon.", "--cap", "mon", "allow *")
    for name in ("client.admin", "osd.0", "client.rgw"):
        _run("ceph-authtool", str(keyring), "--gen-key", "-n", name, *everything)


def _make_bucket(port: int) -> None:
    client = boto3.client(
        "s3",
        endpoint_url=f"http://localhost:{port}",
        region_name="us-east-1",
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        config=Config(s3={"addressing_style": "path"}, request_checksum_calculation="when_required"),
    )
    client.create_bucket(Bucket=BUCKET)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr[-2000:]}")
