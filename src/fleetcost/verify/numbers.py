"""
Holding an aggregator's numbers against the bucket: a promise that anybody can check on data of their own.

The answers are asked at both price bases. Books close in every window, parts are their totals, and one day is rebuilt
from its objects, in an empty database of its own, and compared with what the aggregator answers for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from fleetcost.bucket.port import BucketReader, ObjectInfo
from fleetcost.errors import CallerError, NoAnswerError
from fleetcost.ingest.plan import Retention
from fleetcost.ingest.run import Ingestor
from fleetcost.model.window import Resolution, Window, rfc3339
from fleetcost.sets.cloud.layout import locate as locate_bill
from fleetcost.sets.layout import locate
from fleetcost.tables.database import Engine, open_database
from fleetcost.tables.totals import Bases, day_totals
from fleetcost.verify.server import Ask

WITHIN = 1e-6
"""Of the larger amount, at least of 1: answers carry binary numbers."""

BOOKS_DAYS = 14
"""Days whose books are looked at, ending with the newest whole one."""

_MEMORY_BYTES = 512 * 1024 * 1024
_PARTS = ("cpu", "ram", "gpu", "pv", "network", "load_balancer")
_WHOLE = {"limit": "100000"}


@dataclass(frozen=True, slots=True)
class Figure:
    """
    Two amounts that should be equal.

    Attributes:
        what: the promise
        where: the window, and the cluster or the row
        found, expected: the amounts
    """

    what: str
    where: str
    found: float
    expected: float

    @property
    def differs(self) -> bool:
        """Whether they are further apart than how answers are written explains."""
        return abs(self.found - self.expected) > WITHIN * max(1.0, abs(self.found), abs(self.expected))


class _PricedRow(msgspec.Struct, frozen=True):
    """A row of an answer; parts that only allocations have are 0 in assets."""

    key: dict[str, str]
    total_cost: float
    name: str = ""
    cpu_cost: float = 0.0
    cpu_cost_adjustment: float = 0.0
    ram_cost: float = 0.0
    ram_cost_adjustment: float = 0.0
    gpu_cost: float = 0.0
    gpu_cost_adjustment: float = 0.0
    pv_cost: float = 0.0
    pv_cost_adjustment: float = 0.0
    network_cost: float = 0.0
    network_cost_adjustment: float = 0.0
    load_balancer_cost: float = 0.0
    load_balancer_cost_adjustment: float = 0.0
    shared_cost: float = 0.0
    external_cost: float = 0.0

    @property
    def parts(self) -> float:
        """What its parts add up to."""
        costs = sum(getattr(self, f"{name}_cost") + getattr(self, f"{name}_cost_adjustment") for name in _PARTS)
        return float(costs) + self.shared_cost + self.external_cost


class _PricedRows(msgspec.Struct, frozen=True):
    rows: list[_PricedRow]
    totals: dict[str, float | None]


class OneDay:
    """
    A bucket of which one day's sets and bills are seen.

    Args:
        bucket: all of it
        day: which
    """

    def __init__(self, bucket: BucketReader, day: Window) -> None:
        self._bucket = bucket
        self._day = day

    @property
    def name(self) -> str:
        """Where this is, for messages."""
        return self._bucket.name

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Iterate the objects of the day."""
        for info in self._bucket.list(prefix):
            key = locate(info.path).key or locate_bill(info.path).key
            if key is not None and self._day.start <= key.window.start < self._day.end:
                yield info

    def folders(self, path: str = "") -> tuple[str, ...]:
        """Return the names of the folders right below a path."""
        return self._bucket.folders(path)

    def get(self, path: str, *, largest_bytes: int | None = None) -> bytes:
        """Return an object's whole content."""
        return self._bucket.get(path, largest_bytes=largest_bytes)

    def stat(self, path: str) -> ObjectInfo | None:
        """Return what a listing would say of one object."""
        return self._bucket.stat(path)


def whole_days(bucket: BucketReader, now: datetime) -> tuple[Window, ...]:
    """Return the days that are over and of which there are daily sets, oldest first."""
    keys = (locate(info.path).key for info in bucket.list("federated"))
    return tuple(
        sorted(
            {
                key.window
                for key in keys
                if key is not None and key.resolution is Resolution.DAY and key.window.end <= now
            },
            key=lambda window: window.start,
        )
    )


def verify_numbers(
    bucket: BucketReader, ask: Ask, folder: Path, now: datetime, choose: Callable[[tuple[Window, ...]], Window]
) -> Iterator[Figure]:
    """
    Iterate every pair of amounts that should be equal.

    Args:
        bucket: where the sets are
        ask: asks the aggregator that reads it
        folder: an empty one, for the tables of the day that is rebuilt
        now: the clock's reading
        choose: takes the day that is rebuilt

    Raises:
        CallerError: there is no whole day in the bucket.
        NoAnswerError: the aggregator did not answer.
        StoreError, StoreRefusedError: the bucket did not answer.
    """
    days = whole_days(bucket, now)
    if not days:
        raise CallerError(f"list {bucket.name}: there is no daily set of a day that is over: wait for one day to end")
    for day in days[-BOOKS_DAYS:]:
        yield from books(ask, day)
    yield from rebuilt(bucket, ask, folder, now, choose(days))


def books(ask: Ask, day: Window) -> Iterator[Figure]:
    """Iterate what must be equal in the answers for a day, at both price bases."""
    for adjusted, basis in (("true", "as billed"), ("false", "as listed")):
        asked = {"adjusted": adjusted} | _WHOLE
        charged = _asked(ask, "/api/v1/allocations", day, "cluster", asked)
        owned = _by_cluster(_asked(ask, "/api/v1/assets", day, "cluster", asked))
        where = f"{day.start:%Y-%m-%d}, {basis}"
        found = _by_cluster(charged)
        for cluster in sorted(found.keys() & owned.keys()):
            yield Figure("allocations with idle are the assets", f"{where}, {cluster}", found[cluster], owned[cluster])
        for row in charged.rows:
            yield Figure("a row's parts are its total", f"{where}, {row.name}", row.parts, row.total_cost)
        spaces = _asked(ask, "/api/v1/allocations", day, "cluster,namespace", asked)
        for name, rows in (("clusters", charged.rows), ("namespaces", spaces.rows)):
            added = sum(row.total_cost for row in rows)
            yield Figure(f"{name} are the total", where, added, charged.totals["total_cost"] or 0.0)


def rebuilt(bucket: BucketReader, ask: Ask, folder: Path, now: datetime, day: Window) -> Iterator[Figure]:
    """Iterate what a day's objects add up to in tables of their own, beside what the aggregator answers for it."""
    database = open_database(folder / "day.duckdb", Engine(_MEMORY_BYTES, threads=1), now)
    try:
        Ingestor(OneDay(bucket, day), database, Retention(None, None), lambda: now).pass_once()
        with database.snapshot() as snapshot:
            expected = day_totals(snapshot, day.start)
    finally:
        database.close()
    plain = {"idle": "hide", "tenancy": "hide"} | _WHOLE
    for adjusted, basis in (("true", "as billed"), ("false", "as listed")):
        asked = {"adjusted": adjusted}
        where = f"{day.start:%Y-%m-%d}, {basis}"
        owned = _by_cluster(_asked(ask, "/api/v1/assets", day, "cluster", asked | _WHOLE))
        yield from _beside("assets are as rebuilt", where, owned, expected.assets, adjusted=adjusted == "true")
        spaces = _asked(ask, "/api/v1/allocations", day, "cluster,namespace", asked | plain)
        found: dict[str, float] = defaultdict(float)
        for row in spaces.rows:
            found[f"{row.key.get('cluster', '')}/{row.key.get('namespace', '')}"] += row.total_cost
        yield from _beside("namespaces are as rebuilt", where, found, expected.namespaces, adjusted=adjusted == "true")


def _beside(
    what: str, where: str, found: Mapping[str, float], expected: Mapping[str, Bases], *, adjusted: bool
) -> Iterator[Figure]:
    for name in sorted(found.keys() | expected.keys()):
        known = expected.get(name)
        amount = 0.0 if known is None else float(known.billed if adjusted else known.listed)
        yield Figure(what, f"{where}, {name}", found.get(name, 0.0), amount)


def _asked(ask: Ask, path: str, day: Window, aggregate: str, parameters: Mapping[str, str]) -> _PricedRows:
    window = {"window": f"{rfc3339(day.start)},{rfc3339(day.end)}", "step": "all", "aggregate": aggregate, **parameters}
    try:
        return msgspec.json.decode(ask(path, window), type=_PricedRows)
    except msgspec.MsgspecError as error:
        raise NoAnswerError(f"what answers is no aggregator of this version: {error}", "correct --url") from error


def _by_cluster(answer: _PricedRows) -> Mapping[str, float]:
    totals: dict[str, float] = defaultdict(float)
    for row in answer.rows:
        totals[row.key.get("cluster", "")] += row.total_cost
    return totals
