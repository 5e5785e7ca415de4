"""Made containers over a fortnight whose truth is known: points of five minutes, and what is measured of them."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from builders import GIB
from fleetcost.model.histogram import UsageScale, histogram_of
from fleetcost.query.usage import ContainerUse, ResourceUse
from unit.savings.held import DAYS, END, START, nanos

POINTS = DAYS * 288
MIB = 1 << 20
CPU_PRICE, RAM_PRICE = 0.0316, 0.004237
"""Of a core-hour and of a GiB-hour."""


def resource(points: Sequence[float], scale: UsageScale, asked: float, **facts: Any) -> ResourceUse:
    """Return the use of one resource by one pod, cut into halves."""
    middle = len(points) // 2
    hours = DAYS * 24
    price = CPU_PRICE if scale is UsageScale.CPU else RAM_PRICE / GIB
    charged = max(asked * hours, math.fsum(points) / 12)
    known: dict[str, Any] = {
        "whole": histogram_of(points, scale), "earlier": histogram_of(points[:middle], scale),
        "later": histogram_of(points[middle:], scale),
        "worst_pod": None, "peak": max(points, default=None), "asked": asked, "limit": None, "charged_hours": charged,
        "used_hours": math.fsum(points) / 12, "cost_nanos": nanos(charged * price),
    }  # fmt: skip
    return ResourceUse(**known | facts)


def container(
    cores: Sequence[float], ram: Sequence[float], asked: tuple[float, float] = (1.0, 2.0 * GIB), **facts: Any
) -> ContainerUse:
    """Return a container of one pod that ran all the time."""
    known: dict[str, Any] = {
        "cluster": "c1", "currency": "USD", "namespace": "shop", "controller_kind": "deployment", "controller": "web",
        "container": "app", "cpu": resource(cores, UsageScale.CPU, asked[0]),
        "ram": resource(ram, UsageScale.RAM, asked[1]), "pods": DAYS, "priced_hours": DAYS * 24.0, "hours": DAYS * 24.0,
        "days": DAYS, "weekdays": 7, "first": START, "last": END, "since": START, "priced_since": START, "restarts": 0,
        "oom_kills": 0,
    }  # fmt: skip
    return ContainerUse(**known | facts)


def wave(height: float = 0.3, noise: float = 0.05, seed: int = 1) -> list[float]:
    """Return a daily wave with noise."""
    chance = random.Random(seed)
    return [
        height * (1 + 0.5 * math.sin(2 * math.pi * number / 288)) * chance.lognormvariate(0, noise)
        for number in range(POINTS)
    ]


def flat(height: float) -> list[float]:
    """Return the same all the time."""
    return [height] * POINTS


def burst(height: float = 0.1, times: float = 12, every: int = 97) -> list[float]:
    """Return a low use with a short burst every eight hours or so."""
    return [height * (times if number % every == 0 else 1) for number in range(POINTS)]


def cron(height: float = 0.8, minutes: int = 40) -> list[float]:
    """Return what a job of each night uses while it runs, and nothing else."""
    return [height] * (DAYS * minutes // 5)


@dataclass(frozen=True, slots=True)
class Told:
    """What is known to be true of a made container: both verdicts, and what withholds or doubts them."""

    use: ContainerUse
    verdict: str
    reasons: frozenset[str] = frozenset()


MEMORY = [200.0 * MIB + 60 * MIB * math.sin(number / 40) for number in range(POINTS)]


def fortnight() -> dict[str, Told]:
    """Return one container of each kind."""
    steady = container(wave(), MEMORY)
    ram = steady.ram
    return {
        "wave": Told(steady, "ok"),
        "burst": Told(container(burst(), MEMORY), "ok"),
        "flat": Told(container(flat(0.2), flat(300.0 * MIB)), "ok"),
        "jvm": Told(
            replace(steady, ram=resource(flat(1.7 * GIB), UsageScale.RAM, 2.0 * GIB, limit=2.0 * GIB)), "thin",
            frozenset({"reserves memory"}),
        ),
        "cron": Told(
            container(cron(), [100.0 * MIB] * len(cron()), controller_kind="cronjob", hours=DAYS * 40 / 60,
                      priced_hours=DAYS * 40 / 60),
            "thin", frozenset({"thin"}),
        ),
        "short runs": Told(
            container([0.5] * DAYS, [100.0 * MIB] * DAYS, controller_kind="job", hours=DAYS / 12,
                      priced_hours=DAYS / 12),
            "withheld", frozenset({"too short to see"}),
        ),
        "autoscaled": Told(replace(steady, autoscaled=True), "ok", frozenset({"autoscaled"})),
        "killed at hour 30": Told(
            replace(
                steady, oom_kills=1, killed_limit_bytes=1.5 * GIB, ram=replace(ram, limit=1.5 * GIB, peak=1.4 * GIB)
            ),
            "ok",
            frozenset({"at its limit"}),
        ),
        "near its memory limit": Told(
            replace(steady, ram=replace(ram, limit=262.0 * MIB)), "ok", frozenset({"at its limit"})
        ),
        "throttled": Told(replace(steady, throttled=0.2), "ok", frozenset({"capped"})),
        "waits for CPU": Told(replace(steady, pressure=0.2), "ok", frozenset({"capped"})),
        "near its CPU limit": Told(replace(steady, cpu=replace(steady.cpu, limit=0.45)), "ok", frozenset({"capped"})),
        "uneven": Told(replace(steady, cpu=replace(steady.cpu, worst_pod=0.9)), "ok"),
        "gap": Told(replace(steady, hours=DAYS * 24 * 1.3), "thin", frozenset({"gaps"})),
        "hardly seen": Told(replace(steady, hours=DAYS * 24 * 2.5), "withheld", frozenset({"not seen"})),
        "young": Told(
            container(wave()[:240], MEMORY[:240], hours=20.0, priced_hours=20.0, days=1, weekdays=1), "withheld",
            frozenset({"short life"}),
        ),
        "three days": Told(
            container(wave()[:720], MEMORY[:720], hours=60.0, priced_hours=60.0, days=3, weekdays=3), "thin",
            frozenset({"thin"}),
        ),
        "restarting": Told(replace(steady, restarts=40), "thin", frozenset({"restarting"})),
        "old sets": Told(
            replace(steady, cpu=replace(steady.cpu, whole=None, earlier=None, later=None),
                    ram=replace(ram, whole=None, earlier=None, later=None)),
            "withheld", frozenset({"no usage"}),
        ),
        "one half": Told(replace(steady, cpu=replace(steady.cpu, later=None)), "ok"),
    }  # fmt: skip
