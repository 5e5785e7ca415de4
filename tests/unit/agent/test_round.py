"""The agent's round on a tiny cluster: what is built, pushed, kept and learnt."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec
import pytest

from builders import DAILY, HOURLY, TinyCluster, allocation_set, at, day, hour, key, put
from fleetcost.agent.plan import BuildHour, BuildTiming
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.documents.cluster import ClusterClaim
from fleetcost.documents.places import identity_path
from fleetcost.errors import SourceError, StoreError
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Window
from fleetcost.sets.layout import set_path
from fleetcost.sets.publish import read
from unit.agent.agents import C1, Moody, Scene, files, one, paths, sets

DARK = Window(at(7.5), at(9))
"""A time without samples that leaves nothing of the hour from eight to nine."""


@pytest.fixture
def scene() -> Scene:
    """A cluster that was born at seven and whose clock shows half past nine."""
    return Scene(TinyCluster(at(7), at(9.5)))


def test_a_first_round_builds_everything_and_pushes_it(scene: Scene) -> None:
    """Every observed hour and its day are built in both kinds, stored locally and pushed byte for byte."""
    done = scene.agent().round()
    assert done.built == (hour(9), hour(8), hour(7))
    assert done.gaps == (hour(6),)
    assert len(done.uploaded) == 2 * (3 + 1)
    local = sets(scene.store)
    assert {(kind, resolution, start.hour) for kind, resolution, start in local} == {
        (kind.value, resolution, start)
        for kind in SetKind
        for resolution, start in [("1h", 7), ("1h", 8), ("1h", 9), ("1d", 0)]
    }
    assert sets(scene.bucket) == local


def test_costs_are_what_was_asked_for(scene: Scene) -> None:
    """One core at 0.5 and one GiB at 0.25 for an hour cost 0.75; the day is the sum of its hours."""
    scene.agent().round()
    assert one(scene.bucket, hour(8)).header.total_cost == Decimal("0.75")
    whole = one(scene.bucket, day())
    assert whole.header.total_cost == sum(one(scene.bucket, hour(n)).header.total_cost for n in (7, 8, 9))


def test_finality_and_coverage_are_reported(scene: Scene) -> None:
    """Hours that are over are final and fully observed, the running hour and its day are partial."""
    scene.agent().round()
    assert one(scene.bucket, hour(8)).header.complete
    running, whole = one(scene.bucket, hour(9)).header, one(scene.bucket, day()).header
    assert (running.final, running.coverage_minutes) == (False, pytest.approx(30, abs=1))
    assert (whole.final, whole.coverage_minutes) == (False, 120 + running.coverage_minutes)
    assert running.source == "a tiny cluster"
    assert running.cluster_uid == "uid-1"


def test_a_second_round_changes_nothing(scene: Scene) -> None:
    """With the clock where it was, another round builds the running hour again and uploads nothing."""
    agent = scene.agent()
    agent.round()
    before = [*files(scene.store), *files(scene.bucket)]
    assert agent.round().uploaded == ()
    assert [*files(scene.store), *files(scene.bucket)] == before


def test_a_new_agent_changes_nothing(scene: Scene) -> None:
    """An agent that was started again on the same store and bucket finds its work done."""
    scene.agent().round()
    before = [*files(scene.store), *files(scene.bucket)]
    assert scene.agent().round().uploaded == ()
    assert [*files(scene.store), *files(scene.bucket)] == before


def test_the_partial_hour_becomes_final(scene: Scene) -> None:
    """The hour that ran is built again when it is over, and then never again; its day follows."""
    agent = scene.agent()
    agent.round()
    done = scene.at(at(10.5)).agent().round()
    assert hour(9) in done.built
    assert one(scene.bucket, hour(9)).header.complete
    assert one(scene.bucket, day()).header.coverage_minutes == pytest.approx(210, abs=1)
    assert hour(9) not in scene.at(at(10.6)).agent().round().built


def test_a_day_becomes_final_after_midnight() -> None:
    """Some minutes after midnight the last hour is final and with it the day, which is the sum of its hours."""
    scene = Scene(TinyCluster(at(21), at(23.5)))
    scene.agent().round()
    assert not one(scene.bucket, day()).header.final
    scene.at(at(24) + timedelta(minutes=6)).agent().round()
    whole = one(scene.bucket, day()).header
    assert (whole.final, whole.coverage_minutes) == (True, 180)
    assert not one(scene.bucket, day(1)).header.final


def test_a_day_whose_last_hours_were_not_observed_becomes_final() -> None:
    """A source that goes dark before midnight leaves gaps, and the day is final with what was seen."""
    scene = Scene(TinyCluster(at(22), at(22.5), dark=[Window(at(23.1), at(24.5))]))
    scene.agent().round()
    scene.at(at(24.5)).agent().round()
    whole = one(scene.bucket, day()).header
    assert (whole.final, whole.complete) == (True, False)
    assert whole.coverage_minutes == 60 + one(scene.bucket, hour(23)).header.coverage_minutes
    assert whole.coverage_minutes == pytest.approx(66, abs=3)


def test_gaps_stay_gaps(scene: Scene) -> None:
    """An hour in which the source saw nothing gets no set where nothing is bridged, and the others get theirs."""
    scene.cluster.dark, scene.bridge = [DARK], timedelta(0)
    done = scene.agent().round()
    assert done.gaps == (hour(8), hour(6))
    assert set_path(key(hour(8))) not in paths(scene.bucket)
    assert one(scene.bucket, day()).header.coverage_minutes == pytest.approx(60, abs=3)


def test_gaps_are_not_asked_for_at_every_round(scene: Scene) -> None:
    """A dark hour is asked for again after a pause, and built once its samples are there."""
    scene.cluster.dark, scene.bridge = [DARK], timedelta(0)
    agent = scene.agent()
    agent.round()
    assert agent.round().gaps == ()
    scene.cluster.dark = []
    assert hour(8) not in agent.round().built
    scene.at(at(10.6))
    assert hour(8) in agent.round().built


def test_late_samples_fill_a_final_hour(scene: Scene) -> None:
    """A source that was behind, and has filled a hole since, is asked again; hour and day follow."""
    scene.cluster.dark = [Window(at(8.25), at(8.75))]
    agent = scene.agent()
    agent.round()
    assert one(scene.bucket, hour(8)).header.coverage_minutes < 40
    scene.cluster.dark = []
    scene.at(at(10.6))
    assert hour(8) in agent.round().built
    assert one(scene.bucket, hour(8)).header.complete
    hours = sum(one(scene.bucket, hour(n)).header.total_cost for n in (7, 8, 9, 10))
    assert one(scene.bucket, day()).header.total_cost == hours
    assert hour(8) not in agent.round().built


def test_an_agent_killed_before_the_day_was_added_up_catches_up() -> None:
    """Hours that were stored by a round that never reached its days are in their days after the next."""
    scene = Scene(TinyCluster(at(21), at(23.5)))
    scene.agent().round()
    complete = Scene(TinyCluster(at(21), at(24.5)))
    complete.agent().round()
    for window in (hour(23), hour(0, day=1)):
        put(scene.store, *(one(complete.store, window, kind) for kind in SetKind))
    scene.at(at(24.5)).agent().round()
    assert one(scene.bucket, day()).header.final
    assert one(scene.bucket, day()).header.total_cost == one(complete.bucket, day()).header.total_cost


def test_a_source_that_is_down_keeps_what_was_built(scene: Scene) -> None:
    """The round fails with the source's reason; sets that were there stay, locally and in the bucket."""
    agent = scene.agent()
    agent.round()
    before = paths(scene.bucket)
    scene.cluster.down = True
    scene.at(at(10.5))
    with pytest.raises(SourceError, match="the source is down"):
        agent.round()
    assert paths(scene.bucket) == before


def test_a_source_that_is_down_does_not_stop_the_pushing(scene: Scene) -> None:
    """What was built while the bucket was away is pushed even if the source has gone since."""
    scene.bucket.away = True
    agent = scene.agent()
    with pytest.raises(StoreError):
        agent.round()
    scene.bucket.away, scene.cluster.down = False, True
    with pytest.raises(SourceError):
        agent.round()
    assert sets(scene.bucket) == sets(scene.store)
    assert len(sets(scene.bucket)) == 8


def test_a_bucket_that_is_away_does_not_stop_the_building(scene: Scene) -> None:
    """Sets are built into the local store and pushed, oldest first and hours before their day, when it is back."""
    scene.bucket.away = True
    agent = scene.agent()
    with pytest.raises(StoreError, match="does not answer"):
        agent.round()
    assert len(sets(scene.store)) == 8
    scene.bucket.away = False
    agent.round()
    assert sets(scene.bucket) == sets(scene.store)
    names = [path for path in scene.bucket.written if path.endswith(".parquet")]
    hours = [set_path(key(hour(n), kind)) for n in (7, 8, 9) for kind in SetKind]
    assert names == hours + [set_path(key(day(), kind)) for kind in SetKind]


def test_a_push_that_breaks_off_goes_on_where_it_stopped(scene: Scene) -> None:
    """Sets that were taken before the bucket went away are not sent again."""
    scene.bucket.takes = 4
    agent = scene.agent()
    with pytest.raises(StoreError):
        agent.round()
    scene.bucket.takes, scene.bucket.away = None, False
    agent.round()
    names = [path for path in scene.bucket.written if path.endswith(".parquet")]
    assert len(names) == len(set(names)) == 8


def test_a_lost_local_store_is_learnt_from_the_bucket(scene: Scene) -> None:
    """A new store is filled from the bucket instead of asking the source for every hour again."""
    scene.agent().round()
    full = sets(scene.store)
    scene.store = MemoryBucket()
    scene.cluster.asked = 0
    done = scene.agent().round()
    assert done.built == (hour(9),)
    assert done.uploaded == ()
    assert sets(scene.store) == full


def test_whole_days_are_learnt(scene: Scene) -> None:
    """Hours before the horizon are learnt too where their day reaches into it, or that day could not be added up."""
    scene.agent().round()
    scene.at(at(12.2)).agent().round()
    scene.store = MemoryBucket()
    scene.at(at(12.5)).agent().round()
    assert one(scene.store, hour(7)) == one(scene.bucket, hour(7))
    assert one(scene.bucket, day()).header.coverage_minutes == pytest.approx(330, abs=2)


def test_a_lost_bucket_folder_is_pushed_again(scene: Scene) -> None:
    """Whatever is deleted from the bucket comes back from the local store, claim included."""
    agent = scene.agent()
    agent.round()
    before = sets(scene.bucket)
    for path in paths(scene.bucket):
        scene.bucket.delete(path)
    agent.round()
    assert sets(scene.bucket) == before
    assert scene.bucket.stat(identity_path(C1)) is not None


def test_a_source_that_forgot_does_not_erase_history(scene: Scene) -> None:
    """After the source has lost its past, built hours are kept as they were, and so is their day."""
    scene.agent().round()
    before = one(scene.bucket, day()).header
    scene.cluster.born = at(9.75)
    scene.at(at(9.8)).agent().round()
    assert one(scene.bucket, hour(8)).header.complete
    assert one(scene.bucket, hour(9)).header.coverage_minutes == pytest.approx(30, abs=1)
    assert one(scene.bucket, day()).header.coverage_minutes == before.coverage_minutes


def test_a_fuller_set_in_the_bucket_is_kept(scene: Scene) -> None:
    """What another copy of this cluster's agent saw better is not replaced by what this one saw worse."""
    fuller = allocation_set([], hour(9), coverage_minutes=50.0, final=False)
    put(scene.bucket, fuller)
    scene.agent().round()
    assert read(scene.bucket, key(hour(9))) == fuller


def test_a_damaged_local_file_is_built_again(scene: Scene) -> None:
    """A local set that cannot be read is replaced by a new build, and the bucket's copy stays good."""
    scene.agent().round()
    good = one(scene.bucket, hour(8))
    scene.store.put(set_path(key(hour(8))), b"garbage")
    done = scene.agent().round()
    assert hour(8) in done.built
    assert one(scene.store, hour(8)).table.equals(good.table)
    assert one(scene.bucket, hour(8)) == good


def test_a_local_file_with_damaged_rows_is_replaced(scene: Scene) -> None:
    """A file whose footer is whole and whose rows are not is noticed when its day is added up, and comes back."""
    agent = scene.agent()
    agent.round()
    path = set_path(key(hour(8)))
    content = bytearray(scene.store.get(path))
    content[20:60] = bytes(40)
    scene.store.put(path, bytes(content))
    scene.at(at(9.7))
    agent.round()
    agent.round()
    assert one(scene.store, hour(8)).header.digest == one(scene.bucket, hour(8)).header.digest
    assert one(scene.bucket, day()).header.coverage_minutes == pytest.approx(162, abs=2)


def test_a_damaged_object_in_the_bucket_is_replaced(scene: Scene) -> None:
    """A set in the bucket that cannot be read is written again from the local store, or built again without one."""
    scene.agent().round()
    good = one(scene.bucket, hour(8))
    scene.bucket.put(set_path(key(hour(8))), b"garbage")
    scene.agent().round()
    assert one(scene.bucket, hour(8)) == good
    scene.bucket.put(set_path(key(hour(8))), b"garbage")
    scene.store = MemoryBucket()
    scene.agent().round()
    assert one(scene.bucket, hour(8)).table.equals(good.table)


def test_hours_leave_after_their_retention_and_days_stay(scene: Scene) -> None:
    """Hourly sets past the retention are deleted here and in the bucket; the day they made stays as it is."""
    scene.timing = BuildTiming(timedelta(minutes=5), timedelta(hours=3), timedelta(hours=4))
    scene.agent().round()
    whole = one(scene.bucket, day())
    scene.at(at(13.5))
    scene.cluster.dark = [hour(n) for n in (10, 11, 12, 13)]
    scene.agent().round()
    for bucket in (scene.store, scene.bucket):
        starts = {start.hour for _, resolution, start in sets(bucket) if resolution == "1h"}
        assert starts == {9, 10}
        assert one(bucket, day()).header.total_cost >= whole.header.total_cost


def test_a_retention_shorter_than_the_backfill_does_not_churn(scene: Scene) -> None:
    """Hours that would be deleted at once are not built, so a second round has nothing to do."""
    scene.timing = BuildTiming(timedelta(minutes=5), timedelta(hours=3), timedelta(hours=1))
    agent = scene.agent()
    agent.round()
    scene.bucket.written.clear()
    assert agent.round().built == (hour(9),)
    assert scene.bucket.written == [identity_path(C1)]


def test_the_heartbeat_tells_the_last_round_and_the_last_push(scene: Scene) -> None:
    """Every round is seen in the claim; the last push is the time of the last round that pushed."""
    scene.agent().round()
    agent = scene.at(at(9.5) + timedelta(seconds=20)).agent()
    agent.round()
    held = msgspec.json.decode(scene.bucket.get(identity_path(C1)), type=ClusterClaim)
    assert (held.last_seen, held.last_push) == (
        instant("2026-01-10T09:30:20Z"),
        instant("2026-01-10T09:30:00Z"),
    )


def test_an_agent_whose_source_is_down_is_still_seen(scene: Scene) -> None:
    """A heartbeat without sets tells a broken source from a lost cluster."""
    scene.cluster.down = True
    with pytest.raises(SourceError):
        scene.agent().round()
    held = msgspec.json.decode(scene.bucket.get(identity_path(C1)), type=ClusterClaim)
    assert (held.last_seen, held.last_push) == (instant("2026-01-10T09:30:00Z"), None)


def test_building_a_window_builds_its_hours_and_days(scene: Scene) -> None:
    """`build` builds what it is asked for, due or not, and leaves out hours that have not begun."""
    done = scene.agent().build(day())
    assert done.built == (hour(7), hour(8), hour(9))
    assert len(done.gaps) == 7
    assert len(done.uploaded) == 8


def test_building_needs_the_bucket(scene: Scene) -> None:
    """Somebody who builds a window by hand learns at once that the bucket is away."""
    scene.bucket.away = True
    with pytest.raises(StoreError):
        scene.agent().build(hour(8))
    assert scene.cluster.asked == 0


def test_force_replaces_a_fuller_hour_and_its_day(scene: Scene) -> None:
    """A forced build replaces what is there in store, bucket and day."""
    scene.agent().round()
    scene.cluster.dark = [Window(at(8), at(8.5))]
    assert scene.agent().build(hour(8)).uploaded == ()
    scene.agent().build(hour(8), force=True)
    assert one(scene.bucket, hour(8)).header.coverage_minutes == pytest.approx(30, abs=6)
    hours = sum(one(scene.bucket, hour(n)).header.total_cost for n in (7, 8, 9))
    assert one(scene.bucket, day()).header.total_cost == hours


def test_force_touches_nothing_but_its_window(scene: Scene) -> None:
    """Sets of other hours that the bucket holds in a fuller copy are not overwritten on the way."""
    scene.agent().round()
    fuller = allocation_set([], hour(9), coverage_minutes=50.0, final=False)
    put(scene.bucket, fuller)
    scene.agent().build(hour(8), force=True)
    assert read(scene.bucket, key(hour(9))) == fuller


def test_forcing_an_hour_of_a_day_without_its_hours_keeps_the_day(scene: Scene) -> None:
    """Where a day's hours were deleted for their age, one of them built by force does not become the day."""
    scene.timing = BuildTiming(timedelta(minutes=5), timedelta(hours=3), timedelta(hours=20))
    scene.agent().round()
    whole = one(scene.bucket, day())
    scene.cluster.dark = [Window(at(9.5), at(72))]
    scene.at(at(60)).agent().round()
    assert {resolution for _, resolution, _ in sets(scene.bucket)} == {"1d"}
    scene.agent().build(hour(8), force=True)
    assert one(scene.bucket, day()).header.total_cost >= whole.header.total_cost


def test_building_learns_first(scene: Scene) -> None:
    """An agent with an empty store that builds one hour does not make that hour the whole day."""
    scene.agent().round()
    whole = one(scene.bucket, day())
    scene.store = MemoryBucket()
    scene.agent().build(hour(8), force=True)
    assert one(scene.bucket, day()).header.total_cost == whole.header.total_cost


def test_gaps_and_counts_are_reported(scene: Scene) -> None:
    """Whoever asks is shown the hours nobody observed, and how many sets are complete and how many are not."""
    scene.cluster.dark, scene.bridge = [DARK], timedelta(0)
    agent = scene.agent()
    agent.round()
    agent.round()
    assert agent.gaps == (hour(6), hour(8))
    counts = agent.counts(SetKind.ASSETS)
    assert counts == {HOURLY: (0, 2), DAILY: (0, 1)}


def test_a_round_between_a_forced_build_and_its_push_does_not_undo_it(scene: Scene) -> None:
    """What was built by force is pushed by force even if the loop compared it in between and kept the fuller set."""
    agent = scene.agent()
    agent.round()
    scene.cluster.dark = [Window(at(8), at(8.5))]
    now = scene.cluster.now
    agent.prepare(hour(8), now)
    built = agent.build_hours((BuildHour(hour(8), final=True),), now=now, force=True).built
    agent.round()
    assert one(scene.bucket, hour(8)).header.complete
    agent.settle(hour(8), built, now=now, force=True)
    assert not one(scene.bucket, hour(8)).header.complete


def test_progress_is_reported(scene: Scene) -> None:
    """Whoever watches is shown hours done and hours due, from none to all."""
    steps: list[tuple[int, int]] = []
    scene.agent().round(lambda done, due: steps.append((done, due)))
    assert steps == [(number, 4) for number in range(5)]


class Once(threading.Event):
    """A stop that lets the loop go round once."""

    def wait(self, timeout: float | None = None) -> bool:
        """Stop instead of pausing."""
        assert timeout == 7
        self.set()
        return True


@pytest.mark.parametrize("trouble", ["none", "source", "bucket", "bug"])
def test_the_loop_goes_on_whatever_a_round_raises(scene: Scene, trouble: str) -> None:
    """A failed round, even one that fails by a mistake of ours, is reported in the health and the loop goes on."""
    agent = scene.agent()
    scene.cluster.down = trouble == "source"
    scene.bucket.away = trouble == "bucket"
    if trouble == "bug":
        scene.timing = agent.timing = BuildTiming(timedelta(0), "nonsense")  # type: ignore[arg-type]
    assert agent.status().status == "starting"
    agent.run(Once(), 7)
    status = agent.status()
    assert status.status == ("ok" if trouble == "none" else "failing")
    assert bool(status.last_error) is (trouble != "none")
    assert (status.cluster, status.rounds, status.last_round_at) == (
        "c1",
        int(trouble == "none"),
        "2026-01-10T09:30:00Z",
    )


def test_every_bucket_double_keeps_the_ports_order() -> None:
    """The double lists as the port demands; the tests above rely on it."""
    bucket = Moody()
    for path in ("b", "a/c", "a/b"):
        bucket.put(path, b"")
    assert paths(bucket) == ["a/b", "a/c", "b"]


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
