"""Histories of a bucket: sets and bills that are put, replaced, torn and deleted in any order while time goes on."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from bills import cloud_cost, cloud_set
from builders import allocation, allocation_set, asset_set, at, day, disk, hour
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.ingest.plan import Retention
from fleetcost.ingest.run import Ingestor
from fleetcost.model.cloud_cost import BillState, Category
from fleetcost.model.window import Window
from fleetcost.sets.cloud import files as bill_files
from fleetcost.sets.cloud import layout as bill_layout
from fleetcost.sets.files import to_bytes
from fleetcost.sets.layout import set_path
from fleetcost.tables.database import Database, EngineLimits, open_database
from unit.ingest.billed_fleet import CURRENCIES, HOURS, BilledFleet, billed_fleet

RETENTION = Retention(hourly=timedelta(hours=49), daily=timedelta(days=4))
BEGINNING = at(day=1)
DAYS = (0, 1)
CLUSTERS = ("aws", "azure")
VARIANTS = ("plain", "replaced", "renamed", "adjusted", "empty", "torn")
"""What an object may hold: `renamed` has other ids than the bills know, `adjusted` brings adjustments of its own."""

STATES = {"torn": BillState.FINAL, "plain": BillState.FINAL, "replaced": BillState.FINAL,
          "renamed": BillState.PARTIAL, "adjusted": BillState.ESTIMATED, "empty": BillState.FINAL}  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where an object may lie: whose it is, its kind and its window; a bill's cluster is its integration's."""

    cluster: str
    kind: str
    start: datetime
    end: datetime

    @property
    def window(self) -> Window:
        """Its window."""
        return Window(self.start, self.end)


def _places() -> list[Place]:
    windows = [day(number) for number in DAYS] + [hour(each, number) for number in DAYS for each in HOURS[:1]]
    sets = [Place(c, k, w.start, w.end) for c in CLUSTERS for k in ("allocations", "assets") for w in windows]
    return sets + [Place(c, "bill", day(n).start, day(n).end) for c in CLUSTERS for n in DAYS]


PLACES = _places()

Change = tuple[Place, str | None]
"""An object and what is put there; None where it is deleted."""

Step = tuple[tuple[Change, ...], timedelta]
"""What happens between two passes, and how much time it takes."""

changes = st.tuples(st.sampled_from(PLACES), st.sampled_from((*VARIANTS, "plain", "plain", None)))
steps: st.SearchStrategy[Step] = st.tuples(
    st.lists(changes, max_size=8).map(tuple), st.sampled_from([timedelta(0)] * 3 + [timedelta(hours=7)])
)
histories = st.lists(steps, min_size=2, max_size=6)


@cache
def _fleet(variant: str) -> BilledFleet:
    return billed_fleet(2 if variant == "replaced" else 1)


@cache
def content(place: Place, variant: str) -> bytes:
    """Return the object of a place in one of its variants; always the same bytes."""
    whole = _bill(place, variant) if place.kind == "bill" else _set(place, variant)
    return whole[: len(whole) // 2] if variant == "torn" else whole


def _set(place: Place, variant: str) -> bytes:
    facts: dict[str, Any] = {"currency": CURRENCIES[place.cluster], "built_at": place.end}
    rows: list[Any] = []
    if variant != "empty":
        known = _fleet(variant).assets if place.kind == "assets" else _fleet(variant).allocations
        chosen = [w for c, w in known if c == place.cluster and place.start <= w.start < place.end]
        rows = [row for window in chosen for row in known[place.cluster, window]] + _doubtful(place)
    if place.kind == "assets":
        assets = [_changed(row, variant, "adjustment") for row in rows]
        return to_bytes(asset_set(assets, place.window, place.cluster, **facts))
    allocations = [_changed(row, variant, "cpu_cost_adjustment") for row in rows]
    return to_bytes(allocation_set(allocations, place.window, place.cluster, **facts))


def _doubtful(place: Place) -> list[Any]:
    """Return rows that are distinguished by little, so that only a whole order decides who takes the last unit."""
    if place.kind == "assets":
        pair = {"cost": 1, "name": "pv-1", "volume_name": "pv-1", "provider_id": "vol-1"}
        return [disk(place.window, region=name, **pair) for name in ("b", "a", "c")]
    same = {"pod": "twin", "pod_uid": "t", "cpu_cost": 0.1}
    return [allocation(place.window, node="n0", controller=name, **same) for name in ("b", "a")]


def _changed(row: Any, variant: str, adjustment: str) -> Any:
    if variant == "renamed":
        return replace(row, provider_id=f"other-{row.provider_id}" if row.provider_id else "")
    return replace(row, **{adjustment: Decimal("0.25")}) if variant == "adjusted" else row


def _bill(place: Place, variant: str) -> bytes:
    number = DAYS[(place.start - at()).days]
    rows = [] if variant == "empty" else [row.cost for row in _fleet(variant).rows[f"bills-{place.cluster}", number]]
    if rows:
        tags = {"labels": {"eks:cluster-name": "azure"}, "currency": "USD", "kubernetes": True}
        rows += [cloud_cost(number, 1, provider_id="nobody", category=Category.MANAGEMENT, **tags),
                 cloud_cost(number, 2, provider_id="", category=Category.MANAGEMENT, currency="USD",
                            labels={"eks:cluster-name": "shop-prod"})]  # fmt: skip
    return bill_files.to_bytes(cloud_set(rows, number, f"bills-{place.cluster}", STATES[variant]))


def path(place: Place) -> str:
    """Return the object's path."""
    if place.kind == "bill":
        key = cloud_set([], DAYS[(place.start - at()).days], f"bills-{place.cluster}").header.key
        return bill_layout.set_path(key)
    make = asset_set if place.kind == "assets" else allocation_set
    return set_path(make([], place.window, place.cluster).header.key)  # type: ignore[operator]


Contents = Mapping[str, list[tuple[Any, ...]]]


class Follower:
    """Tables that follow a bucket through a history."""

    def __init__(self, file: Path) -> None:
        self.bucket = MemoryBucket()
        self.now = BEGINNING
        self.database = open_database(file, EngineLimits(memory_bytes=1 << 28, threads=1), self.now)
        self.ingestor = Ingestor(self.bucket, self.database, RETENTION, lambda: self.now)

    def take(self, step: Step) -> None:
        """Change the bucket, let time pass, and do a pass."""
        changed, later = step
        self.now += later
        for place, variant in changed:
            if variant is None:
                self.bucket.delete(path(place))
            else:
                self.bucket.put(path(place), content(place, variant))
        self.ingestor.pass_once()

    def rebuilt(self, folder: Path) -> Contents:
        """Return what a rebuild from the bucket as it is has in its tables."""
        folder.mkdir()
        database = open_database(folder / "tables.duckdb", EngineLimits(memory_bytes=1 << 28, threads=1), self.now)
        try:
            Ingestor(self.bucket, database, RETENTION, lambda: self.now).pass_once()
            return contents(database)
        finally:
            database.close()


@cache
def _full() -> bytes:
    """Return a database that has everything as it is at first."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tables.duckdb"
        follower = Follower(file)
        follower.take((tuple((place, "plain") for place in PLACES), timedelta(0)))
        follower.database.close()
        return file.read_bytes()


@contextmanager
def following(folder: Path, history: Iterable[Step]) -> Iterator[Follower]:
    """Give tables that have followed a history which begins with everything in place."""
    file = folder / "tables.duckdb"
    file.write_bytes(_full())
    follower = Follower(file)
    try:
        for place in PLACES:
            follower.bucket.put(path(place), content(place, "plain"))
        for step in history:
            follower.take(step)
        yield follower
    finally:
        follower.database.close()


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
