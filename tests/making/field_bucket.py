"""A bucket that agents of Kubecost 2.x, 3.x and OpenCost share, with every folder each of them writes."""

from __future__ import annotations

import gzip
import json

from fleetcost.bucket.port import Bucket

MIDNIGHT, HOUR, DAY = 1_780_272_000, 3_600, 86_400
STAMP = "20260601120000"
SLASHED = "arn:aws:eks:eu-west-1:123456789012:cluster/tula"
UID = "6f0c8f3e-0d3a-4a6e-9b0e-2f1c5d7a9b11"

HEARTBEAT = {
    "id": "a",
    "timestamp": "2026-06-01T12:00:00Z",
    "uptime": 60,
    "version": "1.0.25",
    "metadata": {"logLevel": "info"},
}
CHECKS = {"startTime": "2026-06-01T12:00:00Z", "results": [
    {"id": "1", "name": "scrape", "description": "d", "category": "c", "timestamp": "2026-06-01T12:00:00Z"},
    {"id": "2", "name": "nodes", "description": "d", "category": "c", "timestamp": "2026-06-01T12:00:00Z",
     "error": "no node answered"},
]}  # fmt: skip


def write_second(bucket: Bucket, cluster: str = "second") -> None:
    """Write what an agent and a primary of Kubecost 2.x leave: sets, diagnostics, an ETL backup, cloud costs."""
    _sets(bucket, cluster)
    bucket.put(f"diagnostics/{cluster}/{STAMP}.json", json.dumps(CHECKS).encode())
    bucket.put(f"etl/bingen/allocations/1d/{MIDNIGHT}-{MIDNIGHT + DAY}", b"x")
    bucket.put(f"cloudcosts/etl/bingen/cloudcosts/1d/{MIDNIGHT}-{MIDNIGHT + DAY}", b"x")
    bucket.put(f"federated/combined/etl/bingen/allocations/1d/{MIDNIGHT}-{MIDNIGHT + DAY}", b"x")


def write_third(bucket: Bucket, cluster: str = "third", uid: str = UID, *, sets: bool = True) -> None:
    """Write what an agent of Kubecost 3.x leaves: sets, network insights, KubeModel, heartbeat, checks."""
    if sets:
        _sets(bucket, cluster)
        for kind in ("allocations", "assets", "networkinsights"):
            bucket.put(f"federated/{cluster}/etl/bingen/{kind}/10m/{MIDNIGHT}-{MIDNIGHT + 600}", b"x")
        bucket.put(f"federated/{cluster}/etl/bingen/networkinsights/1h/{MIDNIGHT}-{MIDNIGHT + HOUR}.gz", b"x")
    for path in (f"1h/{STAMP}.bingen.gz", f"10m/2026/06/01/{STAMP}", f"1d/{STAMP}.bingen"):
        bucket.put(f"finops-agent/{uid}/kubemodel/{path}", b"x")
    bucket.put(
        f"finops-agent/{cluster}/heartbeat/20260601115500.json", json.dumps(HEARTBEAT | {"version": "1"}).encode()
    )
    bucket.put(f"finops-agent/{cluster}/heartbeat/{STAMP}.json", json.dumps(HEARTBEAT).encode())
    bucket.put(f"finops-agent/{cluster}/diagnostics/{STAMP}.json.gz", gzip.compress(json.dumps(CHECKS).encode()))
    bucket.put(f"finops-agent/{cluster}/collector/{STAMP}.bingen", b"x")
    bucket.put(f"{cluster}/write-test/{STAMP}", b"x")


def write_opencost(bucket: Bucket, cluster: str = "open") -> None:
    """Write what OpenCost leaves: sets, heartbeat in a dated folder, KubeModel."""
    _sets(bucket, cluster)
    bucket.put(f"opencost/{cluster}/heartbeat/2026/06/01/{STAMP}.json", json.dumps(HEARTBEAT).encode())
    bucket.put(f"opencost/{cluster}/kubemodel/1h/2026/06/01/{STAMP}.bingen", b"x")


def write_field(bucket: Bucket) -> None:
    """Write all three side by side, a cluster whose id has a slash, Thanos' blocks and a stranger's folder."""
    write_second(bucket)
    write_third(bucket)
    write_opencost(bucket)
    _sets(bucket, SLASHED)
    bucket.put("01HZY3B0000000000000000000/meta.json", b"{}")
    bucket.put("debug/metas/01HZY3B0000000000000000000.json", b"{}")
    bucket.put("photos/cat.jpg", b"x")


def _sets(bucket: Bucket, cluster: str) -> None:
    for kind in ("allocations", "assets"):
        bucket.put(f"federated/{cluster}/etl/bingen/{kind}/1d/{MIDNIGHT}-{MIDNIGHT + DAY}", b"x")
        bucket.put(f"federated/{cluster}/etl/bingen/{kind}/1h/{MIDNIGHT}-{MIDNIGHT + HOUR}.gz", b"x")
