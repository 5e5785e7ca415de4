"""Histories of a bucket: sets and bills that are put, replaced, torn and deleted in any order while time goes on."""

from __future__ import annotations

import os
import re
import signal
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from bills import cloud_cost, cloud_set
from builders import allocation, allocation_set, asset_set, at, day, disk, hour
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.ingest.plan import Retention
from fleetcost.ingest.run import Ingestor
from fleetcost.model.allocation import Allocation
from fleetcost.model.asset import Asset
from fleetcost.model.cloud_cost import BillState, Category, CloudCost
from fleetcost.model.window import Window
from fleetcost.sets.cloud import files as bill_files
from fleetcost.sets.cloud import layout as bill_layout
from fleetcost.sets.files import to_bytes
from fleetcost.sets.layout import set_path
from fleetcost.tables.database import Database, EngineLimits, open_database
from unit.ingest.billed_fleet import CURRENCIES, HOURS, BilledFleet, billed_fleet

RETENTION = Retention(hourly=timedelta(hours=49), daily=timedelta(days=3))
BEGINNING = at(day=1)
MEMORY = Path("/dev/shm")
"""A folder whose files are never written to a disk."""

DAYS = (0, 1)
CLOUDS = ("aws", "azure")
FLEETS = 8
"""Fleets of two clusters with bills of their own: a pass over all costs little more than a pass over one."""

VARIANTS = ("plain", "replaced", "renamed", "adjusted", "empty", "torn")
"""What an object may hold: `renamed` has other ids than the bills know, `adjusted` brings adjustments of its own."""

STATES = {"torn": BillState.FINAL, "plain": BillState.FINAL, "replaced": BillState.FINAL,
          "renamed": BillState.PARTIAL, "adjusted": BillState.ESTIMATED, "empty": BillState.FINAL}  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where an object may lie: of which fleet and cloud, its kind and its window."""

    fleet: int
    cloud: str
    kind: str
    start: datetime
    end: datetime

    def __repr__(self) -> str:
        return f"{self.cluster} {self.kind} {self.window.resolution} {self.start:%dT%H}"

    @property
    def cluster(self) -> str:
        """Whose it is; a bill's integration is named after it."""
        return own(self.cloud, self.fleet)

    @property
    def window(self) -> Window:
        """Its window."""
        return Window(self.start, self.end)

    @property
    def day(self) -> int:
        """The number of its day."""
        return (self.start - at()).days


_NAMES = re.compile(
    r"\bi-\d|vol-1|shop.prod|(?<=/)s1(?=/)|10\.0\.0\.9|^aws$|^azure$|(?<=00ff00ff00ff)00(?=ff)", re.IGNORECASE
)


def own(text: str, fleet: int) -> str:
    """Return an id or a name as it is in one of the fleets: they have none in common."""
    return _NAMES.sub(lambda found: f"{'' if found.group() == '00' else found.group()}{70 + fleet}", text)


def _places() -> tuple[Place, ...]:
    windows = [day(number) for number in DAYS] + [hour(each, number) for number in DAYS for each in HOURS[:1]]
    kinds = [(kind, window) for kind in ("allocations", "assets") for window in windows]
    kinds += [("bill", day(number)) for number in DAYS]
    return tuple(Place(f, c, k, w.start, w.end) for f in range(FLEETS) for c in CLOUDS for k, w in kinds)


PLACES = _places()

Change = tuple[Place, str | None]
"""An object and what is put there; None where it is deleted."""

Step = tuple[tuple[Change, ...], timedelta]
"""What happens between two passes, and how much time it takes."""

TIMES = [timedelta(hours=hours) for hours in (0, 0, 0, 0, 7, 30)]


@dataclass(frozen=True, slots=True)
class History:
    """
    What happens to a bucket.

    Attributes:
        days: the days of which everything is there when it begins, and of which some changes
        steps: what happens then
    """

    days: tuple[int, ...]
    steps: tuple[Step, ...]


def _histories(days: tuple[int, ...]) -> st.SearchStrategy[History]:
    variants = st.sampled_from((*VARIANTS, "plain", "plain", None))
    of_fleets = [
        st.lists(
            st.tuples(st.sampled_from([one for one in world(days) if one.fleet == fleet]), variants),
            min_size=1,
            max_size=4,
        )
        for fleet in range(FLEETS)
    ]
    changes = st.tuples(*of_fleets).map(lambda chosen: tuple(one for of_fleet in chosen for one in of_fleet))
    steps = st.lists(st.tuples(changes, st.sampled_from(TIMES)), min_size=2, max_size=6)
    return steps.map(lambda chosen: History(days, tuple(chosen)))


def world(days: tuple[int, ...], fleets: int = FLEETS) -> tuple[Place, ...]:
    """Return the places of some days and of so many fleets."""
    return tuple(place for place in PLACES if place.day in days and place.fleet < fleets)


histories = st.sampled_from(((0,), (1,), DAYS)).flatmap(_histories)


@cache
def _fleet(variant: str) -> BilledFleet:
    return billed_fleet(2 if variant == "replaced" else 1)


@cache
def content(place: Place, variant: str) -> bytes:
    """Return the object of a place in one of its variants; always the same bytes."""
    whole = _bill(place, variant) if place.kind == "bill" else _set(place, variant)
    return whole[: len(whole) // 2] if variant == "torn" else whole


def _set(place: Place, variant: str) -> bytes:
    facts: dict[str, Any] = {"currency": CURRENCIES[place.cloud], "built_at": place.end}
    rows: list[Any] = []
    if variant != "empty":
        known = _fleet(variant).assets if place.kind == "assets" else _fleet(variant).allocations
        chosen = [w for c, w in known if c == place.cloud and place.start <= w.start < place.end]
        rows = [_owned(row, place) for window in chosen for row in known[place.cloud, window]] + _doubtful(place)
    if place.kind == "assets":
        assets = [_changed(row, variant, "adjustment") for row in rows]
        return to_bytes(asset_set(assets, place.window, place.cluster, **facts))
    allocations = [_changed(row, variant, "cpu_cost_adjustment") for row in rows]
    return to_bytes(allocation_set(allocations, place.window, place.cluster, **facts))


def _owned(row: Any, place: Place) -> Any:
    """Return a row with the ids of its fleet."""
    names = {"provider_id": own(row.provider_id, place.fleet)}
    if isinstance(row, Asset):
        names["ip"] = own(row.ip, place.fleet)
    if isinstance(row, Allocation):
        volumes = [replace(one, provider_id=own(one.provider_id, place.fleet)) for one in row.volumes]
        return replace(row, **names, volumes=tuple(volumes))
    if isinstance(row, CloudCost):
        labels = {own(name, place.fleet): own(text, place.fleet) for name, text in row.labels.items()}
        return replace(row, **names, labels=labels)
    return replace(row, **names)


def _doubtful(place: Place) -> list[Any]:
    """Return rows that are distinguished by little, so that only a whole order decides who takes the last unit."""
    if place.kind == "assets":
        pair = {"cost": 1, "name": "pv-1", "volume_name": "pv-1", "provider_id": own("vol-1", place.fleet)}
        return [disk(place.window, region=name, **pair) for name in ("b", "a", "c")]
    same = {"pod": "twin", "pod_uid": "t", "cpu_cost": 0.1}
    return [allocation(place.window, node="n0", controller=name, **same) for name in ("b", "a")]


def _changed(row: Any, variant: str, adjustment: str) -> Any:
    if variant == "renamed":
        return replace(row, provider_id=f"other-{row.provider_id}" if row.provider_id else "")
    return replace(row, **{adjustment: Decimal("0.25")}) if variant == "adjusted" else row


def _bill(place: Place, variant: str) -> bytes:
    number = place.day
    rows = [] if variant == "empty" else [row.cost for row in _fleet(variant).rows[f"bills-{place.cloud}", number]]
    if rows:
        tags = {"labels": {"eks:cluster-name": "azure"}, "currency": "USD", "kubernetes": True}
        rows += [cloud_cost(number, 1, provider_id="nobody", category=Category.MANAGEMENT, **tags),
                 cloud_cost(number, 2, provider_id="", category=Category.MANAGEMENT, currency="USD",
                            labels={"eks:cluster-name": "shop-prod"})]  # fmt: skip
    own_rows = [_owned(row, place) for row in rows]
    return bill_files.to_bytes(cloud_set(own_rows, number, f"bills-{place.cluster}", STATES[variant]))


@cache
def path(place: Place) -> str:
    """Return the object's path."""
    if place.kind == "bill":
        key = cloud_set([], place.day, f"bills-{place.cluster}").header.key
        return bill_layout.set_path(key)
    make = asset_set if place.kind == "assets" else allocation_set
    return set_path(make([], place.window, place.cluster).header.key)  # type: ignore[operator]


Contents = Mapping[str, list[tuple[Any, ...]]]


class Follower:
    """
    Tables that follow a bucket.

    Args:
        file: of the tables; what is there already is gone on with
        filled: what the bucket holds
        now: the time
    """

    def __init__(self, file: Path, filled: Mapping[Place, str], now: datetime = BEGINNING) -> None:
        self.bucket = MemoryBucket()
        self.filled = dict(filled)
        self.now = now
        for place, variant in filled.items():
            self.bucket.put(path(place), content(place, variant))
        self._file = file
        self.open()

    def open(self) -> None:
        """Open the tables."""
        self.database = open_database(self._file, EngineLimits(memory_bytes=1 << 28, threads=1), self.now)
        self.ingestor = Ingestor(self.bucket, self.database, RETENTION, lambda: self.now)

    def take(self, step: Step) -> None:
        """Change the bucket, let time pass, and do a pass."""
        self.change(step)
        self.ingestor.pass_once()

    def killed(self, after_seconds: float) -> bool:
        """
        Have another process do a pass, which the kernel ends in the midst of it; tell whether it was still at work.

        Args:
            after_seconds: of work, which other processes on the machine do not lengthen as they do time
        """
        self.database.close()
        process = os.fork()
        if process == 0:
            # What this signal does to who does not handle it is what a kill does: nothing of ours runs any more.
            signal.signal(signal.SIGPROF, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_PROF, after_seconds)
            try:
                self.open()
                self.ingestor.pass_once()
            finally:
                os._exit(0)
        _, status = os.waitpid(process, 0)
        self.open()
        return os.WIFSIGNALED(status)

    def change(self, step: Step) -> None:
        """Change the bucket and let time pass."""
        changed, later = step
        self.now += later
        for place, variant in changed:
            if variant is None:
                self.bucket.delete(path(place))
                self.filled.pop(place, None)
            else:
                self.bucket.put(path(place), content(place, variant))
                self.filled[place] = variant

    def contents(self) -> Contents:
        """Return what the tables hold."""
        return contents(self.database)

    def expected(self) -> Contents:
        """Return what a rebuild from the bucket as it is has in its tables."""
        return rebuilt(frozenset(self.filled.items()), self.now)


@contextmanager
def opened(start: bytes, filled: Mapping[Place, str], now: datetime = BEGINNING) -> Iterator[Follower]:
    """Give tables that begin with a file's content, where there is a disk of memory on that."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        file = Path(folder) / "tables.duckdb"
        file.write_bytes(start)
        follower = Follower(file, filled, now)
        try:
            yield follower
        finally:
            follower.database.close()


@lru_cache(64)
def rebuilt(filled: frozenset[tuple[Place, str]], now: datetime) -> Contents:
    """Return what tables hold that begin empty and see a bucket once; the same whenever asked."""
    with opened(_begun(()), dict(filled), now) as follower:
        follower.ingestor.pass_once()
        return contents(follower.database)


@cache
def _begun(days: tuple[int, ...], fleets: int = FLEETS) -> bytes:
    """Return the file of tables that have read a bucket in which everything of these days is there."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tables.duckdb"
        follower = Follower(file, dict.fromkeys(world(days, fleets), "plain"))
        if days:
            follower.ingestor.pass_once()
        follower.database.close()
        return file.read_bytes()


def following(days: tuple[int, ...], fleets: int = FLEETS) -> AbstractContextManager[Follower]:
    """Give tables that follow a bucket in which everything of these days and so many fleets is there."""
    return opened(_begun(days, fleets), dict.fromkeys(world(days, fleets), "plain"))


def contents(database: Database) -> Contents:
    """
    Return every row of every table.

    Left out is what tells of the way and says so: when objects were written and read, and which were there before.
    """
    with database.snapshot() as snapshot:
        names = snapshot.rows(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = 'fleetcost' AND NOT temporary"
        )
        found = {}
        for (name,) in names:
            if name not in {"meta", "generation"}:
                left = "EXCLUDE (ingested_at, written_at)" if name.endswith("ledger") else ""
                where = "WHERE state <> 'deleted'" if name.endswith("ledger") else ""
                found[name] = snapshot.rows(f"SELECT * {left} FROM {name} {where} ORDER BY ALL")
        return found
