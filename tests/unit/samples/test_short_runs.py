"""Short runs are charged what they ran: each alone by whole steps, all together without a bias."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass
from statistics import median

import numpy as np
import pytest

from fleetcost.costing.build import build
from fleetcost.costing.prices import PriceBook
from fleetcost.model.window import Window
from fleetcost.samples.memory import STALE, MemorySource
from fleetcost.samples.read import read
from fleetcost.samples.source import RawSeries

START = 1_790_000_400 // 3600 * 3600
HOURS = 3
WINDOWS = [Window.of_epochs(START + hour * 3600, START + (hour + 1) * 3600) for hour in range(HOURS)]
STEP = 60
RUNS = 2000
ASKED, USED = 1.0, 0.5


@dataclass(frozen=True, slots=True)
class Job:
    """One run, as it really was."""

    name: str
    start: float
    seconds: float
    offset: float


class Cluster:
    """A node that all jobs run on, scraped once a minute, each exporter at its own second; as a provider."""

    def __init__(self, jobs: list[Job]) -> None:
        self._metrics: dict[str, list[RawSeries]] = defaultdict(list)
        end = float(START + HOURS * 3600)
        for resource, amount in (("cpu", 64.0), ("memory", 2.0**38)):
            self._add("kube_node_status_capacity", {"node": "n", "resource": resource}, START - 300, end, 7.0, amount)
        for job in jobs:
            pod = {"namespace": "ci", "pod": job.name, "uid": job.name, "container": "main"}
            life = (job.start, job.start + job.seconds)
            asked = pod | {"node": "n", "resource": "cpu"}
            self._add("kube_pod_container_status_running", pod, *life, 23.0, 1.0)
            self._add("kube_pod_container_resource_requests", asked, *life, 23.0, ASKED)
            self._add("container_cpu_usage_seconds_total", pod | {"id": job.name}, *life, job.offset, 0.0, USED)

    def _add(
        self,
        metric: str,
        labels: dict[str, str],
        low: float,
        high: float,
        offset: float,
        value: float,
        slope: float = 0,
    ) -> None:
        times = np.arange(low + (offset - low) % STEP, high, STEP)
        if len(times):
            values = np.append(value + slope * (times - low), STALE)
            self._metrics[metric].append(RawSeries(labels, np.append(times, times[-1] + STEP), values))

    def series(self, metric: str, start_epoch: float, end_epoch: float) -> list[RawSeries]:
        every = self._metrics[metric]
        return [one for one in every if one.times[-1] >= start_epoch and one.times[0] <= end_epoch]


def jobs_up_to(minutes: int) -> list[Job]:
    chance = random.Random(minutes)
    lengths = [chance.uniform(5, minutes * 60) for _ in range(RUNS)]
    latest = HOURS * 3600 - 120
    return [
        Job(f"job-{i}", START + chance.uniform(60, latest - seconds), seconds, chance.uniform(0, STEP))
        for i, seconds in enumerate(lengths)
    ]


@pytest.mark.parametrize("major", [2, 3])
@pytest.mark.parametrize(("minutes", "within"), [(3, 0.05), (10, 0.02), (30, 0.01)])
def test_short_runs_together_cost_what_they_ran(minutes: int, within: float, major: int) -> None:
    """Two thousand runs, those no scrape ever saw included, are charged their true time; use has the same base."""
    jobs = jobs_up_to(minutes)
    source = MemorySource(Cluster(jobs), major=major)
    charged = 0.0
    by_job: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for window in WINDOWS:
        for row in build(read(source, window, STEP), PriceBook()).allocations:
            charged += float(row.cpu_core_hours)
            if row.cpu_core_usage_hours is not None:
                by_job[row.pod][0] += float(row.cpu_core_usage_hours)
                by_job[row.pod][1] += float(row.cpu_core_hours)
    true_hours = sum(job.seconds for job in jobs) / 3600
    efficiency = median(use / hours for use, hours in by_job.values())
    assert charged == pytest.approx(true_hours * ASKED, rel=within)
    assert efficiency == pytest.approx(USED, rel=0.02)
