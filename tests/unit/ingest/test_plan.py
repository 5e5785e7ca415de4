"""The plan: a listing against a ledger, as tables."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import FOREVER, at, day, hour, key
from fleetcost.bucket.port import ObjectInfo
from fleetcost.ingest.plan import BATCH_OBJECTS, QUOTA, UNUSABLE, Batch, Plan, Retention, Skip, plan
from fleetcost.model.sets import SetKey, SetKind
from fleetcost.model.states import ObjectState
from fleetcost.model.window import Resolution, Window
from fleetcost.sets.discover import Found
from fleetcost.sets.layout import locate, set_path
from fleetcost.tables.ledger import Entry, EntryState

NOW = at(72)


def found(path: str, etag: str = "e1", size: int = 10) -> Found:
    """Return one object of a listing."""
    return Found(ObjectInfo(path, size, etag, at(3)), locate(path))


def objects(*keys: SetKey, etag: str = "e1") -> list[Found]:
    """Return the objects of sets."""
    return [found(set_path(one), etag) for one in keys]


def entry(one: SetKey, state: EntryState = EntryState.INGESTED, etag: str = "e1", size: int = 10) -> Entry:
    """Return what an earlier pass wrote of a set."""
    return Entry(
        key=one, path=set_path(one), etag=etag, size_bytes=size, written_at=at(3), ingested_at=NOW, state=state
    )


def planned(
    listing: Sequence[Found], entries: Sequence[Entry] = (), retention: Retention = FOREVER, now: datetime = NOW
) -> Plan:
    """Plan with a ledger of these entries."""
    return plan(listing, {one.path: one for one in entries}, retention, now)


def loaded(chosen: Plan) -> list[SetKey]:
    """Return the keys that are loaded, in order."""
    return [load.key for batch in chosen.batches for load in batch.loads]


def forgotten(chosen: Plan) -> list[SetKey]:
    """Return the keys that are forgotten, in order."""
    return [forget.entry.key for batch in chosen.batches for forget in batch.forgets]


ONE = key(hour(1))


@pytest.mark.parametrize(
    ("listing", "entries", "load", "forget", "unchanged"),
    [
        ([], [], 0, 0, 0),
        (objects(ONE), [], 1, 0, 0),
        (objects(ONE), [entry(ONE)], 0, 0, 1),
        (objects(ONE), [entry(ONE, etag="old")], 1, 0, 0),
        (objects(ONE), [entry(ONE, size=11)], 1, 0, 0),
        (objects(ONE), [entry(ONE, EntryState.DAMAGED)], 0, 0, 1),
        (objects(ONE), [entry(ONE, EntryState.REFUSED)], 0, 0, 1),
        (objects(ONE), [entry(ONE, EntryState.REFUSED, etag="")], 1, 0, 0),
        (objects(ONE), [entry(ONE, EntryState.DAMAGED, etag="old")], 1, 0, 0),
        (objects(ONE), [entry(ONE, EntryState.DELETED)], 1, 0, 0),
        ([], [entry(ONE)], 0, 1, 0),
        ([], [entry(ONE, EntryState.DAMAGED)], 0, 1, 0),
        ([], [entry(ONE, EntryState.DELETED)], 0, 0, 0),
    ],
    ids=[
        "nothing", "new", "unchanged", "changed", "other size", "damaged and unchanged", "refused and unchanged",
        "refused by the bucket", "damaged and changed", "back again", "deleted", "damaged and deleted",
        "deleted before",
    ],
)  # fmt: skip
def test_what_becomes_of_an_object(
    listing: list[Found], entries: list[Entry], load: int, forget: int, unchanged: int
) -> None:
    """New and changed objects are loaded, those that left are forgotten once, all others are left alone."""
    chosen = planned(listing, entries)
    assert (len(loaded(chosen)), len(forgotten(chosen)), chosen.unchanged) == (load, forget, unchanged)
    assert chosen.size == load + forget
    assert (chosen.skips, chosen.expired) == ((), 0)


KEEP = Retention(hourly=timedelta(hours=49), daily=timedelta(days=91))


@pytest.mark.parametrize(
    ("one", "now", "kept"),
    [
        (key(hour(0)), at(49), True),
        (key(hour(0)), at(50) - timedelta(seconds=1), True),
        (key(hour(0)), at(50), False),
        (key(day()), at(50), True),
        (key(day()), at(24 * 92) - timedelta(seconds=1), True),
        (key(day()), at(24 * 92), False),
    ],
)
def test_old_sets_expire(one: SetKey, now: datetime, kept: bool) -> None:  # noqa: FBT001 - a table's column
    """A set is kept until its whole window is older than the retention of its resolution; then it is only counted."""
    chosen = planned(objects(one), (), KEEP, now)
    assert (len(loaded(chosen)), chosen.expired) == ((1, 0) if kept else (0, 1))
    assert KEEP.keeps(one, now) is kept


def test_expired_sets_are_neither_unchanged_nor_forgotten() -> None:
    """What has left the tables for its age is not missed when it leaves the bucket."""
    old = key(hour(0))
    assert planned([], [entry(old)], KEEP, at(60)).size == 0
    assert planned(objects(old), [entry(old)], KEEP, at(60)) == Plan((), (), 0, 1, (), old.window.end)


@pytest.mark.parametrize(("tries", "minutes"), [(1, 1), (2, 2), (5, 16), (40, 1440)])
def test_what_is_damaged_is_read_again_ever_later(tries: int, minutes: int) -> None:
    """An object that cannot be used is read again after a minute, then after twice as long each time, up to a day."""
    bad = entry(ONE, EntryState.DAMAGED)
    for after, again in ((timedelta(minutes=minutes) - timedelta(seconds=1), 0), (timedelta(minutes=minutes), 1)):
        chosen = plan(objects(ONE), {bad.path: bad}, FOREVER, NOW + after, tries={bad.path: tries})
        assert (chosen.size, chosen.unchanged) == (again, 1 - again)


def test_a_window_in_the_future_is_skipped() -> None:
    """A set of a day that is far ahead of the clock is not loaded, so that it makes no silent cluster look alive."""
    ahead = key(Resolution.DAY.window_of(NOW + timedelta(days=4)))
    chosen = planned(objects(ahead, ONE))
    assert loaded(chosen) == [ONE]
    assert [(skip.path, skip.reason) for skip in chosen.skips] == [(set_path(ahead), "its window is in the future")]


def test_rubbish_has_a_quota() -> None:
    """Of a cluster with many unusable objects a pass reads the newest few; the rest wait, and no other cluster does."""
    rubbish = [key(hour(-number)) for number in range(UNUSABLE + 1)]
    new = [key(hour(-number), SetKind.ASSETS) for number in range(QUOTA + 20)]
    good = key(hour(0), cluster="c2")
    chosen = planned(objects(*rubbish, *new, good), [entry(one, EntryState.DAMAGED) for one in rubbish])
    assert sorted(loaded(chosen)) == sorted([*new[:QUOTA], good])
    assert [skip.path for skip in chosen.skips] == [set_path(one) for one in new[QUOTA:]]
    assert {skip.state for skip in chosen.skips} == {ObjectState.OVER_QUOTA}


def test_nothing_to_load_says_why() -> None:
    """A bucket whose sets are all too old, or no sets, does not look like an empty one."""
    assert planned([]).nothing_because == ""
    assert "older than what is kept" in planned(objects(key(hour(0))), (), KEEP, at(60)).nothing_because
    assert "raise hourly_retention_hours" in planned(objects(key(hour(0))), (), KEEP, at(60)).nothing_because
    assert planned(objects(ONE), [entry(ONE)]).nothing_because == ""


def test_without_retention_nothing_expires() -> None:
    """No limit keeps the oldest window there is."""
    old = key(Window(datetime.fromisoformat("2001-01-01T00:00Z"), datetime.fromisoformat("2001-01-02T00:00Z")))
    assert loaded(planned(objects(old), (), FOREVER)) == [old]


def test_what_is_not_read_is_named_with_its_reason() -> None:
    """Merged output and unknown names are skipped one by one; identities are no sets and no skips."""
    paths = ["federated/combined/x", "federated/c1/odd.txt", "federated/c1/cluster.json"]
    chosen = planned([found(path) for path in paths])
    assert chosen.size == 0
    assert [(skip.path, skip.state) for skip in chosen.skips] == [
        (paths[0], ObjectState.COMBINED),
        (paths[1], ObjectState.UNKNOWN),
    ]
    assert chosen.skips[1] == Skip(paths[1], ObjectState.UNKNOWN, "not etl/{parquet,bingen}/<kind>/<resolution>/<file>")


def test_the_newest_windows_come_first() -> None:
    """Batches go from the newest window to the oldest, whatever the order of the listing."""
    keys = [key(window) for window in (hour(0), hour(5), day(1), day(), hour(2, day=1))]
    shuffled = objects(*keys)
    random.Random(5).shuffle(shuffled)
    ends = [one.window.end for one in loaded(planned(shuffled))]
    assert ends == sorted(ends, reverse=True)


def test_a_day_comes_before_the_hour_that_ends_with_it() -> None:
    """Of two windows with one end the day goes first: it answers more questions."""
    assert loaded(planned(objects(key(hour(23)), key(day())))) == [key(day()), key(hour(23))]


def test_the_first_batch_is_small() -> None:
    """The first batch holds one window of every cluster, so that the newest is seen at once."""
    windows = [hour(n) for n in range(10)]
    keys = [key(w, kind, cluster) for w in windows for kind in SetKind for cluster in ("a", "b")]
    chosen = planned(objects(*keys))
    assert {one.window for one in chosen.batches[0].keys} == {hour(9)}
    assert len(chosen.batches[0].loads) == 4
    assert len(chosen.batches) == 2


def test_batches_are_bounded() -> None:
    """A batch is closed when it is full, give or take the set that belongs to its last one."""
    keys = [key(hour(n % 24, day=-(n // 24)), kind, f"c{c}") for n in range(48) for kind in SetKind for c in range(5)]
    chosen = planned(objects(*keys))
    assert max(len(batch.loads) for batch in chosen.batches) <= BATCH_OBJECTS + 1
    assert sorted(loaded(chosen)) == sorted(keys)


def test_resolutions_are_not_mixed_in_a_batch() -> None:
    """A batch is of hours or of days."""
    keys = [key(window, kind) for window in (hour(22), hour(23), day(), day(-1)) for kind in SetKind]
    for batch in planned(objects(*keys)).batches:
        assert len({one.resolution for one in batch.keys}) == 1


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Found], list[Entry]]:
    """A bucket and a ledger that know some of the same sets."""
    keys = [
        SetKey(key(cluster=cluster).cluster, kind, window.resolution or Resolution.HOUR, window)
        for cluster in ("a", "b", "c")
        for kind in SetKind
        for window in (*(hour(n) for n in range(0, 24, 5)), day(), day(1))
    ]
    listing = draw(st.lists(st.sampled_from(keys), unique=True))
    known = draw(st.lists(st.sampled_from(keys), unique=True))
    etags = st.sampled_from(["e1", "e2"])
    entries = [entry(one, draw(st.sampled_from(EntryState)), draw(etags)) for one in known]
    return [found(set_path(one), draw(etags)) for one in listing], entries


@given(worlds(), st.randoms(use_true_random=False))
def test_every_object_is_accounted_for_once(world: tuple[list[Found], list[Entry]], order: random.Random) -> None:
    """Loaded, unchanged and expired are the listing, no key twice; the order of the listing does not matter."""
    listing, entries = world
    chosen = planned(listing, entries, KEEP)
    assert len(loaded(chosen)) + chosen.unchanged + chosen.expired == len(listing)
    touched = [one for batch in chosen.batches for one in batch.keys]
    assert len(touched) == len(set(touched))
    shuffled = list(listing)
    order.shuffle(shuffled)
    assert planned(shuffled, entries, KEEP) == chosen


@given(worlds())
def test_both_kinds_of_a_cluster_window_share_a_batch(world: tuple[list[Found], list[Entry]]) -> None:
    """No reader sees new allocations beside old assets: a cluster-window is never in two batches."""
    chosen = planned(*world)
    where: dict[tuple[str, Resolution, Window], int] = {}
    for number, batch in enumerate(chosen.batches):
        for one in batch.keys:
            assert where.setdefault((one.cluster, one.resolution, one.window), number) == number


@given(worlds())
def test_after_the_plan_nothing_is_left_to_do(world: tuple[list[Found], list[Entry]]) -> None:
    """A ledger that says what the plan did leads to an empty plan."""
    listing, entries = world
    ledger = {one.path: one for one in entries}
    for batch in planned(listing, entries).batches:
        for load in batch.loads:
            ledger[load.info.path] = entry(load.key, etag=load.info.etag)
        for forget in batch.forgets:
            ledger[forget.entry.path] = replace(forget.entry, state=EntryState.DELETED)
    again = plan(listing, ledger, FOREVER, NOW)
    assert (again.batches, again.unchanged) == ((), len(listing))


def test_a_batch_names_what_it_touches() -> None:
    """Loads and forgets both touch the rows of their window."""
    chosen = planned(objects(key(hour(1))), [entry(key(hour(1), SetKind.ASSETS))])
    (batch,) = chosen.batches
    assert isinstance(batch, Batch)
    assert set(batch.keys) == {key(hour(1)), key(hour(1), SetKind.ASSETS)}
