"""The main job on real parts: a real trace in a real Prometheus, four agents, one bucket, one aggregator."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from e2e import trace
from fleetcost.bucket.config import read_config
from fleetcost.bucket.open import open_bucket
from fleetcost.bucket.port import ObjectInfo
from servers.fleetcost import aggregator, fleetcost, get, get_bytes

pytestmark = pytest.mark.real

WINDOW = "2026-01-10T00:00:00Z,2026-01-10T04:00:00Z"
DAY = "2026-01-10T00:00:00Z,2026-01-11T00:00:00Z"
KEEP_ALL = ("--hourly-retention-hours", "0", "--daily-retention-days", "0")
QUESTIONS = (
    ("/model/allocation", {"window": WINDOW, "aggregate": "cluster"}),
    ("/model/allocation", {"window": DAY, "aggregate": "cluster,namespace,label:team", "accumulate": "true"}),
    ("/model/allocation", {"window": DAY}),
    ("/model/assets", {"window": DAY}),
    ("/model/assets", {"window": WINDOW, "aggregate": "cluster,type"}),
)


@dataclass(frozen=True, slots=True)
class Fleet:
    """What is running: the bucket's settings, the agents' folders, the aggregator's address."""

    storage_config: Path
    folder: Path
    prometheus_url: str
    address: str

    def build(self, cluster: str, *extra: str) -> str:
        """Let one cluster's agent build the window; return what it printed."""
        return build(self.prometheus_url, self.storage_config, self.folder, cluster, *extra)

    def objects(self) -> list[ObjectInfo]:
        """List the bucket."""
        return list(open_bucket(read_config(self.storage_config)).list("federated"))


def build(prometheus_url: str, storage_config: Path, folder: Path, cluster: str, *extra: str) -> str:
    """Run one agent over the window as a process of its own."""
    done = fleetcost(
        *("agent", "build", "--window", WINDOW, "--cluster-id", cluster, "--cluster-label", "cluster_id"),
        *("--prometheus-url", prometheus_url, "--storage-config", str(storage_config)),
        *("--data-dir", str(folder / cluster), *extra),
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def fleet(prometheus_url: str, storage_config: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Four agents have built and pushed; an aggregator has ingested."""
    folder = tmp_path_factory.mktemp("fleet")
    for cluster in trace.CLUSTERS:
        build(prometheus_url, storage_config, folder, cluster)
    with aggregator(storage_config, folder / "aggregator", *KEEP_ALL) as address:
        yield Fleet(storage_config, folder, prometheus_url, address)


def allocations(fleet: Fleet, **parameters: str) -> list[dict[str, Any]]:
    """Ask for allocation sets."""
    return list(get(fleet.address, "/model/allocation", **parameters)["data"])


def test_four_clusters_are_one_view(fleet: Fleet) -> None:
    """Aggregated by cluster there is one row for each of the four clusters."""
    (rows,) = allocations(fleet, window=WINDOW, aggregate="cluster", accumulate="true", idle="false")

    assert set(trace.CLUSTERS) == set(rows)


@pytest.mark.parametrize(("window", "steps"), [(WINDOW, 4), (DAY, 1)], ids=["hours", "day"])
def test_books_close_in_every_cluster_and_window(fleet: Fleet, window: str, steps: int) -> None:
    """In each cluster and window, allocations plus idle are the assets."""
    assets = get(fleet.address, "/model/assets", window=window, aggregate="cluster")["data"]
    charged = [
        allocations(fleet, window=window, aggregate="cluster", filter=f'cluster:"{cluster}"')
        for cluster in trace.CLUSTERS
    ]

    assert len(assets) == steps
    for step in range(steps):
        for cluster, sets in zip(trace.CLUSTERS, charged, strict=True):
            rows = sets[step]
            # Compatible answers round to five places, so a sum of two is within one of them.
            assert sum(row["totalCost"] for row in rows.values()) == pytest.approx(
                assets[step][cluster]["totalCost"], abs=2e-5
            )


def test_books_close_to_the_last_digit(fleet: Fleet) -> None:
    """In the native answer, which does not round, allocations plus idle are the assets to 1e-6."""
    for cluster in trace.CLUSTERS:
        chosen = {"window": WINDOW, "filter": f'cluster:"{cluster}"'}
        charged = get(fleet.address, "/api/v1/allocations", aggregate="namespace", **chosen)
        assets = get(fleet.address, "/api/v1/assets", **chosen)

        assert charged["totals"]["total_cost"] == pytest.approx(assets["totals"]["total_cost"], abs=1e-6)
        for one, other in zip(charged["series"], assets["series"], strict=True):
            assert one["total_cost"] == pytest.approx(other["total_cost"], abs=1e-6)


def test_assets_cost_what_their_sizes_and_prices_say(fleet: Fleet, production: trace.Trace) -> None:
    """Each cluster's assets cost what the trace's node sizes and the test's prices come to by hand."""
    (sets,) = get(fleet.address, "/model/assets", window=WINDOW, aggregate="cluster", accumulate="true")["data"]

    for cluster in trace.CLUSTERS:
        assert sets[cluster]["totalCost"] == pytest.approx(production.asset_cost(cluster, trace.HOURS), rel=1e-6)


def test_pods_cost_what_their_lives_say(fleet: Fleet, production: trace.Trace) -> None:
    """Each pod is charged max(request, use) for its life, within what one-minute samples can tell."""
    (rows,) = allocations(fleet, window=WINDOW, aggregate="cluster,pod", accumulate="true", idle="false")

    assert len(production.pods) > 80
    for pod in production.pods:
        if pod.end - pod.start < 2 * trace.SCRAPE_SECONDS:
            continue
        charged = rows[f"{pod.node.cluster}/{pod.name}"]
        hours = (pod.end - pod.start) / 3600
        cpu = max(pod.cores, pod.cores * pod.used_share) * hours * trace.CPU_PRICE
        gpu = pod.gpus * hours * trace.GPU_PRICE
        slack = 2 * trace.SCRAPE_SECONDS / (pod.end - pod.start)
        assert charged["cpuCost"] == pytest.approx(cpu, rel=slack, abs=2e-5), pod
        assert charged["gpuCost"] == pytest.approx(gpu, rel=slack, abs=2e-5), pod


def test_hours_and_day_agree(fleet: Fleet) -> None:
    """The day's answer equals the sum of its hours for every namespace of every cluster."""
    hourly = get(fleet.address, "/api/v1/allocations", window=WINDOW, aggregate="cluster,namespace", step="1h")
    daily = get(fleet.address, "/api/v1/allocations", window=DAY, aggregate="cluster,namespace", step="1d")

    assert {row["name"]: row["total_cost"] for row in hourly["rows"]} == {
        row["name"]: pytest.approx(row["total_cost"], rel=1e-12) for row in daily["rows"]
    }


def test_the_unobserved_rest_of_the_day_is_a_gap(fleet: Fleet) -> None:
    """Four hours were observed, so the day is partial in every cluster and says how much of it was seen."""
    answer = get(fleet.address, "/api/v1/allocations", window=DAY, step="1d")

    assert {entry["cluster"] for entry in answer["completeness"]} == set(trace.CLUSTERS)
    for entry in answer["completeness"]:
        assert entry["state"] == "partial"
        assert entry["causes"] == ["partial: 240 of 1440 minutes were observed"]


def test_an_agent_run_twice_changes_nothing(fleet: Fleet) -> None:
    """A second build of the same window uploads nothing and leaves every object as it was."""
    before = fleet.objects()
    printed = fleet.build("cluster-1")

    assert "nothing to upload" in printed
    assert before == fleet.objects()


def test_an_agent_logs_each_upload(fleet: Fleet, tmp_path: Path) -> None:
    """A first build writes one line per uploaded set with its path, rows and bytes."""
    store = tmp_path / "federated-store.yaml"
    store.write_text(f"type: FILESYSTEM\nconfig:\n  directory: {tmp_path / 'bucket'}\n")
    (tmp_path / "bucket").mkdir()
    printed = build(fleet.prometheus_url, store, tmp_path, "cluster-2")
    lines = [line for line in printed.splitlines() if "uploaded" in line and "path=" in line]

    # Four hours and one day, allocations and assets of each.
    assert len(lines) == 10
    assert all("rows=" in line and "bytes=" in line for line in lines)


def test_an_aggregator_run_twice_changes_nothing(fleet: Fleet, tmp_path: Path) -> None:
    """A second ingest pass over the same bucket loads nothing."""
    arguments = ("--storage-config", str(fleet.storage_config), "--data-dir", str(tmp_path), *KEEP_ALL)
    first = fleetcost("aggregator", "ingest", *arguments)
    second = fleetcost("aggregator", "ingest", *arguments)

    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert first.stdout.startswith("40 loaded")
    assert second.stdout.strip() == "0 loaded, 0 forgotten, 0 not usable, 40 unchanged, 0 skipped"


def test_a_deleted_database_comes_back_the_same(fleet: Fleet, tmp_path: Path) -> None:
    """An aggregator started on an empty disk answers every question with the same bytes, and again after deletion."""
    before = [get_bytes(fleet.address, path, **parameters) for path, parameters in QUESTIONS]
    for _ in range(2):
        shutil.rmtree(tmp_path / "aggregator", ignore_errors=True)
        with aggregator(fleet.storage_config, tmp_path / "aggregator", *KEEP_ALL) as address:
            after = [get_bytes(address, path, **parameters) for path, parameters in QUESTIONS]

        assert before == after
