"""
The plan: what the bucket's listing and the ledger together say must be done. Pure and printable.

A plan is a list of batches, newest windows first. A batch is applied whole or not at all, and holds both kinds of a
cluster-window, so that no reader sees new allocations beside old assets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fleetcost.bucket.port import ObjectInfo
from fleetcost.model.sets import SetKey
from fleetcost.model.states import ObjectState
from fleetcost.model.window import Resolution
from fleetcost.sets.discover import Found
from fleetcost.tables.ledger import Entry, EntryState

BATCH_OBJECTS = 128
"""Objects a batch holds at most; the first batch holds one window's, so that the newest is seen early."""


@dataclass(frozen=True, slots=True)
class Retention:
    """
    How long rows are kept; None is for ever.

    Attributes:
        hourly: of hourly rows
        daily: of daily rows
    """

    hourly: timedelta | None
    daily: timedelta | None

    def keeps(self, key: SetKey, now: datetime) -> bool:
        """Tell whether the rows of a set are still wanted."""
        keep = self.hourly if key.resolution is Resolution.HOUR else self.daily
        return keep is None or key.window.end > now - keep


@dataclass(frozen=True, slots=True)
class Load:
    """Read one object and put its rows in place of those of the same cluster-window."""

    key: SetKey
    info: ObjectInfo


@dataclass(frozen=True, slots=True)
class Forget:
    """Remove the rows of an object that has left the bucket."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class Skip:
    """An object that is not read, and why."""

    path: str
    state: ObjectState
    reason: str


@dataclass(frozen=True, slots=True)
class Batch:
    """What one transaction does."""

    loads: tuple[Load, ...]
    forgets: tuple[Forget, ...]

    @property
    def keys(self) -> tuple[SetKey, ...]:
        """The sets whose rows it touches."""
        return (*(load.key for load in self.loads), *(forget.entry.key for forget in self.forgets))


@dataclass(frozen=True, slots=True)
class Plan:
    """
    Everything one pass will do.

    Attributes:
        batches: transactions, newest windows first
        skips: objects that are not read
        unchanged: objects whose rows are in the tables already
        expired: sets older than the retention
    """

    batches: tuple[Batch, ...]
    skips: tuple[Skip, ...]
    unchanged: int
    expired: int

    @property
    def size(self) -> int:
        """Objects to load and to forget."""
        return sum(len(batch.loads) + len(batch.forgets) for batch in self.batches)


def plan(listing: Iterable[Found], ledger: Mapping[str, Entry], retention: Retention, now: datetime) -> Plan:
    """
    Compare what is in the bucket with what is in the tables.

    Args:
        listing: every object of the bucket
        ledger: what earlier passes did, by path
        retention: how old a set may be
        now: the clock's reading
    """
    loads: list[Load] = []
    skips: list[Skip] = []
    seen: set[str] = set()
    unchanged = expired = 0
    for found in listing:
        key = found.location.key
        seen.add(found.info.path)
        if found.location.state is not ObjectState.SET or key is None:
            if found.location.state is not ObjectState.IDENTITY:
                skips.append(Skip(found.info.path, found.location.state, found.location.reason))
        elif not retention.keeps(key, now):
            expired += 1
        elif _known(ledger.get(found.info.path), found.info):
            unchanged += 1
        else:
            loads.append(Load(key, found.info))
    forgets = [Forget(entry) for path, entry in ledger.items() if _gone(entry, path, seen, retention, now)]
    return Plan(tuple(_batches(loads, forgets)), tuple(skips), unchanged, expired)


def _known(entry: Entry | None, info: ObjectInfo) -> bool:
    return (
        entry is not None
        and entry.state is not EntryState.DELETED
        and (entry.etag, entry.size_bytes) == (info.etag, info.size_bytes)
    )


def _gone(entry: Entry, path: str, seen: set[str], retention: Retention, now: datetime) -> bool:
    return path not in seen and entry.state is not EntryState.DELETED and retention.keeps(entry.key, now)


def _batches(loads: Sequence[Load], forgets: Sequence[Forget]) -> Iterator[Batch]:
    """Group by resolution, newest window first, never parting the kinds of one cluster-window."""
    work: list[Load | Forget] = sorted([*loads, *forgets], key=_newest_first)
    batch: list[Load | Forget] = []
    for position, item in enumerate(work):
        if batch and _closes(batch, item, first=position == len(batch)):
            yield _batch(batch)
            batch = []
        batch.append(item)
    if batch:
        yield _batch(batch)


def _closes(batch: Sequence[Load | Forget], item: Load | Forget, *, first: bool) -> bool:
    last, new = _key(batch[-1]), _key(item)
    if last.resolution is not new.resolution:
        return True
    if (last.cluster, last.window) == (new.cluster, new.window):
        return False
    return len(batch) >= BATCH_OBJECTS or (first and last.window != new.window)


def _newest_first(item: Load | Forget) -> tuple[float, int, str, str]:
    key = _key(item)
    # Days before hours of the same time: a day answers more questions.
    return (-key.window.end.timestamp(), -key.resolution.seconds, key.cluster, key.kind)


def _key(item: Load | Forget) -> SetKey:
    return item.key if isinstance(item, Load) else item.entry.key


def _batch(items: Sequence[Load | Forget]) -> Batch:
    return Batch(
        tuple(item for item in items if isinstance(item, Load)),
        tuple(item for item in items if isinstance(item, Forget)),
    )
