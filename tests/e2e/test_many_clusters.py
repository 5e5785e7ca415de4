"""One source for many clusters: an agent of many builds what four agents on four servers build."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from e2e import trace
from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.model.sets import SetHeader, SetKey, SetKind
from fleetcost.model.window import Resolution
from fleetcost.sets.discover import discover
from fleetcost.sets.publish import header_at, read
from servers.fleetcost import fleetcost
from servers.metric_stores import victoria_metrics
from servers.prometheus import prometheus

pytestmark = pytest.mark.real

WINDOW = "2026-01-10T00:00:00Z,2026-01-10T04:00:00Z"
OF_CPU_USE = {"cpu_core_usage_average", "cpu_core_hours", "cpu_cost", "cpu_core_usage_hours"}
"""Columns that follow from the growth of the CPU counter."""

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


def rows(folder: Path, key: SetKey) -> dict[tuple[str, ...], dict[str, Any]]:
    """Return the rows of a set by what identifies them."""
    table = read(FilesystemBucket(folder / "bucket"), key).table.to_pylist()
    return {tuple(str(row[name]) for name in ("kind", "namespace", "pod", "container", "node")): row for row in table}


def same(one: Any, other: Any) -> bool:
    """Tell whether two values are equal; of amounts the ninth place may have been rounded another way."""
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return abs(one - other) <= Decimal("2e-9")
    return bool(one == other)


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
def apart_buckets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A folder for each cluster's own agent, server and bucket."""
    return {cluster: tmp_path_factory.mktemp(cluster) for cluster in trace.CLUSTERS}


@pytest.fixture(scope="module")
def apart(production: trace.Trace, apart_buckets: dict[str, Path]) -> dict[SetKey, SetHeader]:
    """The sets of four agents, each on a server of its own that holds its cluster alone."""
    found = {}
    for cluster, folder in apart_buckets.items():
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
    victoria_url: str, apart: dict[SetKey, SetHeader], apart_buckets: dict[str, Path], tmp_path: Path
) -> None:
    """
    Built from VictoriaMetrics everything but CPU use is the same to the last digit, and that within two scrapes' use.

    Its `increase` counts from the last sample before the window and does not extrapolate to the window's edges.
    """
    store(tmp_path)
    build(victoria_url, tmp_path, "--all-clusters", "--source-kind", "victoriametrics")
    there = headers(tmp_path)
    assert there.keys() == apart.keys()
    different = 0
    for key, one in there.items():
        if key.kind is SetKind.ASSETS:
            assert one.digest == apart[key].digest, key
            continue
        ours, theirs = rows(tmp_path, key), rows(apart_buckets[key.cluster], key)
        assert ours.keys() == theirs.keys()
        for name, row in ours.items():
            changed = {column for column in row if not same(row[column], theirs[name][column])}
            assert changed <= OF_CPU_USE, (key, name, changed)
            different += bool(changed)
            use = max(float(each["cpu_core_usage_max"] or 0) for each in (row, theirs[name]))
            slack = 2 * trace.SCRAPE_SECONDS / 3600 * use
            gap = abs(float(row["cpu_core_hours"] - theirs[name]["cpu_core_hours"]))
            assert gap <= slack * (trace.HOURS if key.resolution is Resolution.DAY else 1), (key, name)
    assert different > 0, "if nothing differs the documentation is out of date"


def test_a_list_builds_those_alone(prometheus_url: str, apart: dict[SetKey, SetHeader], tmp_path: Path) -> None:
    """Of a list of clusters each is built, no other is, and one that is not in the source is reported and fails."""
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


def test_the_source_is_surveyed(prometheus_url: str) -> None:
    """`agent clusters` names every cluster with its first and last sample, its metrics, and that it fell silent."""
    arguments = ("agent", "clusters", "--prometheus-url", prometheus_url, "--days", "800", "--json")
    done = fleetcost(*arguments)
    found = json.loads(done.stdout)

    assert [one["cluster"] for one in found] == list(trace.CLUSTERS)
    assert {one["first_sample"] for one in found} == {"2026-01-10T00:00:00Z"}
    assert {one["last_sample"] for one in found} == {"2026-01-10T04:00:00Z"}
    for one in found:
        assert one["metrics"]["kube_pod_labels"]
        assert not one["metrics"]["kube_node_labels"]
        assert [problem.split(" for ")[0] for problem in one["problems"]] == ["silent"]
    assert done.returncode == 1
