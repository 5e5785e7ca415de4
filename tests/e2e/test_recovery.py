"""Recovery: something is lost on purpose, and comes back by the commands of docs/guide/recovery.md."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from docs.commands import block, named, run
from fleetcost.bucket.config import read_config
from fleetcost.bucket.open import open_bucket
from fleetcost.bucket.port import Bucket
from fleetcost.model.window import Resolution, rfc3339
from making.simulated import write_openmetrics
from servers.fleetcost import aggregator, fleetcost, get
from servers.minio import ACCESS_KEY, BUCKET, SECRET_KEY, Minio, find_minio, minio
from servers.prometheus import prometheus

pytestmark = pytest.mark.real

PAGE = "guide/recovery.md"
CLUSTER = "cluster-3"
PREFIX = "recovery"
FOLDER = f"{PREFIX}/federated/{CLUSTER}/"


@dataclass(frozen=True, slots=True)
class World:
    """A cluster that pushed three hours into a versioned bucket of a real S3 server."""

    folder: Path
    source: str
    server: Minio
    window: str

    @property
    def store(self) -> Path:
        """The bucket's settings."""
        return self.folder / "federated-store.yaml"

    @property
    def bucket(self) -> Bucket:
        """The bucket."""
        return open_bucket(read_config(self.store))

    @property
    def environment(self) -> dict[str, str]:
        """The page's variables."""
        return {
            "FLEETCOST_STORAGE_CONFIG": str(self.store),
            "FLEETCOST_CLUSTER_ID": CLUSTER,
            "FLEETCOST_PROMETHEUS_URL": self.source,
        }

    def perform(self, name: str, **replacements: str) -> str:
        """Run a block of the page."""
        changes = {"/var/lib/fleetcost": str(self.folder / "var"), "prod-eu-1": CLUSTER} | replacements
        done = run(block(PAGE, name), changes, self.folder, **self.environment)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def contents(self) -> dict[str, bytes]:
        """Return the bytes of every set in the bucket."""
        bucket = self.bucket
        return {one.path: bucket.get(one.path) for one in bucket.list(f"federated/{CLUSTER}/etl")}

    def lose(self) -> None:
        """Delete the cluster's folder from the bucket."""
        bucket = self.bucket
        for one in list(bucket.list(f"federated/{CLUSTER}")):
            bucket.delete(one.path)

    def costs(self, name: str) -> Any:
        """Ask a new aggregator for the costs of the window."""
        with aggregator(self.store, self.folder / name) as address:
            return self.asked(address)

    def asked(self, address: str) -> Any:
        """Ask for the costs of the window."""
        data = get(address, "/model/allocation", window=self.window, aggregate="namespace")["data"]
        return [{name: row["totalCost"] for name, row in one.items()} for one in data]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Build and push once."""
    program = find_minio()
    if program is None:
        pytest.skip("no S3 server: put `minio` on PATH, or build it with `make test` where Go is")
    folder = tmp_path_factory.mktemp("recovery")
    (folder / "source").mkdir()
    now = time.time()
    end = Resolution.HOUR.floor(datetime.now(UTC))
    window = f"{rfc3339(end - timedelta(hours=3))},{rfc3339(end)}"
    write_openmetrics(folder / "samples.om", [CLUSTER], now - 5 * 3600, now)
    with prometheus(folder / "samples.om", folder / "source") as source, minio(program, folder / "s3") as server:
        server.client().put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        made = World(folder, source, server, window)
        made.store.write_text(server.config(PREFIX))
        built = fleetcost(
            *("agent", "build", "--window", window, "--data-dir", str(folder / "var" / "agent")), **made.environment
        )
        assert built.returncode == 0, built.stderr
        yield made


def test_every_procedure_of_the_page_is_performed() -> None:
    """The page has these blocks to run and no other."""
    assert named(PAGE) == {"reset", "push", "rebuild", "versions", "order", "answer"}


def test_the_database_comes_back_from_the_bucket(world: World) -> None:
    """A database that was deleted is rebuilt and answers as before."""
    before = world.costs("var/aggregator")
    world.perform("reset")
    with aggregator(world.store, world.folder / "var" / "aggregator") as address:
        assert world.asked(address) == before
    assert len(before) == 3


def test_the_bucket_comes_back_from_the_agent(world: World) -> None:
    """A folder that was deleted from the bucket is pushed again byte for byte, its claim included."""
    before = world.contents()
    world.lose()
    assert world.contents() == {}
    listed = world.perform("push")

    after = world.contents()
    assert {path: after[path] for path in before if "/1h/" in path} == {p: c for p, c in before.items() if "/1h/" in p}
    assert set(before) <= set(after)
    assert world.bucket.stat(f"federated/{CLUSTER}/cluster.json")
    assert CLUSTER in listed


def test_the_agent_comes_back_from_the_bucket(world: World) -> None:
    """An agent that lost its volume learns the bucket's sets, and what it pushes then takes nothing away."""
    before = set(world.contents())
    uid = world.folder / "var" / "agent" / "cluster-uid"
    kept = uid.read_bytes()
    shutil.rmtree(world.folder / "var" / "agent")
    uid.parent.mkdir()
    uid.write_bytes(kept)
    world.perform("push")
    local = {
        str(file.relative_to(world.folder / "var/agent/store"))
        for file in (world.folder / "var/agent/store/federated").rglob("*.parquet")
    }

    assert before <= set(world.contents())
    assert {path for path in before if _of_today(path)} <= local
    assert local


def _of_today(path: str) -> bool:
    """Tell whether a set belongs to the day that is not over, which is what an agent has to learn to add it up."""
    return path.endswith(".parquet") and int(path.rsplit("/", 1)[1].partition("-")[0]) >= time.time() // 86400 * 86400


def test_a_cluster_comes_back_from_prometheus(world: World) -> None:
    """With bucket folder and volume both gone, the same costs are built again from the samples."""
    before = world.costs("before-rebuild")
    world.lose()
    shutil.rmtree(world.folder / "var" / "agent")
    world.perform("rebuild", **{"2026-11-18T00:00:00Z,2026-11-21T00:00:00Z": world.window})

    assert world.costs("after-rebuild") == before


def test_the_bucket_comes_back_from_its_versions(world: World) -> None:
    """Deleted objects, and one that was overwritten with rubbish, are what they were at the moment that is named."""
    before = world.contents()
    moment = _after_now()
    day = next(path for path in before if "/1d/" in path)
    world.bucket.put(day, b"rubbish")
    world.lose()
    script = world.folder / "restore.py"
    script.write_text(block(PAGE, "versions"))
    done = subprocess.run(
        [sys.executable, str(script)],
        env=os.environ
        | {
            "BUCKET": BUCKET,
            "FOLDER": FOLDER,
            "MOMENT": moment,
            "ENDPOINT": f"http://{world.server.endpoint}",
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_DEFAULT_REGION": "us-east-1",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert world.contents() == before
    assert "versions newer than" in done.stdout


def _after_now() -> str:
    """Return a time that lies after everything written so far and before everything written from now on."""
    moment = datetime.now(UTC)
    deadline = moment + timedelta(milliseconds=50)
    while datetime.now(UTC) < deadline:
        pass
    return (moment + timedelta(milliseconds=20)).isoformat()


def test_a_window_comes_back_by_an_order_from_the_primary(world: World) -> None:
    """A damaged hour is ordered on the primary, rebuilt by the agent, and the answer names the difference."""
    start = world.window.partition(",")[0]
    hour = f"{start},{rfc3339(datetime.fromisoformat(start) + timedelta(hours=1))}"
    before = world.costs("before-order")
    for path in list(world.contents()):
        if "/1h/" in path and f"/{int(datetime.fromisoformat(start).timestamp())}-" in path:
            world.bucket.put(path, b"rubbish")
            (world.folder / "var" / "agent" / "store" / path).unlink()
    with aggregator(world.store, world.folder / "primary", "--interval-seconds", "1") as address:
        broken = fleetcost("verify", "--url", address, "--json", "--storage-config", str(world.store))
        moved = {"http://127.0.0.1:9090": address, "2026-11-20T00:00:00Z,2026-11-20T01:00:00Z": hour}
        order = json.loads(world.perform("order", **moved))
        fleetcost("agent", "check", "--data-dir", str(world.folder / "var" / "agent"), **world.environment)
        answer = json.loads(world.perform("answer", **moved))["repairs"][0]

    assert '"damaged' in broken.stdout or "is damaged" in broken.stdout
    assert order["state"] == "waiting"
    assert (answer["id"], answer["state"]) == (order["id"], "done"), answer
    assert [one["outcome"] for one in answer["differences"]] == ["created", "created"]
    assert world.costs("after-order") == before
