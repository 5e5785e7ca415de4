"""What a shared source holds of each cluster, and what is said to be wrong."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

from builders import at
from fleetcost.model.window import Window
from fleetcost.samples.clusters import Clusters, Present
from fleetcost.samples.memory import MemorySource
from fleetcost.samples.source import RawSeries
from fleetcost.samples.survey import NEEDED, SILENT_AFTER, Surveyed, survey

NOW = at(12)
Held = tuple[str, datetime, datetime, frozenset[str]]


class Source:
    """Every needed metric of some clusters, one sample a minute, less those a cluster lacks."""

    def __init__(self, *held: Held) -> None:
        self._held = held

    def series(self, metric: str, start_epoch: float, end_epoch: float) -> Sequence[RawSeries]:
        """Return a series of each cluster that has the metric."""
        made = []
        for cluster, first, last, lacks in self._held:
            if metric not in NEEDED or metric in lacks:
                continue
            times = np.arange(first.timestamp(), last.timestamp() + 1, 60)
            times = times[(times >= start_epoch) & (times <= end_epoch)]
            labels = {"resource": "cpu", **({"cluster_id": cluster} if cluster else {})}
            made.append(RawSeries(labels, times, np.ones(len(times))))
        return made


def look(*held: Held, days: int = 10, label: str = "cluster_id") -> dict[str, Surveyed]:
    """Survey a source."""
    source = MemorySource(Source(*held))
    return {one.value: one for one in survey(source, label, NOW, days, SILENT_AFTER)}


def held(cluster: str, first: datetime, last: datetime = NOW, *lacks: str) -> Held:
    """Return what a source holds of a cluster."""
    return cluster, first, last, frozenset(lacks)


def test_first_and_last_samples_are_found() -> None:
    """Days back and to the minute, the first and the last sample of each cluster are named, and nothing is wrong."""
    found = look(held("a", at(7.5, day=-2)), held("b", at(1)))

    assert (found["a"].first, found["a"].last) == (at(7.5, day=-2), NOW)
    assert (found["b"].first, found["b"].last) == (at(1), NOW)
    assert found["a"].problems == found["b"].problems == ()
    assert found["a"].metrics == set(NEEDED)
    assert not found["a"].reaches_further


def test_where_the_look_back_ends_is_reported() -> None:
    """A cluster that is older than the days looked at may reach further back, and says so."""
    assert look(held("a", at(0, day=-9)), days=3)["a"].reaches_further


def test_what_is_wrong_is_named() -> None:
    """Silence, a default id, a name that is no folder, an absent label and missing metrics each have their words."""
    cpu = "container_cpu_usage_seconds_total"
    found = look(
        held("silent", at(1), at(9)), held("cluster-one", at(1)), held("a/b", at(1)), held("", at(1)),
        held("blind", at(1), NOW, cpu),
    )  # fmt: skip

    assert found["silent"].problems == ("silent for 3 h",)
    assert "product's default" in found["cluster-one"].problems[0]
    assert "cannot be a folder name" in found["a/b"].problems[0]
    assert "no label cluster_id" in found[""].problems[0]
    assert found["blind"].problems == (
        f"{cpu} is missing: the CPU containers used (the source has it without the label)",
    )


def test_another_label_finds_nobody_by_name() -> None:
    """With a label that no series has, everything is in one heap without a name."""
    assert list(look(held("a", at(1)), label="k8s")) == [""]


def test_clusters_come_and_go() -> None:
    """Discovery tells who was seen in a time and when last; settled hours are asked about once."""
    source = MemorySource(Source(held("a", at(0)), held("b", at(0), at(3.5))))
    clusters = Clusters(source, "cluster_id")
    assert clusters.between(Window(at(1), at(12)), NOW) == (Present("a", at(12)), Present("b", at(4)))
    assert clusters.between(Window(at(5), at(12)), NOW) == (Present("a", at(12)),)
    assert clusters.between(Window(at(0, day=-5), at(12)), NOW + timedelta(hours=1))[1] == Present("b", at(0, day=1))
