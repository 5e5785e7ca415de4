"""One cluster in one process and one directory, without a bucket: what a context points at."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from e2e import trace
from servers.fleetcost import fleetcost, get
from servers.process import free_port, running

pytestmark = pytest.mark.real


def test_one_process_and_one_directory_serve_a_cluster(
    prometheus_url: str, production: trace.Trace, tmp_path: Path
) -> None:
    """Built into the directory by an agent of the same settings, costs are served without a bucket, named and whole."""
    (tmp_path / "agent.yaml").write_text("cluster_label: cluster_id\nbackfill_hours: 2\n")
    store = tmp_path / "store.yaml"
    store.write_text(f"type: FILESYSTEM\nconfig:\n  directory: {tmp_path / 'all' / 'bucket'}\n")
    (tmp_path / "all" / "bucket").mkdir(parents=True)
    built = fleetcost(
        *("agent", "build", "--window", "2026-01-10T00:00:00Z,2026-01-10T04:00:00Z", "--cluster-id", "cluster-1"),
        *("--cluster-label", "cluster_id", "--prometheus-url", prometheus_url, "--storage-config", str(store)),
        *("--data-dir", str(tmp_path / "all" / "agent")),
    )
    assert built.returncode == 0, built.stderr
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "fleetcost", "aggregator", "run", "--local", str(tmp_path / "all")]
    command += ["--agent", str(tmp_path / "agent.yaml"), "--cluster-id", "cluster-1"]
    command += ["--prometheus-url", prometheus_url, "--port", str(port), "--daily-retention-days", "0"]

    def rounds() -> bool:
        try:
            passed = get(address, "/model/debug/orchestrator")["data"]["passes"] > 0
        except OSError:
            return False
        return bool(passed and "round " in (tmp_path / "log").read_text())

    with running(command, environment=dict(os.environ), log=tmp_path / "log", ready=rounds):
        (found,) = get(
            address, "/model/assets", window="2026-01-10T00:00:00Z,2026-01-11T00:00:00Z", aggregate="cluster"
        )["data"]
        here = get(address, "/model/clusterInfo")["data"]["id"]

    assert here == "cluster-1"
    assert found["cluster-1"]["totalCost"] == pytest.approx(production.asset_cost("cluster-1", trace.HOURS), rel=1e-6)
    assert "federated-store.yaml" not in " ".join(str(file) for file in (tmp_path / "all").rglob("*"))


def test_a_directory_and_a_bucket_are_not_both_read(tmp_path: Path) -> None:
    """Named together, a directory and a bucket are refused with the reason."""
    (tmp_path / "store.yaml").write_text(f"type: FILESYSTEM\nconfig:\n  directory: {tmp_path}\n")
    arguments = ("--local", str(tmp_path), "--storage-config", str(tmp_path / "store.yaml"))
    done = fleetcost("aggregator", "run", *arguments)

    assert done.returncode == 2
    assert "both given" in done.stderr
