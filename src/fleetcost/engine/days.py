"""Days of the lake: which of their windows are stale, from what these are made, and whether what was read is right."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

from fleetcost.bucket.port import BucketReader
from fleetcost.engine.derive import DerivedBatch
from fleetcost.engine.job import DeriveJob
from fleetcost.engine.ledgers import Ledgers
from fleetcost.engine.source_files import SourceFile
from fleetcost.errors import SetDamagedError
from fleetcost.lake.manifest import Manifest
from fleetcost.lake.plan import LakePlan, plan
from fleetcost.model.amount import ZERO
from fleetcost.model.sets import FORMAT_VERSION, SetKind
from fleetcost.model.window import Resolution
from fleetcost.sets.files import from_bytes
from fleetcost.tables.cloud import CloudEntry
from fleetcost.tables.lake import LakeWindow
from fleetcost.tables.ledger import Entry, EntryState, naive
from fleetcost.tables.rollups import single_totals_query

_SINGLE = {SetKind.ALLOCATIONS: "container", SetKind.ASSETS: "asset"}


@dataclass(frozen=True, slots=True)
class Stale:
    """
    The windows of some days that must be made again.

    Attributes:
        windows: to make
        gone: keys of windows that are no longer there
        billed: the days among theirs that have bills, or had; all windows of these are to make
    """

    windows: tuple[LakeWindow, ...]
    gone: frozenset[str]
    billed: frozenset[datetime]


def stale_days(states: Sequence[LakeWindow], manifest: Manifest | None) -> set[datetime]:
    """Return the days of which any window is not as the ledgers say."""
    todo = plan(states, {}, manifest)
    return {day_of(state.window.start) for state in todo.windows} | {_day_of_key(key) for key in todo.gone}


def stale(
    days: Collection[datetime], states: Sequence[LakeWindow], bills: Sequence[CloudEntry], manifest: Manifest | None
) -> Stale:
    """
    Compare days of the ledgers with the manifest.

    Where a day has bills all of its windows are made together: what was billed is spread over them.
    """
    todo = _on(days, plan(states, {}, manifest))
    touched = {day_of(state.window.start) for state in todo.windows} | {_day_of_key(key) for key in todo.gone}
    ingested = {entry.key.window.start for entry in bills if entry.state is EntryState.INGESTED}
    billed = frozenset(day for day in touched if day in ingested or _was_billed(day, manifest))
    whole = tuple(state for state in states if day_of(state.window.start) in billed)
    rest = tuple(state for state in todo.windows if day_of(state.window.start) not in billed)
    return Stale((*whole, *rest), todo.gone, billed)


def day_of(instant: datetime) -> datetime:
    """Return the beginning of a day."""
    return Resolution.DAY.floor(instant)


def order_of(
    found: Stale, entries: Sequence[Entry], bills: Sequence[CloudEntry], converted: Mapping[str, str]
) -> DerivedBatch:
    """
    Say from which files the windows are made.

    Args:
        found: the windows
        entries: of the ledger
        bills: entries of the ledger of bills
        converted: where foreign sets lie in our format, by their paths
    """
    windows = {(state.resolution, state.window) for state in found.windows}
    sets: dict[tuple[SetKind, Resolution], list[SourceFile]] = {}
    rows = 0
    for entry in entries:
        key = entry.key
        if entry.state is EntryState.INGESTED and (key.resolution, key.window) in windows:
            # What was converted was so by this build, whatever had read it when the ledger was written.
            ours = converted.get(entry.path)
            version = FORMAT_VERSION if ours else entry.format_version
            sets.setdefault((key.kind, key.resolution), []).append(
                SourceFile(key.cluster, key.window, entry.currency, ours or entry.path, version)
            )
            rows += entry.rows
    used = [
        SourceFile(entry.key.integration, entry.key.window, "", entry.path, entry.format_version)
        for entry in bills
        if entry.state is EntryState.INGESTED and entry.key.window.start in found.billed
    ]
    return DerivedBatch(sets, found.billed, used, rows)


def wrong(job: DeriveJob, order: DerivedBatch, entries: Sequence[Entry], ledgers: Ledgers) -> list[Entry]:
    """
    Hold rows and cost of each set that was loaded against its header, and look for values that are missing.

    Returns:
        What the ledger must say of those that differ.
    """
    damaged = []
    for (kind, resolution), placed in order.sets.items():
        table = _SINGLE[kind]
        found = job.rows(single_totals_query(table, resolution, ledgers.required(f"{table}_{resolution}")))
        totals = {(row[0], row[1]): (int(row[2]), Decimal(row[3]), int(row[4])) for row in found}
        wanted = {(file.cluster, file.window) for file in placed}
        for entry in entries:
            key = entry.key
            if (key.kind, key.resolution) == (kind, resolution) and (key.cluster, key.window) in wanted:
                rows, cost, missing = totals.get((key.cluster, naive(key.window.start)), (0, ZERO, 0))
                if (rows, cost, missing) != (entry.rows, entry.total_cost, 0):
                    lacks = f", {missing} of them without a value that every row has" if missing else ""
                    damaged.append(_damaged(entry, f"{rows} rows that cost {cost} were found{lacks}"))
    return damaged


def unreadable(bucket: BucketReader, entries: Sequence[Entry]) -> list[Entry]:
    """Decode sets here, after the engine could not read one; return what the ledger must say of the bad ones."""
    damaged = []
    for entry in entries:
        try:
            from_bytes(bucket.get(entry.path), entry.path)
        except SetDamagedError as error:
            damaged.append(replace(entry, state=EntryState.DAMAGED, reason=str(error)))
    return damaged


def _damaged(entry: Entry, what: str) -> Entry:
    said = f"load {entry.key}: {what}, its header says {entry.rows} and {entry.total_cost}"
    return replace(entry, state=EntryState.DAMAGED, reason=said)


def _on(days: Collection[datetime], todo: LakePlan) -> LakePlan:
    windows = tuple(state for state in todo.windows if day_of(state.window.start) in days)
    return LakePlan(windows, (), frozenset(key for key in todo.gone if _day_of_key(key) in days))


def _day_of_key(key: str) -> datetime:
    """Return the day of a window's key, see `window_mark`."""
    return day_of(datetime.fromtimestamp(int(key.partition(" ")[2]), UTC))


def _was_billed(day: datetime, manifest: Manifest | None) -> bool:
    table = manifest.tables.get("reconciled_day") if manifest else None
    return table is not None and any(file.start == day for file in table.files)
