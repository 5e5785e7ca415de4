"""Bridging a silence of the source: when the agent does it, what it leaves alone, and what the sets say of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from builders import TinyCluster, at, day, hour
from fleetcost.agent.bridging import Bridging
from fleetcost.agent.plan import BuildTiming, StoredWindow, to_bridge
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Window
from fleetcost.samples.memory import MemorySource
from fleetcost.samples.read import read
from fleetcost.samples.silence import silences
from fleetcost.samples.source import RawSeries
from unit.agent.agents import Scene, one, sets

DARK = Window(at(7.5), at(9.25))
"""A silence over parts of two hours and the whole hour between them."""


@pytest.fixture
def scene() -> Scene:
    """A cluster that was born at seven, was silent for a while, and whose clock shows ten past nine."""
    return Scene(TinyCluster(at(7), at(9 + 1 / 6), dark=[DARK]))


def costs(scene: Scene) -> dict[int, Decimal]:
    """Return what each hour cost."""
    found = sets(scene.bucket)
    return {start.hour: one.header.total_cost for (kind, width, start), one in found.items() if (kind, width) == WANTED}


WANTED = ("allocations", "1h")
WHOLE = Decimal("0.75")


def test_the_hour_after_a_silence_brings_the_bridge(scene: Scene) -> None:
    """While the silence goes on nothing is estimated; the first round after it fills every hour and the day."""
    agent = scene.agent()
    agent.round()
    assert costs(scene)[7] == pytest.approx(WHOLE / 2, rel=Decimal("0.05"))
    assert 8 not in costs(scene)
    scene.at(at(9.5))
    agent.round()
    assert costs(scene)[7] == pytest.approx(WHOLE, rel=Decimal("0.01"))
    assert costs(scene)[8] == WHOLE
    scene.at(at(10.2))
    agent.round()
    assert costs(scene)[9] == WHOLE
    whole = one(scene.bucket, day())
    assert whole.header.total_cost == sum(costs(scene).values())
    assert whole.header.estimated_minutes == pytest.approx(105, abs=4)


@pytest.mark.parametrize("kind", SetKind)
def test_sets_name_what_is_estimated(scene: Scene, kind: SetKind) -> None:
    """Rows say for how long and how much was estimated, the footer how many minutes; none is called observed."""
    scene.at(at(10.2)).agent().round()
    silent, half = one(scene.bucket, hour(8), kind), one(scene.bucket, hour(7), kind)
    assert (silent.header.coverage_minutes, silent.header.estimated_minutes) == (0, 60)
    assert half.header.coverage_minutes + half.header.estimated_minutes == pytest.approx(60)
    assert not silent.header.complete
    (row,) = silent.table.to_pylist()
    assert row["estimated_hours"] == 1
    assert row["cpu_cost_estimated"] == row["cpu_cost"] > 0
    (row,) = half.table.to_pylist()
    assert row["cpu_cost_estimated"] == pytest.approx(row["cpu_cost"] / 2, rel=Decimal("0.05"))


def test_hours_are_the_same_in_whichever_order_they_are_built(scene: Scene) -> None:
    """An agent that lived through the silence and one that begins after it publish the same rows."""
    lived = scene.agent()
    for now in (9.1, 9.3, 9.6, 10.2):
        scene.at(at(now))
        lived.round()
    late = Scene(TinyCluster(at(7), at(10.2), dark=[DARK]))
    late.agent().round()
    digests = [{key: one.header.digest for key, one in sets(each.bucket).items()} for each in (scene, late)]
    assert digests[0] == digests[1]


def test_late_samples_replace_an_estimate(scene: Scene) -> None:
    """What was estimated gives way to what was observed after all, and nothing of it is left."""
    scene.timing = BuildTiming(timedelta(minutes=5), timedelta(hours=6))
    agent = scene.at(at(10.2)).agent()
    agent.round()
    assert one(scene.bucket, hour(8)).header.estimated_minutes == 60
    scene.cluster.dark = []
    scene.at(at(11.5))
    agent.round()
    headers = [one(scene.bucket, hour(number)).header for number in (7, 8, 9)]
    assert [(header.coverage_minutes, header.estimated_minutes) for header in headers] == [(60, 0.0)] * 3


def test_an_emptier_set_never_replaces_an_estimated_one(scene: Scene) -> None:
    """Where a side of the silence is gone from the source, the estimate that was made with it stays."""
    scene.at(at(10.2)).agent().round()
    before = one(scene.bucket, hour(7)).header
    scene.bridge = timedelta(0)
    scene.agent().build(hour(7))
    assert one(scene.bucket, hour(7)).header == before


@pytest.mark.parametrize("hours", [0, 1])
def test_a_silence_longer_than_the_setting_stays_a_gap(scene: Scene, hours: int) -> None:
    """An hour and three quarters are not bridged by an agent that bridges an hour, or nothing."""
    scene.bridge = timedelta(hours=hours)
    scene.at(at(10.2)).agent().round()
    assert 8 not in costs(scene)
    assert all(one.header.estimated_minutes == 0 for one in sets(scene.bucket).values())


def test_another_price_after_the_silence_is_no_bridge(scene: Scene) -> None:
    """Where the price is another afterwards, nobody knows when it changed: the gap stays a gap."""
    source = MemorySource(scene.cluster)
    scene.at(at(11))
    before, after = read(source, hour(7), 60), read(source, hour(9), 60)
    assert Bridging(source, timedelta(hours=6)).bridged(before, at(11)).bridged
    dearer = _Dearer(scene.cluster, at(9))
    changed = Bridging(MemorySource(dearer), timedelta(hours=6)).bridged(before, at(11))
    assert (changed.bridged, after.bridged) == ((), ())


class _Dearer:
    """A cluster whose cores cost more since a time; as a provider."""

    def __init__(self, cluster: TinyCluster, since: datetime) -> None:
        self._cluster, self._since = cluster, since.timestamp()

    def series(self, metric: str, start_epoch: float, end_epoch: float) -> Sequence[RawSeries]:
        """Return the cluster's series, dearer ones of later times."""
        found = self._cluster.series(metric, start_epoch, end_epoch)
        if metric == "node_cpu_hourly_cost":
            for each in found:
                each.values[each.times >= self._since] *= 2
        return found


@pytest.mark.parametrize("dark", [(7.25, 7.5), (7, 7.25), (7.75, 8), (7, 8)])
def test_silences_are_found_to_the_step(dark: tuple[float, float]) -> None:
    """Wherever in an hour the source was silent, it is found; a single scrape that is missing is no silence."""
    low, high = at(dark[0]), at(dark[1])
    missed = Window(at(7.6), at(7.6) + timedelta(seconds=60))
    cluster = TinyCluster(at(6), at(9), dark=[Window(low, high), missed])
    (found,) = silences(MemorySource(cluster), hour(7), 60)
    assert found == pytest.approx((low.timestamp(), high.timestamp()), abs=60)


def _built(minutes: float, when: datetime, *, final: bool = True, estimated: float = 0.0) -> StoredWindow:
    return StoredWindow(final, minutes, when, when, estimated)


def test_hours_are_looked_at_again_when_a_later_one_is_there_and_when_it_is_final() -> None:
    """A later hour is a reason twice, not at every round; one too far away, or an hour that lacks nothing, is none."""
    partial = _built(30, at(8))
    running, final = _built(10, at(9.5), final=False), _built(60, at(10.1))
    reach = timedelta(hours=6)
    assert to_bridge({hour(7): partial, hour(9): running}, {hour(8): at(9)}, reach, {}) == (hour(7), hour(8))
    asked = dict.fromkeys((hour(7), hour(8)), at(9.6))
    assert to_bridge({hour(7): partial, hour(9): running}, {hour(8): at(9)}, reach, asked) == ()
    assert to_bridge({hour(7): partial, hour(9): final}, {}, reach, asked) == (hour(7),)
    assert to_bridge({hour(7): partial, hour(9): final}, {}, reach, dict.fromkeys(asked, at(10.2))) == ()
    assert to_bridge({hour(7): partial, hour(15): final}, {}, reach, {}) == ()
    assert to_bridge({hour(7): _built(30, at(8), estimated=29), hour(9): final}, {}, reach, {}) == ()
