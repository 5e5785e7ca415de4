"""Reading a window: what becomes of awkward sources, and what is noticed about them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from fleetcost.costing.build import build
from fleetcost.costing.prices import PriceBook
from fleetcost.errors import SourceError
from fleetcost.model.asset import AssetType
from fleetcost.model.records import Reach
from fleetcost.model.window import Window
from fleetcost.samples.memory import STALE, MemorySource
from fleetcost.samples.read import read
from fleetcost.samples.source import RawSeries
from making.timeline import CORES, CPU_PRICE, SCRAPE_SECONDS, timeline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fleetcost.model.samples import Samples
    from fleetcost.samples.query import Query
    from fleetcost.samples.source import Row

START = 1_790_000_000 // 3600 * 3600
HOUR = Window.of_epochs(START, START + 3600)
HISTORY = timeline(START, 1, ("north",), pods_each=12)

Metrics = dict[str, list[RawSeries]]


class Held:
    """Series by metric, as a provider."""

    def __init__(self, metrics: Metrics) -> None:
        self.metrics = metrics

    def series(self, metric: str, start_epoch: float, end_epoch: float) -> Sequence[RawSeries]:
        assert start_epoch < end_epoch
        return self.metrics.get(metric, [])


def samples_of(metrics: Metrics, resolution_seconds: int = SCRAPE_SECONDS) -> Samples:
    return read(MemorySource(Held(metrics)), HOUR, resolution_seconds)


def noticed(samples: Samples) -> dict[str, tuple[str, ...]]:
    return {str(finding.kind): finding.subjects for finding in samples.findings}


def relabelled(series: RawSeries, **labels: str) -> RawSeries:
    return replace(series, labels={key: value for key, value in {**series.labels, **labels}.items() if value})


def flat(value: float, every: int = SCRAPE_SECONDS, **labels: str) -> RawSeries:
    times = np.arange(START - 600, START + 4200, every, dtype=np.float64)
    return RawSeries(labels, times, np.full(len(times), value))


def total(samples: Samples) -> tuple[object, ...]:
    built = build(samples, PriceBook())
    return tuple((row.pod_uid, row.cpu_cost, row.ram_cost, row.start, row.end) for row in built.allocations)


def test_a_healthy_source() -> None:
    """A source that was there all hour covers all of it, and nothing is wrong with it."""
    samples = samples_of(HISTORY.series())
    assert samples.coverage_minutes == 60
    assert samples.findings == ()
    assert samples.source == "series in memory"


def test_an_empty_source_covers_nothing() -> None:
    """Where nothing was observed the coverage is zero, which is a gap and not an hour that cost nothing."""
    samples = samples_of({})
    assert samples.coverage_minutes == 0
    assert build(samples, PriceBook()).assets == ()


def test_a_gap_is_not_covered() -> None:
    """Half an hour without samples is half an hour that was not observed; what ran before and after it ran through."""
    metrics = HISTORY.series()
    for name, of_name in metrics.items():
        metrics[name] = [
            RawSeries(one.labels, one.times[kept], one.values[kept])
            for one in of_name
            for kept in [(one.times < START + 900) | (one.times >= START + 2700)]
        ]
    samples = samples_of(metrics)
    assert samples.coverage_minutes == pytest.approx(30, abs=2)
    assert samples.findings == ()
    nodes = [asset for asset in build(samples, PriceBook()).assets if asset.type is AssetType.NODE]
    assert {float(node.cpu_cost) for node in nodes} == {CORES * CPU_PRICE}


def test_a_second_scrape_doubles_nothing() -> None:
    """Two kube-state-metrics and two scrapes of every kubelet give the same rows as one, and a finding."""
    metrics = HISTORY.series()
    once = total(samples_of(metrics))
    for name, of_name in metrics.items():
        metrics[name] = [*of_name, *(relabelled(one, job="second", instance="10.0.0.99:8080") for one in of_name)]
    samples = samples_of(metrics)
    assert total(samples) == once
    assert noticed(samples) == {"scraped twice": ("kube-state-metrics and second 10.0.0.99:8080",)}


def test_a_kubelet_that_is_scraped_twice_is_noticed() -> None:
    """Two jobs that scrape the same machine's containers are one too many."""
    metrics = HISTORY.series()
    machine = flat(1.0, id="/", instance="10.0.0.1:10250", job="kubelet")
    metrics["container_cpu_usage_seconds_total"] += [machine, relabelled(machine, job="nodes")]
    found = noticed(samples_of(metrics))
    assert found == {"scraped twice": ("kubelet 10.0.0.1:10250 and nodes 10.0.0.1:10250",)}


def test_a_restarted_exporter_is_no_second_scrape() -> None:
    """One kube-state-metrics after another is one scrape with another address."""
    metrics = HISTORY.series()
    moved = []
    for one in metrics["kube_node_status_capacity"]:
        early = one.times < START + 1800
        moved.append(relabelled(RawSeries(one.labels, one.times[early], one.values[early]), instance="a"))
        moved.append(relabelled(RawSeries(one.labels, one.times[~early], one.values[~early]), instance="b"))
    metrics["kube_node_status_capacity"] = moved
    assert noticed(samples_of(metrics)) == {}


def test_a_rollout_of_the_exporter_is_no_second_scrape() -> None:
    """The old pod of kube-state-metrics and its new one, scraped side by side for some minutes, are one scrape."""
    for minutes, wanted in ((5, set()), (15, {"scraped twice"})):
        metrics = HISTORY.series()
        both = []
        for one in metrics["kube_node_status_capacity"]:
            old, new = one.times < START + 1800, one.times >= START + 1800 - 60 * minutes
            both += [
                relabelled(RawSeries(one.labels, one.times[part], one.values[part]), instance=name)
                for name, part in (("old", old), ("new", new))
            ]
        metrics["kube_node_status_capacity"] = both
        assert noticed(samples_of(metrics)).keys() == wanted


def test_a_slow_scrape_is_noticed() -> None:
    """A source scraped every five minutes is not read by the minute without a word."""
    metrics = HISTORY.series()
    metrics["kube_node_status_capacity"] = [
        replace(one, times=one.times[::5], values=one.values[::5]) for one in metrics["kube_node_status_capacity"]
    ]
    assert noticed(samples_of(metrics)) == {"scraped seldom": ("every 300 s, resolution 60 s",)}
    assert noticed(samples_of(metrics, 300)) == {}


def test_renamed_labels_are_noticed() -> None:
    """A scrape without honor_labels hides the pods; the finding names its job."""
    metrics = HISTORY.series()
    metrics["kube_pod_container_status_running"].append(
        flat(1.0, namespace="monitoring", pod="ksm-0", container="ksm", exported_pod="web-1", job="ksm")
    )
    assert noticed(samples_of(metrics)) == {"labels renamed by the scrape": ("job ksm",)}


def test_several_clusters_are_noticed() -> None:
    """A source with two clusters that is read as one is said to be so."""
    found = noticed(samples_of(timeline(START, 1, ("north", "south"), pods_each=3).series()))
    assert found["several clusters"] == ("cluster_id=north", "cluster_id=south")


def test_what_is_no_number_is_counted() -> None:
    """NaN and infinity are left out, and the query they came from is named."""
    metrics = HISTORY.series()
    metrics["node_cpu_hourly_cost"].append(flat(np.inf, node="node-9"))
    metrics["node_ram_hourly_cost"].append(flat(np.nan, node="node-9"))
    assert noticed(samples_of(metrics)) == {"samples not finite": ("node CPU price", "node RAM price", "node types")}


def test_rows_without_a_name_are_counted() -> None:
    """A row that lacks the label that names its object is left out, and the query is named."""
    metrics = HISTORY.series()
    metrics["kube_persistentvolume_capacity_bytes"] = [flat(1.0, job="ksm")]
    found = noticed(samples_of(metrics))
    assert found["rows without a name"][0] == "volume first seen: persistentvolume"


def test_a_stopped_container_reports_zero() -> None:
    """kube-state-metrics keeps reporting 0 after a container stopped; that is not running."""
    metrics = HISTORY.series()
    stopped = flat(1.0, namespace="a", pod="done", uid="u", container="c")
    stopped.values[stopped.times >= START + 1200] = 0.0
    metrics["kube_pod_container_status_running"].append(stopped)
    (row,) = [row for row in build(samples_of(metrics), PriceBook()).allocations if row.pod == "done"]
    assert row.end.timestamp() == START + 1170


def test_a_failing_query_fails_the_window() -> None:
    """A window is never built from half its answers."""

    class Failing(MemorySource):
        def query(self, query: Query, window: Window, resolution_seconds: int) -> Sequence[Row]:
            if query.metric == "kube_pod_labels":
                raise SourceError("query 'pod labels': no answer")
            return super().query(query, window, resolution_seconds)

    with pytest.raises(SourceError, match="pod labels"):
        read(Failing(Held(HISTORY.series())), HOUR, SCRAPE_SECONDS)


def test_traffic_by_old_and_new_labels() -> None:
    """The network exporter's labels are read in both spellings; its own pod is not the pod whose traffic it is."""
    own = {"namespace": "a", "pod": "network-costs-1", "instance": "10.0.0.1:3001"}
    kinds = [
        {"pod_name": "p", "internet": "true"},
        {"pod_name": "p", "internet": "false", "same_region": "false", "same_zone": "false"},
        {"pod_name": "p", "internet": "false", "sameRegion": "true", "sameZone": "false"},
        {"pod_name": "p", "internet": "false", "same_region": "true", "same_zone": "true"},
    ]
    series = []
    for growth, labels in enumerate(kinds, start=1):
        one = flat(0.0, **own, **labels)
        series.append(replace(one, values=(one.times - one.times[0]) * growth + 1e9))
    traffic = samples_of({"kubecost_pod_network_egress_bytes_total": series}).network.traffic
    assert {record.reach: round(record.value / 3600, 3) for record in traffic} == {
        Reach.INTERNET: 1.0,
        Reach.WORLD: 2.0,
        Reach.REGION: 3.0,
        Reach.ZONE: 4.0,
    }
    assert {record.pod for record in traffic} == {"p"}


def test_the_exporter_is_not_needed() -> None:
    """Without OpenCost's metrics nodes and pods are priced by the price book, and a finding says so."""
    metrics = {name: of_name for name, of_name in HISTORY.series().items() if not name.startswith("node_")}
    built = build(samples_of(metrics), PriceBook())
    nodes = [asset for asset in built.assets if asset.type is AssetType.NODE]
    assert [float(node.cpu_cost) for node in nodes] == [pytest.approx(CORES * PriceBook().cpu_hourly)] * 3
    assert {str(finding.kind) for finding in built.findings} == {"price from the price book"}
    assert len(built.allocations) > 5


def test_a_stale_marker_ends_a_series() -> None:
    """A series that was marked as ended is not seen again, however recent its last sample."""
    metrics = HISTORY.series()
    ended = flat(1.0, namespace="a", pod="gone", uid="u", container="c")
    ended.values[ended.times >= START + 600] = STALE
    metrics["kube_pod_container_status_running"].append(ended)
    (row,) = [row for row in build(samples_of(metrics), PriceBook()).allocations if row.pod == "gone"]
    assert row.end.timestamp() == START + 570
