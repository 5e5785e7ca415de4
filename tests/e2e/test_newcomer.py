"""A newcomer's walk: from the README to two clusters federated, by the pages' own commands and nothing else."""

from __future__ import annotations

import os
import re
import shlex
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from docs.commands import DOCS, block, run
from making.simulated import write_openmetrics
from servers.authority import Authority
from servers.fleetcost import get
from servers.minio import ACCESS_KEY, BUCKET, SECRET_KEY, find_minio, minio
from servers.process import free_port, running
from servers.prometheus import prometheus

pytestmark = pytest.mark.real

PAGE = "guide/federation.md"
CLUSTERS = {"one": "cluster-0", "two": "cluster-3"}
"""The page's clusters and the simulated ones behind their Prometheus."""


@dataclass(slots=True)
class Walk:
    """
    Where the newcomer stands.

    Attributes:
        folder: the newcomer's
        here: the page's addresses, keys and ports, and those of this run
        processes: what was started in other terminals
    """

    folder: Path
    here: dict[str, str]
    processes: ExitStack

    def type(self, name: str) -> str:
        """Type a block's command and wait for its end."""
        done = run(block(PAGE, name), self.here, self.folder)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, name: str, address: str) -> None:
        """Type a block's command into a terminal of its own and leave it running."""
        command = block(PAGE, name)
        for old, new in self.here.items():
            command = command.replace(old, new)
        environment = dict(os.environ) | {"PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"}
        words = ["env", f"--chdir={self.folder}", *shlex.split(command)]
        log = self.folder / f"{name}.log"
        self.processes.enter_context(
            running(words, environment=environment, log=log, ready=lambda: _answers(address), patience=90)
        )


def _answers(address: str) -> bool:
    try:
        return bool(get(address, "/healthz")["status"] == "ok")
    except OSError:
        return False


@pytest.fixture
def walk(tmp_path: Path) -> Iterator[Walk]:
    """What the newcomer has: two clusters with a Prometheus each, and a store under a private authority."""
    program = find_minio()
    if program is None:
        pytest.skip("no S3 server: put `minio` on PATH, or build it with `make test` where Go is")
    now = time.time()
    (tmp_path / "authority").mkdir()
    authority = Authority(tmp_path / "authority")
    certificate = authority.issue("localhost", "127.0.0.1")
    home = tmp_path / "home"
    home.mkdir()
    (home / "ca-certificates.crt").write_bytes(authority.file.read_bytes())
    ports = {name: str(free_port()) for name in ("one", "two", "primary")}
    with ExitStack() as stack:
        server = stack.enter_context(minio(program, tmp_path / "s3", certificates=certificate.certificate.parent))
        here = {
            "storage.internal:9000": server.endpoint,
            "fleet-costs": BUCKET,
            "fleet-agent": ACCESS_KEY,
            "a-long-secret": SECRET_KEY,
            "--port 9003": f"--port {ports['one']}",
            "--port 9004": f"--port {ports['two']}",
            "--port 9090": f"--port {ports['primary']}",
            "http://127.0.0.1:9090": f"http://127.0.0.1:{ports['primary']}",
            "fleetcost query allocation": f"fleetcost query allocation --url http://127.0.0.1:{ports['primary']}",
        }
        for name, cluster in CLUSTERS.items():
            folder = tmp_path / name
            folder.mkdir()
            write_openmetrics(folder / "samples.om", [cluster], now - 2 * 3600, now + 1200)
            here[f"http://prometheus.{name}:9090"] = stack.enter_context(prometheus(folder / "samples.om", folder))
        yield Walk(home, here, stack)


def address(walk: Walk, port: str) -> str:
    """Return the address of a port that the page names."""
    return f"http://127.0.0.1:{walk.here[f'--port {port}'].removeprefix('--port ')}"


def test_from_the_readme_to_two_clusters_in_one_view(walk: Walk) -> None:
    """Each step of the page works as it stands there, and at the end both clusters have costs and the chain holds."""
    readme = (DOCS.parent / "README.md").read_text()
    assert "](docs/guide/federation.md)" in readme

    store = block(PAGE, "store")
    for old, new in walk.here.items():
        store = store.replace(old, new)
    (walk.folder / "federated-store.yaml").write_text(store)
    checked = walk.type("check")
    for name, port in (("one", "9003"), ("two", "9004")):
        walk.start(name, address(walk, port))
    walk.start("primary", address(walk, "9090"))
    _wait_for_both(address(walk, "9090"))
    verified = walk.type("verify")
    queried = walk.type("query")

    assert yaml.safe_load(store)["config"]["http_config"]["tls_config"]["ca_file"] == "ca-certificates.crt"
    assert re.search(r"connection +TLSv1\.\d", checked)
    assert "The chain holds." in verified
    for name in CLUSTERS:
        (row,) = re.findall(rf"federated-{name} .*", queried)
        assert float(re.findall(r"[\d,]+\.\d\d", row)[-1].replace(",", "")) > 0


def _wait_for_both(primary: str) -> None:
    """Wait until the aggregator's loop has read both clusters, as a person would."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        known = get(primary, "/model/debug/orchestrator")["data"]["clusters"]
        if {"federated-one", "federated-two"} <= set(known):
            return
        time.sleep(0.2)
    raise AssertionError("the aggregator has not read both clusters within a minute")
