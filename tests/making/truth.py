"""The truth of several clusters, to the second, and what their servers saw: with a silence and thousands of runs."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from fleetcost.model.window import Window
from fleetcost.samples.source import RawSeries
from making.timeline import GIB, NODES, Timeline, TruePod

BOUNDS = (3, 10, 30)
"""Short runs are of up to so many minutes."""

_LONGEST_LIFE = 1e9


@dataclass(frozen=True, slots=True)
class Truth:
    """
    What was there, and when nobody looked.

    Attributes:
        timeline: every pod as it really was
        silent: when the servers did not scrape
        silent_cluster: whose server it was
    """

    timeline: Timeline
    silent: Window
    silent_cluster: str

    def short(self, minutes: int) -> list[TruePod]:
        """Return the short runs of one bound that did not touch the silence, those no scrape saw included."""
        low, high = self.silent.start_epoch - 120, self.silent.end_epoch + 120
        return [
            pod
            for pod in self.timeline.pods
            if pod.namespace == f"short-{minutes}" and (pod.end < low or pod.start > high)
        ]

    def provider(self, cluster: str) -> Seen:
        """Return what the server of a cluster holds."""
        return Seen(self, cluster)


class Seen:
    """The series of one cluster's server; as a provider."""

    def __init__(self, truth: Truth, cluster: str) -> None:
        pods = tuple(pod for pod in truth.timeline.pods if pod.cluster == cluster)
        whole = Timeline(truth.timeline.start, truth.timeline.end, (cluster,), pods).series()
        silent = truth.silent if cluster == truth.silent_cluster else None
        self._series = {metric: [_heard(one, silent) for one in of_metric] for metric, of_metric in whole.items()}

    def series(self, metric: str, start_epoch: float, end_epoch: float) -> Sequence[RawSeries]:
        """Return those series of a metric that have samples in a time."""
        every = self._series.get(metric, ())
        return [one for one in every if len(one.times) and one.times[-1] >= start_epoch and one.times[0] <= end_epoch]


def _heard(series: RawSeries, silent: Window | None) -> RawSeries:
    if silent is None:
        return series
    kept = (series.times < silent.start_epoch) | (series.times >= silent.end_epoch)
    return RawSeries(series.labels, series.times[kept], series.values[kept])


def truth(start: int, hours: int, clusters: Sequence[str], short_each: int, silent: Window, seed: int = 1) -> Truth:
    """
    Make up a truth.

    Args:
        start: Unix time at which it begins
        hours: how long it is
        clusters: their names; the server of the first is silent for a while
        short_each: short runs of each bound, over all clusters
        silent: when
        seed: another one makes another truth
    """
    chance = random.Random(seed)
    span = (start, start + hours * 3600)
    pods = [_long(chance, cluster, number, span) for cluster in clusters for number in range(40)]
    counts: dict[str, int] = defaultdict(int)
    for minutes in BOUNDS:
        for number in range(short_each):
            cluster = clusters[number % len(clusters)]
            counts[cluster] += 1
            pods.append(_short(chance, cluster, f"{minutes}-{number}", minutes, span))
    return Truth(Timeline(start - 3600, span[1] + 600, tuple(clusters), tuple(pods)), silent, clusters[0])


def _long(chance: random.Random, cluster: str, number: int, span: tuple[int, int]) -> TruePod:
    """Return a pod of a service; one in ten comes and goes."""
    born, lives = span[0] - 7200.0, _LONGEST_LIFE
    if number % 10 == 0:
        born = chance.uniform(span[0], span[1] - 7200)
        lives = chance.uniform(3600, 20000)
    return _pod(cluster, f"app-{number}", f"team-{number % 3}", number, (born, born + lives), chance.choice([0.5, 1.0]))


def _short(chance: random.Random, cluster: str, name: str, minutes: int, span: tuple[int, int]) -> TruePod:
    lives = chance.uniform(5, minutes * 60)
    born = chance.uniform(span[0] + 60, span[1] - 120 - lives)
    return _pod(cluster, f"job-{name}", f"short-{minutes}", chance.randrange(97), (born, born + lives), 0.125)


def _pod(cluster: str, name: str, namespace: str, number: int, life: tuple[float, float], cores: float) -> TruePod:
    return TruePod(
        cluster=cluster,
        name=name,
        uid=f"{cluster}-{name}",
        namespace=namespace,
        node=NODES[number % len(NODES)],
        start=round(life[0], 3),
        end=round(life[1], 3),
        cores_asked=cores,
        cores_used=cores / 2,
        bytes_asked=cores * GIB,
        bytes_used=cores * GIB / 2,
        restarts_at=None,
    )
