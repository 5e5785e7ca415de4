"""The aggregator with a distributed engine as people run it: a process, a bucket and an address."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from compat.catalogue import FLEETS
from compat.fleets import fill, ingested
from engine.answers import BY_NAMESPACE, costs
from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.lake.manifest import MANIFEST
from fleetcost.lake.write import LakeWriter
from servers.fleetcost import aggregator, fleetcost, get
from servers.process import free_port, running

pytestmark = pytest.mark.real


def answers(address: str) -> bool:
    """Tell whether a server is up and has read the manifest."""
    try:
        return bool(get(address, "/model/debug/orchestrator")["data"]["passes"] > 0)
    except OSError:
        return False


def test_the_server_starts_answers_and_stops(sail_url: str, tmp_path: Path) -> None:
    """It answers as the embedded database does, keeps no file, and ends with 0 within seconds of SIGTERM."""
    fleet = FLEETS["topology"]
    made = ingested(fleet, tmp_path)
    LakeWriter(made.database, FilesystemBucket(tmp_path / "bucket"), tmp_path, lambda: fleet.now).write()
    expected = dict(costs(made.database, BY_NAMESPACE, fleet.now))
    made.database.close()
    storage = tmp_path / "storage.yaml"
    storage.write_text(f"type: FILESYSTEM\nconfig:\n  directory: {tmp_path / 'bucket'}\n")
    port, data = free_port(), tmp_path / "data"
    command = [
        *(sys.executable, "-m", "fleetcost", "aggregator", "run", "--storage-config", str(storage)),
        *("--data-dir", str(data), "--port", str(port), "--engine", "spark", "--engine-url", sail_url),
    ]
    address, log = f"http://127.0.0.1:{port}", tmp_path / "log"
    with running(command, environment=os.environ, log=log, ready=lambda: answers(address), patience=60) as server:
        given = get(address, "/model/allocation", window="1704067200,1704153600", aggregate="namespace")
        assert given["code"] == 200
        assert {name: row["totalCost"] for name, row in given["data"][0].items()} == pytest.approx(expected)
        server.send_signal(signal.SIGTERM)
        assert server.wait(10) == 0, log.read_text()
    assert not list(data.rglob("*.duckdb"))


def test_one_server_derives_and_every_server_answers(sail_url: str, tmp_path: Path) -> None:
    """Without a database: one server makes the lake from the agents' sets; it and a second one answer what it costs."""
    fleet = FLEETS["topology"]
    bucket = FilesystemBucket(tmp_path / "bucket")
    fill(bucket, fleet)
    storage = tmp_path / "storage.yaml"
    storage.write_text(f"type: FILESYSTEM\nconfig:\n  directory: {tmp_path / 'bucket'}\n")
    by_spark = ("--engine", "spark", "--engine-url", sail_url, "--daily-retention-days", "0")

    plan = fleetcost("aggregator", "ingest", "--dry-run", "--storage-config", str(storage), "--data-dir",
                     str(tmp_path / "dry"), *by_spark)  # fmt: skip
    assert plan.returncode == 0, plan.stderr
    assert f"{2 * len(fleet.windows)} objects in" in plan.stdout
    assert bucket.stat(MANIFEST) is None

    with aggregator(storage, tmp_path / "first", *by_spark, "--lake") as first:
        asked = {"window": "1704067200,1704153600", "aggregate": "namespace"}
        ours = get(first, "/model/allocation", **asked)["data"]
        state = get(first, "/model/debug/orchestrator")["data"]
        with aggregator(storage, tmp_path / "second", *by_spark) as second:
            assert get(second, "/model/allocation", **asked)["data"] == ours
    assert state["passes"] == 1
    made = ingested(fleet, tmp_path)
    expected = dict(costs(made.database, BY_NAMESPACE, fleet.now))
    made.database.close()
    assert {name: row["totalCost"] for name, row in ours[0].items()} == pytest.approx(expected)
