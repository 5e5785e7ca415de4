"""One source for many clusters: an agent of many builds what four agents on four servers build."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from e2e import trace
from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.model.sets import SetHeader, SetKey
from fleetcost.sets.discover import discover
from fleetcost.sets.publish import header_at
from servers.fleetcost import fleetcost
from servers.metric_stores import victoria_metrics
from servers.prometheus import prometheus

pytestmark = pytest.mark.real

WINDOW = "2026-01-10T00:00:00Z,2026-01-10T04:00:00Z"
SETS = len(trace.CLUSTERS) * 2 * (trace.HOURS + 1)


def store(folder: Path) -> Path:
    """Return the settings of an empty bucket."""
    (folder / "bucket").mkdir(parents=True)
    file = folder / "federated-store.yaml"
    file.write_text(f"type: FILESYSTEM\nconfig:\n  directory: {folder / 'bucket'}\n")
    return file


def headers(folder: Path) -> dict[SetKey, SetHeader]:
    """Return the header of every set of a bucket."""
    bucket = FilesystemBucket(folder / "bucket")
    keys = [found.location.key for found in discover(bucket) if found.location.key]
    return {key: header for key in keys if (header := header_at(bucket, key))}


def build(url: str, folder: Path, *extra: str) -> str:
    """Build the window into a folder's bucket."""
    file = folder / "federated-store.yaml"
    done = fleetcost(
        *("agent", "build", "--window", WINDOW, "--prometheus-url", url, "--storage-config", str(file)),
        *("--data-dir", str(folder / "data"), *extra),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def said(found: dict[SetKey, SetHeader]) -> dict[SetKey, tuple[object, ...]]:
    """Return what sets say, without where and when they were built."""
    return {
        key: (one.digest, one.rows, one.total_cost, one.coverage_minutes, one.final, one.currency)
        for key, one in found.items()
    }


@pytest.fixture(scope="module")
def apart(production: trace.Trace, tmp_path_factory: pytest.TempPathFactory) -> dict[SetKey, SetHeader]:
    """The sets of four agents, each on a server of its own that holds its cluster alone."""
    found = {}
    for cluster in trace.CLUSTERS:
        folder = tmp_path_factory.mktemp(cluster)
        trace.write_openmetrics(trace.of_cluster(production, cluster), folder / "samples.om")
        store(folder)
        with prometheus(folder / "samples.om", folder) as url:
            build(url, folder, "--cluster-id", cluster)
        found |= headers(folder)
    assert len(found) == SETS
    return found


@pytest.fixture(scope="module")
def victoria_url(production: trace.Trace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A VictoriaMetrics that holds all four clusters."""
    with ExitStack() as stack:
        server = stack.enter_context(victoria_metrics(tmp_path_factory.mktemp("victoria")))
        server.write(trace.raw_series(production))
        yield server.url


def test_one_prometheus_gives_what_four_give(
    prometheus_url: str, apart: dict[SetKey, SetHeader], tmp_path: Path
) -> None:
    """Built from one server that holds four clusters, every set of every window is the same to the last digit."""
    store(tmp_path)
    printed = build(prometheus_url, tmp_path, "--all-clusters")

    assert said(headers(tmp_path)) == said(apart)
    assert all(cluster in printed for cluster in trace.CLUSTERS)


def test_one_victoriametrics_gives_what_four_prometheus_give(
    victoria_url: str, apart: dict[SetKey, SetHeader], tmp_path: Path
) -> None:
    """Built from VictoriaMetrics the windows, coverage and rows are the same, and each cost to a thousandth."""
    store(tmp_path)
    build(victoria_url, tmp_path, "--all-clusters", "--source-kind", "victoriametrics")
    there = headers(tmp_path)

    assert there.keys() == apart.keys()
    for key, one in there.items():
        other = apart[key]
        assert (one.rows, one.coverage_minutes, one.final) == (other.rows, other.coverage_minutes, other.final), key
        assert float(one.total_cost) == pytest.approx(float(other.total_cost), rel=1e-3), key


def test_a_list_builds_those_alone(prometheus_url: str, apart: dict[SetKey, SetHeader], tmp_path: Path) -> None:
    """Of a list of clusters each is built, no other is, and one that is not in the source is told and fails."""
    store(tmp_path)
    build(prometheus_url, tmp_path, "--clusters", "cluster-1,cluster-3")
    wanted = {key: one for key, one in apart.items() if key.cluster in {"cluster-1", "cluster-3"}}

    assert said(headers(tmp_path)) == said(wanted)
    missing = fleetcost(
        *("agent", "build", "--window", WINDOW, "--prometheus-url", prometheus_url, "--clusters", "cluster-1,gone"),
        *("--storage-config", str(tmp_path / "federated-store.yaml"), "--data-dir", str(tmp_path / "data")),
    )
    assert missing.returncode == 1
    assert "gone" in missing.stdout
    assert "absent" in missing.stdout


def test_the_source_is_surveyed(prometheus_url: str, tmp_path: Path) -> None:
    """`agent clusters` names every cluster with its first and last sample and what it lacks."""
    arguments = ("agent", "clusters", "--prometheus-url", prometheus_url, "--days", "800", "--json")
    done = fleetcost(*arguments)
    found = json.loads(done.stdout)

    assert [one["cluster"] for one in found] == list(trace.CLUSTERS)
