"""
The plan: what the bucket's listing and the ledger together say must be done. Pure and printable.

A plan is a list of batches, newest windows first. A batch is applied whole or not at all, and holds both kinds of a
cluster-window, so that no reader sees new allocations beside old assets. The first batch holds one window, so that the
newest is seen early; later ones are large, because the engine writes large ones several times faster.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Protocol

from fleetcost.bucket.port import ObjectInfo
from fleetcost.ingest.listing import Unlisted
from fleetcost.model.sets import SetKey
from fleetcost.model.states import ObjectState
from fleetcost.model.window import Resolution
from fleetcost.sets.discover import Found
from fleetcost.tables.ledger import Entry, EntryState

BATCH_BYTES = 96 * 1024 * 1024
"""A batch is closed when its objects have this many bytes: about a million rows of ours, some tens of seconds."""

BATCH_OBJECTS = 2500
"""Objects a batch holds at most, whatever their sizes."""

FUTURE = timedelta(days=2)
"""How far ahead of the clock a set's window may begin: clocks differ, and a window is published before its end."""

FIRST_RETRY, LAST_RETRY = timedelta(minutes=1), timedelta(days=1)
"""After this time an object that cannot be used is read again, then after twice as long each time, up to the last."""

UNUSABLE = 500
"""A cluster that has more objects that cannot be used is over its quota."""

QUOTA = 100
"""Objects a pass reads of a cluster that is over its quota, newest first."""

FOREIGN_WEIGHT = 0.2
"""What a foreign object's byte counts for: it has five times our bytes for a row where it is not compressed."""


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

    def of(self, resolution: Resolution) -> timedelta | None:
        """How long the rows of a resolution are kept."""
        return self.hourly if resolution is Resolution.HOUR else self.daily

    def holding(self, since: datetime | None, now: datetime) -> Retention:
        """Return the retention that keeps rows of days since a time, however long they are kept otherwise."""
        if since is None or self.daily is None:
            return self
        return replace(self, daily=max(self.daily, now - since))

    def keeps(self, key: SetKey, now: datetime) -> bool:
        """Tell whether the rows of a set are still wanted."""
        keep = self.of(key.resolution)
        return keep is None or key.window.end > now - keep


@dataclass(frozen=True, slots=True)
class Load:
    """
    Read one object and put its rows in place of those of the same cluster-window.

    Attributes:
        foreign: another product's agent wrote it
        replaces: there may be rows of this set in the tables
    """

    key: SetKey
    info: ObjectInfo
    foreign: bool = False
    replaces: bool = False

    @property
    def weight(self) -> float:
        """How much it fills a batch."""
        return self.info.size_bytes * (FOREIGN_WEIGHT if self.foreign else 1)


@dataclass(frozen=True, slots=True)
class Forget:
    """
    Remove the rows of an object that has left the bucket, or in whose place another is used from now on.

    Attributes:
        entry: what the ledger says of it
        reason: why
    """

    entry: Entry
    reason: str = "no longer in the bucket"

    @property
    def key(self) -> SetKey:
        """The set it was."""
        return self.entry.key

    @property
    def weight(self) -> float:
        """How much it fills a batch."""
        return 0


Work = Load | Forget


class Tried(Protocol):
    """What a ledger says of an object, a set's or a bill's."""

    @property
    def path(self) -> str: ...  # noqa: D102
    @property
    def etag(self) -> str: ...  # noqa: D102
    @property
    def size_bytes(self) -> int: ...  # noqa: D102
    @property
    def state(self) -> EntryState: ...  # noqa: D102
    @property
    def ingested_at(self) -> datetime: ...  # noqa: D102


_UNUSABLE = frozenset({EntryState.DAMAGED, EntryState.REFUSED})


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
        return (*(load.key for load in self.loads), *(forget.key for forget in self.forgets))

    @property
    def size(self) -> int:
        """The number of objects it is about."""
        return len(self.loads) + len(self.forgets)


@dataclass(frozen=True, slots=True)
class Plan:
    """
    Everything one pass will do.

    Attributes:
        batches: transactions, newest windows first
        skips: objects that are not read
        unchanged: objects whose rows are in the tables already
        expired: sets older than the retention
        newest_expired: the end of the newest of these
        unlisted: clusters that could not be listed, with the reason; what is known of them stays
    """

    batches: tuple[Batch, ...]
    skips: tuple[Skip, ...]
    unchanged: int
    expired: int
    unlisted: Unlisted = ()
    newest_expired: datetime | None = None

    @property
    def nothing_because(self) -> str:
        """Why there is nothing to load and nothing was loaded although the bucket has objects; else empty."""
        if self.size or self.unchanged or not (self.expired or self.skips):
            return ""
        if self.newest_expired is None:
            return f"none of {len(self.skips):,} objects is a set that can be used: {self.skips[0].reason}"
        return (
            f"all {self.expired:,} sets are older than what is kept, the newest ended {self.newest_expired:%Y-%m-%d}: "
            "raise hourly_retention_hours and daily_retention_days"
        )

    @property
    def size(self) -> int:
        """Objects to load and to forget."""
        return sum(batch.size for batch in self.batches)


def plan(
    listing: Iterable[Found], ledger: Mapping[str, Entry], retention: Retention, now: datetime, unlisted: Unlisted = (),
    tries: Mapping[str, int] = MappingProxyType({}),
) -> Plan:  # fmt: skip
    """
    Compare what is in the bucket with what is in the tables.

    Args:
        listing: every object of the bucket
        ledger: what earlier passes did, by path
        retention: how old a set may be
        now: the clock's reading
        unlisted: clusters whose objects are not in the listing although they may be in the bucket
        tries: how often objects that cannot be used were read, by path
    """
    skips: list[Skip] = []
    wanted: dict[SetKey, list[Found]] = {}
    seen: set[str] = set()
    expired: list[SetKey] = []
    for found in listing:
        key = found.location.key
        seen.add(found.info.path)
        if key is None:
            if found.location.state is not ObjectState.IDENTITY:
                skips.append(Skip(found.info.path, found.location.state, found.location.reason))
        elif key.window.start > now + FUTURE:
            skips.append(Skip(found.info.path, ObjectState.UNKNOWN, "its window is in the future"))
        elif retention.keeps(key, now):
            wanted.setdefault(key, []).append(found)
        else:
            expired.append(key)
    work: list[Work] = []
    unchanged = 0
    for key, rivals in wanted.items():
        best = rivals[0] if len(rivals) == 1 else max(rivals, key=_preference)
        doubles = [rival for rival in rivals if rival is not best]
        skips += [_double(double, best) for double in doubles]
        used = [entry for double in doubles if (entry := ledger.get(double.info.path)) and _stands(entry)]
        work += [Forget(entry, f"{best.info.path} holds the same set and is used") for entry in used]
        entry = ledger.get(best.info.path)
        if entry is not None and is_known(entry, best.info, now, tries):
            unchanged += 1
        else:
            foreign = best.location.state is ObjectState.FOREIGN_SET
            work.append(Load(key, best.info, foreign, replaces=bool(used) or entry is not None))
    hidden = {cluster for cluster, _ in unlisted}
    gone = (entry for path, entry in ledger.items() if path not in seen and _stands(entry))
    work += [Forget(entry) for entry in gone if entry.key.cluster not in hidden and retention.keeps(entry.key, now)]
    work, over = _within_quota(work, ledger)
    newest = max((key.window.end for key in expired), default=None)
    return Plan(tuple(_batches(work)), (*skips, *over), unchanged, len(expired), unlisted, newest)


def _within_quota(work: Sequence[Work], ledger: Mapping[str, Entry]) -> tuple[list[Work], list[Skip]]:
    """Part what a pass does from what it leaves for later, because its cluster sends much that cannot be used."""
    bad = Counter(entry.key.cluster for entry in ledger.values() if entry.state in _UNUSABLE)
    now: list[Work] = []
    later: list[Skip] = []
    taken: Counter[str] = Counter()
    for item in sorted(work, key=_newest_first):
        cluster = item.key.cluster
        taken[cluster] += isinstance(item, Load)
        if isinstance(item, Load) and bad[cluster] > UNUSABLE and taken[cluster] > QUOTA:
            reason = f"{cluster} has {bad[cluster]:,} objects that cannot be used: a pass reads {QUOTA} of its objects"
            later.append(Skip(item.info.path, ObjectState.OVER_QUOTA, reason))
        else:
            now.append(item)
    return now, later


def by_day(plan: Plan) -> Mapping[datetime, tuple[Batch, ...]]:
    """Return the batches of a plan day by day, newest first: no batch is about two days."""
    days: dict[datetime, list[Work]] = {}
    for batch in plan.batches:
        items: tuple[Work, ...] = (*batch.loads, *batch.forgets)
        for item in items:
            days.setdefault(Resolution.DAY.floor(item.key.window.start), []).append(item)
    return {day: tuple(_batches(days[day])) for day in sorted(days, reverse=True)}


def _preference(found: Found) -> tuple[bool, datetime, str]:
    """Order objects that hold the same set: ours before foreign ones, then the newest."""
    return (found.location.state is ObjectState.SET, found.info.modified, found.info.path)


def _double(double: Found, best: Found) -> Skip:
    return Skip(double.info.path, ObjectState.DOUBLE, f"{best.info.path} holds the same set and is used")


def is_known(entry: Tried, info: ObjectInfo, now: datetime, tries: Mapping[str, int]) -> bool:
    """Tell whether an object was read and need not be read again; what seemed damaged may have got so on its way."""
    if not _stands(entry) or (entry.etag, entry.size_bytes) != (info.etag, info.size_bytes):
        return False
    wait = min(FIRST_RETRY * 2 ** min(max(tries.get(entry.path, 0) - 1, 0), 16), LAST_RETRY)
    return entry.state not in _UNUSABLE or entry.ingested_at > now - wait


def _stands(entry: Tried) -> bool:
    """Tell whether the object of an entry was there, and used or tried, at the last pass."""
    return entry.state is not EntryState.DELETED


def _batches(work: Sequence[Work]) -> Iterator[Batch]:
    """Group by resolution, newest window first, never parting the objects of one cluster-window."""
    batch: list[Work] = []
    weight = 0.0
    ordered: list[Work] = sorted(work, key=_newest_first)
    for position, item in enumerate(ordered):
        if batch and _closes(batch, weight, item, first=position == len(batch)):
            yield _batch(batch)
            batch, weight = [], 0.0
        batch.append(item)
        weight += item.weight
    if batch:
        yield _batch(batch)


def _closes(batch: Sequence[Work], weight: float, item: Work, *, first: bool) -> bool:
    last, new = batch[-1].key, item.key
    if last.resolution is not new.resolution:
        return True
    if (last.cluster, last.window) == (new.cluster, new.window):
        return False
    full = len(batch) >= BATCH_OBJECTS or weight >= BATCH_BYTES
    return full or (first and last.window != new.window)


def _newest_first(item: Work) -> tuple[float, int, str, str]:
    key = item.key
    # Days before hours of the same time: a day answers more questions.
    return (-key.window.end.timestamp(), -key.resolution.seconds, key.cluster, key.kind)


def _batch(items: Iterable[Work]) -> Batch:
    chosen = tuple(items)
    return Batch(
        tuple(item for item in chosen if isinstance(item, Load)),
        tuple(item for item in chosen if isinstance(item, Forget)),
    )
