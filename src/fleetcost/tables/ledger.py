"""The ledger: which object of the bucket stands behind which rows, and what is known of those that do not."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from fleetcost.model.amount import ZERO
from fleetcost.model.identity import ClusterId
from fleetcost.model.sets import SetKey, SetKind
from fleetcost.model.window import Resolution, Window
from fleetcost.tables.database import Database, Writer
from fleetcost.tables.statements import query, statement
from fleetcost.tables.view import Tables, View


class EntryState(enum.StrEnum):
    """What became of one object of the bucket."""

    INGESTED = "ingested"
    DAMAGED = "damaged"
    REFUSED = "refused"
    DELETED = "deleted"

    @property
    def meaning(self) -> str:
        """One sentence for people; the documentation's table is made of these."""
        return _MEANINGS[self]


_MEANINGS = {
    EntryState.INGESTED: "its rows are in the tables",
    EntryState.DAMAGED: "it cannot be read; the rows of its window were removed",
    EntryState.REFUSED: "it can be read, but a rule forbids using it; the rows of its window were removed",
    EntryState.DELETED: "it is no longer in the bucket; the rows of its window were removed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """
    One ledger row; the columns are those of `sql/schema.sql`.

    Attributes:
        key: which set
        path, etag, size_bytes, written_at: the object, as listed when it was read
        ingested_at: when this row was written
        state, reason: what became of it and, unless ingested, why
        rows, total_cost, …: from the set's header; zero or empty where it could not be read
    """

    key: SetKey
    path: str
    etag: str
    size_bytes: int
    written_at: datetime
    ingested_at: datetime
    state: EntryState
    reason: str = ""
    rows: int = 0
    total_cost: Decimal = ZERO
    currency: str = ""
    coverage_minutes: float = 0.0
    final: bool = False
    cluster_uid: str = ""
    source: str = ""
    built_at: datetime | None = None
    agent_version: str = ""
    digest: str = ""
    format_version: int = 0
    estimated_minutes: float = 0.0


def read_ledger(snapshot: View) -> Mapping[str, Entry]:
    """Return every entry by its path."""
    return {row[0]: _entry(row) for row in snapshot.rows(statement("ledger", which="TRUE"))}


def read_sets(snapshot: View, window: Window, resolution: Resolution) -> tuple[Entry, ...]:
    """Return the entries of the windows of one resolution that a window meets."""
    start, end = naive(resolution.floor(window.start)), naive(window.end)
    asked = {"resolution": resolution.value, "start": start, "end": end}
    return tuple(map(_entry, snapshot.rows(statement("ledger", which=query("begun_in")), asked)))


def read_ends(snapshot: View) -> tuple[Entry, ...]:
    """Return the entries that say when each cluster was seen and written first and last: a few of each cluster."""
    which = query("ends") if snapshot.language == "duckdb" else "TRUE"
    return tuple(map(_entry, snapshot.rows(statement("ledger", which=which))))


def read_births(snapshot: View, resolution: Resolution) -> Mapping[ClusterId, datetime | None]:
    """Return every cluster of the ledger, sorted, and since when its sets are expected, see `births.sql`."""
    own, day = f"resolution = '{resolution}'", "date_trunc('day', window_start)::TIMESTAMP"
    other = "window_end" if resolution is Resolution.HOUR else day
    born = snapshot.rows(query("births", seen=f"CASE WHEN {own} THEN window_start ELSE {other} END"))
    return {ClusterId(cluster): aware(at) if at else None for cluster, at in born}


def read_days(snapshot: View, days: Iterable[datetime]) -> tuple[Entry, ...]:
    """Return the entries of the windows of some days, which are named by their beginnings."""
    rows = snapshot.rows(statement("ledger", which=query("on_days")), {"days": sorted(naive(day) for day in days)})
    return tuple(_entry(row) for row in rows)


@dataclass(frozen=True, slots=True)
class WholeWindow:
    """A window of a cluster of which nothing is missing; `coverage_minutes` were observed."""

    window: Window
    coverage_minutes: float


@dataclass(frozen=True, slots=True)
class LedgerPart:
    """
    What the ledger says of some windows.

    Attributes:
        whole: by cluster, windows of which nothing is missing and nothing estimated
        entries: of all other windows
        born: every cluster of the ledger, and since when its sets are expected
    """

    whole: Mapping[ClusterId, Sequence[WholeWindow]]
    entries: Sequence[Entry]
    born: Mapping[ClusterId, datetime | None]

    def __len__(self) -> int:
        """Return how many things it is made of."""
        return len(self.entries) + len(self.born) + sum(map(len, self.whole.values())) // 8


def read_part(
    snapshot: View, window: Window, resolution: Resolution, kinds: Sequence[SetKind], now: datetime
) -> LedgerPart:
    """
    Return what the ledger says of the windows of one resolution: few entries, since most windows are whole.

    Args:
        snapshot: the view
        window: which windows
        resolution: of them
        kinds: the one or two kinds of set without which a window is not whole
        now: windows that end later are not called whole
    """
    asked = {
        "resolution": resolution.value, "kind": kinds[0].value, "other": kinds[-1].value, "start": naive(window.start),
        "end": naive(window.end), "now": naive(now),
    }  # fmt: skip
    found = query("whole_windows", kinds=str(len(set(kinds))))
    whole: dict[ClusterId, list[WholeWindow]] = {}
    for cluster, start, end, minutes in snapshot.rows(found, asked):
        whole.setdefault(ClusterId(cluster), []).append(WholeWindow(Window(aware(start), aware(end)), minutes))
    rows = snapshot.rows(statement("ledger", which=query("in_frame", whole=found)), asked)
    return LedgerPart(whole, tuple(map(_entry, rows)), read_births(snapshot, resolution))


def read_currencies(snapshot: View) -> tuple[tuple[ClusterId, str], ...]:
    """Return the currencies of each cluster's sets, the newest first."""
    return tuple((ClusterId(row[0]), str(row[1])) for row in snapshot.rows(query("currencies")))


def count_states(database: Database) -> dict[EntryState, int]:
    """Return how many objects are in each state; states that do not occur are left out."""
    with database.snapshot() as snapshot:
        return {EntryState(state): count for state, count in snapshot.rows(statement("count_states"))}


@dataclass(frozen=True, slots=True)
class ClusterFreshness:
    """
    How fresh and how whole one cluster is.

    Attributes:
        cluster: which
        last_upload: when its newest object was written
        newest_hour: start of its newest hour in the tables, None where there is none
        missing_days: days between its first and its newest that are not in the tables
        unusable: objects that are damaged or refused
        identities: uids that wrote lately
    """

    cluster: ClusterId
    last_upload: datetime
    newest_hour: datetime | None
    missing_days: int
    unusable: int
    identities: int


def freshness(database: Tables, since: datetime) -> tuple[ClusterFreshness, ...]:
    """Return every cluster's; `since` is what counts as lately."""
    with database.snapshot() as snapshot:
        rows = snapshot.rows(statement("freshness"), {"since": naive(since)})
    return tuple(
        ClusterFreshness(
            ClusterId(row[0]), aware(row[1]), aware(row[2]) if row[2] else None, *(int(one) for one in row[3:])
        )
        for row in rows
    )


def write_entries(writer: Writer, entries: Sequence[Entry]) -> None:
    """Put entries in the place of those with the same paths."""
    if not entries:
        return
    writer.execute(statement("drop_ledger"), {"paths": [entry.path for entry in entries]})
    writer.execute(statement("write_ledger"), {name: [read(e) for e in entries] for name, read in _COLUMNS.items()})
    writer.execute(statement("next_generation"))


def forget_expired(writer: Writer, resolution: Resolution, before: datetime) -> tuple[datetime, ...]:
    """Forget the objects of windows of this resolution that ended at or before a time; return the days of these."""
    parameters = {"before": naive(before)}
    days = writer.rows(statement("expired_days", resolution), parameters)
    if days:
        writer.execute(statement("expire_ledger", resolution), parameters)
        writer.execute(statement("next_generation"))
    return tuple(aware(day) for (day,) in days)


def ledger_of(database: Tables) -> Mapping[str, Entry]:
    """Return every entry by its path, from a snapshot of its own."""
    with database.snapshot() as snapshot:
        return read_ledger(snapshot)


def last_written(snapshot: View) -> datetime | None:
    """Return when the ledger was last written, None where nothing was ever ingested."""
    ((newest,),) = snapshot.rows(statement("last_written"))
    return aware(newest) if newest else None


def clusters(entries: Iterable[Entry]) -> tuple[ClusterId, ...]:
    """Return the clusters that have an entry, sorted."""
    return tuple(sorted({entry.key.cluster for entry in entries}))


def naive(instant: datetime) -> datetime:
    """Return an aware time as the UTC time without a zone that the tables hold."""
    return instant.astimezone(UTC).replace(tzinfo=None)


def aware(instant: datetime) -> datetime:
    """Return a time of the tables with its zone."""
    return instant.replace(tzinfo=UTC)


def _entry(row: tuple[Any, ...]) -> Entry:
    window = Window(aware(row[4]), aware(row[5]))
    return Entry(
        path=row[0],
        key=SetKey(ClusterId(row[1]), SetKind(row[2]), Resolution(row[3]), window),
        etag=row[6],
        size_bytes=row[7],
        written_at=aware(row[8]),
        ingested_at=aware(row[9]),
        state=EntryState(row[10]),
        reason=row[11],
        rows=row[12],
        total_cost=row[13],
        currency=row[14],
        coverage_minutes=row[15],
        final=row[16],
        cluster_uid=row[17],
        source=row[18],
        built_at=aware(row[19]) if row[19] else None,
        agent_version=row[20],
        digest=row[21],
        format_version=row[22],
        estimated_minutes=row[23],
    )


_COLUMNS: Mapping[str, Callable[[Entry], Any]] = MappingProxyType(
    {
        "path": lambda entry: entry.path,
        "cluster": lambda entry: entry.key.cluster,
        "kind": lambda entry: entry.key.kind.value,
        "resolution": lambda entry: entry.key.resolution.value,
        "window_start": lambda entry: naive(entry.key.window.start),
        "window_end": lambda entry: naive(entry.key.window.end),
        "etag": lambda entry: entry.etag,
        "size_bytes": lambda entry: entry.size_bytes,
        "written_at": lambda entry: naive(entry.written_at),
        "ingested_at": lambda entry: naive(entry.ingested_at),
        "state": lambda entry: entry.state.value,
        "reason": lambda entry: entry.reason,
        "rows": lambda entry: entry.rows,
        "total_cost": lambda entry: str(entry.total_cost),
        "currency": lambda entry: entry.currency,
        "coverage_minutes": lambda entry: entry.coverage_minutes,
        "final": lambda entry: entry.final,
        "cluster_uid": lambda entry: entry.cluster_uid,
        "source": lambda entry: entry.source,
        "built_at": lambda entry: naive(entry.built_at) if entry.built_at else None,
        "agent_version": lambda entry: entry.agent_version,
        "digest": lambda entry: entry.digest,
        "format_version": lambda entry: entry.format_version,
        "estimated_minutes": lambda entry: entry.estimated_minutes,
    }
)
"""The columns of the table, in its order, each with where it comes from."""
