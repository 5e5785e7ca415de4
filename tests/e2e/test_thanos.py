"""A real Thanos as the source: replicas, stores that are gone, coarser samples of old days."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.model.sets import SetHeader, SetKind
from fleetcost.sets.discover import discover
from fleetcost.sets.publish import header_at, read
from servers.fleetcost import fleetcost
from servers.prometheus import prometheus
from servers.thanos import Thanos, find_thanos

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(find_thanos() is None, reason="no Thanos: `make thanos` builds it where Go is, in some minutes"),
]

START = 1_768_003_200
"""10 January 2026, midnight."""

DAYS = 4
WINDOW = "2026-01-11T03:00:00Z,2026-01-11T06:00:00Z"
GIB = 1 << 30


def memory(minute: int) -> float:
    """Return the bytes a pod uses: a saw between none and 59/60 of a GiB, whose mean over an hour is 59/120."""
    return minute % 60 * GIB / 60


def samples() -> dict[str, Any]:
    """Return each series and its value by the minute."""
    pod = '{cluster_id="a",namespace="shop",pod="web-1",uid="u1",container="app",node="n1"}'
    node = '{cluster_id="a",node="n1",provider_id="i-1",instance="n1"}'
    return {
        f"kube_pod_container_status_running{pod}": lambda _: 1,
        f"kube_pod_info{pod}": lambda _: 1,
        f"container_cpu_usage_seconds_total{pod}": lambda minute: minute * 90,
        f"container_memory_working_set_bytes{pod}": memory,
        f"node_cpu_hourly_cost{node}": lambda _: 0.5,
        f"node_ram_hourly_cost{node}": lambda _: 0.25,
        f"node_total_hourly_cost{node}": lambda _: 4,
        f'kube_node_status_capacity{node[:-1]},resource="cpu",unit="core"}}': lambda _: 4,
        f'kube_node_status_capacity{node[:-1]},resource="memory",unit="byte"}}': lambda _: 8 * GIB,
    }


@pytest.fixture(scope="module")
def openmetrics(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four days of one pod on one node, a sample a minute."""
    file = tmp_path_factory.mktemp("samples") / "samples.om"
    with file.open("w") as out:
        for series, value in samples().items():
            out.writelines(f"{series} {value(i)} {START + 60 * i}\n" for i in range(DAYS * 1440))
        out.write("# EOF\n")
    return file


@pytest.fixture(scope="module")
def thanos(openmetrics: Path, tmp_path_factory: pytest.TempPathFactory) -> Thanos:
    """A bucket with the blocks of two replicas that scraped the same, joined and with coarser copies."""
    made = Thanos(find_thanos() or "", tmp_path_factory.mktemp("thanos"))
    made.begin()
    for replica in ("a", "b"):
        made.upload(openmetrics, replica)
    made.compact()
    assert 300_000 in made.resolutions()
    return made


def build(url: str, folder: Path, *extra: str) -> tuple[int, str]:
    """Build three hours into a folder's bucket; return the exit code and what was said."""
    (folder / "bucket").mkdir(parents=True, exist_ok=True)
    file = folder / "federated-store.yaml"
    file.write_text(f"type: FILESYSTEM\nconfig:\n  directory: {folder / 'bucket'}\n")
    done = fleetcost(
        *("agent", "build", "--window", WINDOW, "--prometheus-url", url, "--storage-config", str(file)),
        *("--data-dir", str(folder / "data"), "--cluster-id", "a", "--cluster-label", "cluster_id", *extra),
    )
    return done.returncode, done.stdout + done.stderr


def hours(folder: Path, kind: SetKind = SetKind.ALLOCATIONS) -> list[SetHeader]:
    """Return the headers of a bucket's hourly sets, oldest first."""
    bucket = FilesystemBucket(folder / "bucket")
    keys = [found.location.key for found in discover(bucket) if found.location.key]
    chosen = sorted(key for key in keys if key.kind is kind and key.resolution.value == "1h")
    return [header for key in chosen if (header := header_at(bucket, key))]


def pods(folder: Path) -> list[dict[str, Any]]:
    """Return the pod's row of each hour."""
    bucket = FilesystemBucket(folder / "bucket")
    return [row for header in hours(folder) for row in read(bucket, header.key).table.to_pylist()]


def test_replicas_are_read_once(thanos: Thanos, openmetrics: Path, tmp_path: Path) -> None:
    """Of two replicas behind Thanos each hour is the very set that one Prometheus gives, with and without dedup."""
    with prometheus(openmetrics, tmp_path) as url:
        assert build(url, tmp_path / "prometheus")[0] == 0
    truth = [header.digest for header in hours(tmp_path / "prometheus")]
    with thanos.querying("dedup") as url:
        for flag in ("true", "false"):
            code, said = build(url, tmp_path / flag, "--source-kind", "thanos", "--thanos-dedup", flag)
            assert code == 0, said

    assert len(truth) == 3
    assert [header.digest for header in hours(tmp_path / "true")] == truth
    assert [header.digest for header in hours(tmp_path / "false")] == truth


def test_a_lost_store_makes_no_complete_window(thanos: Thanos, tmp_path: Path) -> None:
    """While a store is gone nothing is built; set to accept it, windows are partial until the store is back."""
    flags = ("--source-kind", "thanos")
    with thanos.querying("lost", lost=True) as url:
        code, said = build(url, tmp_path, *flags)
        assert code == 1
        assert "the answer is partial" in said
        assert "set accept_partial" in said
        assert hours(tmp_path) == []

        code, said = build(url, tmp_path, *flags, "--accept-partial")
        assert code == 0, said
    assert "partial answer of the source" in said
    assert [(header.final, header.complete) for header in hours(tmp_path)] == [(False, False)] * 3
    assert all("partial answers" in header.source for header in hours(tmp_path))

    with thanos.querying("back") as url:
        assert build(url, tmp_path, *flags)[0] == 0
    assert [(header.final, header.complete) for header in hours(tmp_path)] == [(True, True)] * 3


def test_coarser_samples_give_the_right_averages(thanos: Thanos, tmp_path: Path) -> None:
    """
    Where only samples of five minutes are left, hours are complete and use is what it was.

    The mean of the saw is the truth here; a mean of every fifth value, or of thirteen samples of which one is the hour
    before's, would be off by several percent.
    """
    thanos.forget_raw()
    assert thanos.resolutions() == [300_000]
    with thanos.querying("coarse") as url:
        code, said = build(url, tmp_path, "--source-kind", "thanos")
    assert code == 0, said

    assert [header.complete for header in hours(tmp_path)] == [True] * 3
    for row in pods(tmp_path):
        assert float(row["ram_byte_usage_hours"]) == pytest.approx(59 / 120 * GIB, rel=1e-9)
        assert float(row["cpu_core_usage_hours"]) == pytest.approx(1.5, rel=1e-9)
        assert row["cpu_cost"] == Decimal("0.75")


def test_raw_samples_alone_leave_a_gap(thanos: Thanos, tmp_path: Path) -> None:
    """Set to read raw samples only, an hour that has none is a gap and no empty set."""
    with thanos.querying("raw") as url:
        code, said = build(url, tmp_path, "--source-kind", "thanos", "--max-source-resolution", "raw")

    assert code == 0, said
    assert hours(tmp_path) == []
