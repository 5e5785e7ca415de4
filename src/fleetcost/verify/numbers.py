"""
Holding an aggregator's numbers against the bucket: a promise that anybody can check on data of their own.

The answers are asked at both price bases. Books close in every window, parts are their totals, and one day is rebuilt
from its objects, in an empty database of its own, and compared with what the aggregator answers for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from fleetcost.bucket.port import BucketReader, ObjectInfo
from fleetcost.documents.places import FEDERATED
from fleetcost.errors import CallerError, NoAnswerError
from fleetcost.ingest.plan import Retention
from fleetcost.ingest.run import Ingestor
from fleetcost.model.identity import ClusterId
from fleetcost.model.window import Resolution, Window, rfc3339
from fleetcost.sets.cloud.layout import locate as locate_bill
from fleetcost.sets.layout import locate
from fleetcost.tables.database import EngineLimits, open_database
from fleetcost.tables.totals import Bases, day_totals
from fleetcost.verify.server import Ask

WITHIN = 1e-6
"""Of the larger amount, at least of 1: answers carry binary numbers."""

BOOKS_DAYS = 7
"""Days whose books are looked at, ending with the newest whole one."""

_MEMORY_BYTES = 512 * 1024 * 1024
_PARTS = ("cpu", "ram", "gpu", "pv", "network", "load_balancer")
_BASES = ((True, "as billed"), (False, "as listed"))
_LIMIT = "10000"


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
    ram_cost: float = 0.0
    gpu_cost: float = 0.0
    pv_cost: float = 0.0
    network_cost: float = 0.0
    load_balancer_cost: float = 0.0
    shared_cost: float = 0.0
    external_cost: float = 0.0

    @property
    def parts(self) -> float:
        """What its parts add up to, each on the basis that was asked for."""
        costs = sum(getattr(self, f"{name}_cost") for name in _PARTS)
        return float(costs) + self.shared_cost + self.external_cost


class _PricedRows(msgspec.Struct, frozen=True):
    rows: list[_PricedRow]
    totals: dict[str, float | None]

    @property
    def total(self) -> float:
        """What its rows add up to."""
        return sum(row.total_cost for row in self.rows)


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

    def chunks(self, path: str) -> Iterator[bytes]:
        """Iterate an object's content."""
        return self._bucket.chunks(path)

    def stat(self, path: str) -> ObjectInfo | None:
        """Return what a listing would say of one object."""
        return self._bucket.stat(path)


def whole_days(bucket: BucketReader, now: datetime) -> Mapping[Window, Sequence[ClusterId]]:
    """Return the days that are over and have daily sets, oldest first, each with its clusters."""
    found: dict[Window, set[ClusterId]] = defaultdict(set)
    for info in bucket.list(FEDERATED):
        key = locate(info.path).key
        if key is not None and key.resolution is Resolution.DAY and key.window.end <= now:
            found[key.window].add(key.cluster)
    return {day: sorted(found[day]) for day in sorted(found, key=lambda window: window.start)}


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
    for day in tuple(days)[-BOOKS_DAYS:]:
        for cluster in days[day]:
            yield from books(ask, day, cluster)
    chosen = choose(tuple(days))
    yield from rebuilt(bucket, ask, folder, now, chosen, days[chosen])


def books(ask: Ask, day: Window, cluster: ClusterId) -> Iterator[Figure]:
    """Iterate what must be equal in the answers for a cluster's day, at both price bases."""
    for adjusted, basis in _BASES:
        asked = _Questions(ask, day, cluster, adjusted)
        where = f"{day.start:%Y-%m-%d}, {basis}, {cluster}"
        charged, owned = asked.allocations("cluster"), asked.assets()
        yield Figure("allocations with idle are the assets", where, charged.total, owned.total)
        spaces = asked.allocations("namespace")
        for row in (*charged.rows, *spaces.rows):
            yield Figure("a row's parts are its total", f"{where}, {row.name}", row.parts, row.total_cost)
        yield Figure("namespaces are their cluster", where, spaces.total, charged.total)
        for name, answer in (("charged", charged), ("owned", owned), ("namespaces", spaces)):
            total = answer.totals["total_cost"] or 0.0
            yield Figure("rows are the total of their answer", f"{where}, {name}", answer.total, total)


def rebuilt(
    bucket: BucketReader, ask: Ask, folder: Path, now: datetime, day: Window, clusters: Sequence[ClusterId]
) -> Iterator[Figure]:
    """Iterate what a day's objects add up to in tables of their own, beside what the aggregator answers for it."""
    database = open_database(folder / "day.duckdb", EngineLimits(_MEMORY_BYTES, threads=1), now)
    try:
        Ingestor(OneDay(bucket, day), database, Retention(None, None), lambda: now).pass_once()
        with database.snapshot() as snapshot:
            expected = day_totals(snapshot, day.start)
    finally:
        database.close()
    for cluster in clusters:
        for adjusted, basis in _BASES:
            asked = _Questions(ask, day, cluster, adjusted)
            where = f"{day.start:%Y-%m-%d}, {basis}, {cluster}"
            assets = expected.assets.get(cluster, Bases())
            yield Figure("assets are as rebuilt", where, asked.assets().total, assets.at(adjusted=adjusted))
            found = {row.key.get("namespace", ""): row.total_cost for row in asked.workloads().rows}
            spaces = expected.namespaces.get(cluster, {})
            for name in sorted(found.keys() | spaces.keys()):
                amount = spaces.get(name, Bases()).at(adjusted=adjusted)
                yield Figure("namespaces are as rebuilt", f"{where}, {name}", found.get(name, 0.0), amount)


@dataclass(frozen=True, slots=True)
class _Questions:
    """What is asked of one cluster's day at one price basis."""

    ask: Ask
    day: Window
    cluster: ClusterId
    adjusted: bool

    def allocations(self, aggregate: str) -> _PricedRows:
        """Ask for workloads, idle and tenancy."""
        return self._asked("/api/v1/allocations", aggregate=aggregate)

    def workloads(self) -> _PricedRows:
        """Ask for workloads by namespace."""
        return self._asked("/api/v1/allocations", aggregate="namespace", idle="hide", tenancy="hide")

    def assets(self) -> _PricedRows:
        """Ask for the assets."""
        return self._asked("/api/v1/assets", aggregate="cluster")

    def _asked(self, path: str, **parameters: str) -> _PricedRows:
        asked = {
            "window": f"{rfc3339(self.day.start)},{rfc3339(self.day.end)}",
            "step": "all",
            "adjusted": str(self.adjusted).lower(),
            "filter": f'cluster:"{self.cluster}"',
            "limit": _LIMIT,
            "currency": "native",
        }
        try:
            return msgspec.json.decode(self.ask(path, asked | parameters), type=_PricedRows)
        except msgspec.MsgspecError as error:
            raise NoAnswerError(f"what answers is no aggregator of this version: {error}", "correct --url") from error
