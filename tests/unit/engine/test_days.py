"""Which windows are derived, from what, and how many days at a time: without any engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from builders import at, day, hour, key
from fleetcost.engine.days import order_of, stale, stale_days
from fleetcost.engine.deriver import BYTES_AT_ONCE, DAYS_AT_ONCE, together
from fleetcost.lake.manifest import LakeFile, LakeTable, Manifest, window_mark
from fleetcost.model.cloud_sets import CloudSetKey, IntegrationId
from fleetcost.model.sets import FORMAT_VERSION, SetKind
from fleetcost.model.window import Resolution, Window
from fleetcost.tables.cloud import CloudEntry
from fleetcost.tables.lake import LakeWindow
from fleetcost.tables.ledger import Entry, EntryState

DAY, NEXT = at(), at(day=1)


def state(window: Window, mark: str = "as it is") -> LakeWindow:
    """Return a window of the ledgers."""
    resolution = Resolution.DAY if window.end - window.start == timedelta(days=1) else Resolution.HOUR
    return LakeWindow(resolution, window, mark)


def manifest(*states: LakeWindow, billed: datetime | None = None) -> Manifest:
    """Return a lake that has these windows."""
    files = (LakeFile("a", 1, -1, billed, billed + timedelta(days=1)),) if billed else ()
    marks = {window_mark(one.resolution, one.window): one.mark for one in states}
    return Manifest(1, 7, at(), {"reconciled_day": LakeTable((), files)}, marks)


def entry(window: Window, kind: SetKind = SetKind.ALLOCATIONS, cluster: str = "c1") -> Entry:
    """Return what the ledger says of a set."""
    made = key(window, kind, cluster)
    return Entry(
        key=made, path=f"{cluster}/{kind}/{window.start_epoch}", etag="e", size_bytes=1, written_at=at(),
        ingested_at=at(), state=EntryState.INGESTED, rows=3, format_version=1,
    )  # fmt: skip


def bill(window: Window) -> CloudEntry:
    """Return what the ledger of bills says of a day."""
    return CloudEntry(
        key=CloudSetKey(IntegrationId("aws-1"), window), path="bill", etag="e", size_bytes=1, written_at=at(),
        ingested_at=at(), state=EntryState.INGESTED,
    )  # fmt: skip


def test_only_windows_that_changed_are_made_again() -> None:
    """A window whose mark is another, or unknown, is stale; one that the ledgers have no more is gone."""
    known = manifest(state(hour(0)), state(hour(1)), state(hour(2)))
    states = [state(hour(0)), state(hour(1), "another"), state(hour(0, 1))]
    found = stale({DAY}, states, (), known)
    assert [one.window for one in found.windows] == [hour(1)]
    assert found.gone == {window_mark(Resolution.HOUR, hour(2))}
    assert stale_days(states, known) == {DAY, NEXT}
    assert stale({NEXT}, states, (), known).gone == frozenset()


@pytest.mark.parametrize(("bills", "was"), [((bill(day()),), None), ((), DAY)], ids=["has a bill", "had one"])
def test_all_windows_of_a_billed_day_are_made_together(bills: tuple[CloudEntry, ...], was: datetime | None) -> None:
    """One stale hour of a day with a bill, or that had one, takes the whole day along, but no other day."""
    states = [state(hour(0), "another"), state(hour(1)), state(day()), state(hour(0, 1), "another"), state(hour(1, 1))]
    known = manifest(state(hour(0)), state(hour(1)), state(day()), state(hour(1, 1)), billed=was)
    found = stale({DAY, NEXT}, states, bills, known)
    assert found.billed == {DAY}
    assert sorted(one.window for one in found.windows) == sorted([hour(0), day(), hour(1), hour(0, 1)])


def test_an_untouched_billed_day_is_left_alone() -> None:
    """A day with a bill of which nothing has changed is not made again because its neighbour is."""
    found = stale({DAY, NEXT}, [state(hour(0)), state(hour(0, 1), "another")], [bill(day())], manifest(state(hour(0))))
    assert ([one.window for one in found.windows], found.billed) == ([hour(0, 1)], frozenset())


def test_an_order_names_the_files_of_stale_windows() -> None:
    """Sets of other windows and sets that cannot be used stay out; converted ones are read where they were put."""
    entries = [
        entry(hour(0)), entry(hour(0), SetKind.ASSETS), entry(hour(1)),
        replace(entry(hour(0), cluster="c2"), state=EntryState.DAMAGED), entry(hour(0), cluster="c3"),
    ]  # fmt: skip
    found = stale({DAY}, [state(hour(0))], (), None)
    order = order_of(found, entries, [bill(day())], {entries[-1].path: "converted"})
    allocations = order.sets[SetKind.ALLOCATIONS, Resolution.HOUR]
    assert [(one.cluster, one.path) for one in allocations] == [("c1", entries[0].path), ("c3", "converted")]
    assert [one.version for one in allocations] == [1, FORMAT_VERSION]
    assert (order.rows, order.parts, order.bills) == (9, 1, [])


def test_the_newest_day_goes_alone() -> None:
    """Then as many days go together as a run is about, fewer where they have many bytes, none is left out."""
    days = [at(day=number) for number in range(12)]
    groups = list(together(days, {}))
    assert [len(group) for group in groups] == [1, DAYS_AT_ONCE, 3]
    assert groups[0] == {days[-1]}
    assert frozenset().union(*groups) == set(days)
    large = dict.fromkeys(days, BYTES_AT_ONCE // 2)
    assert [len(group) for group in together(days, large)] == [1, 2, 2, 2, 2, 2, 1]
    assert list(together([], {})) == []
