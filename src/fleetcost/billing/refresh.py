"""Reading one integration's bills and publishing the days that changed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from fleetcost.billing.brought import brought, keep_only
from fleetcost.billing.integration import Integration
from fleetcost.billing.plan import Due, state_of
from fleetcost.billing.read import collect, day_set, days, prepare
from fleetcost.billing.source import BillSource, FetchedBills, month_of
from fleetcost.bucket.port import Bucket
from fleetcost.errors import (
    BillDamagedError,
    BillError,
    BillRefusedError,
    FleetcostError,
    SettingsError,
    StoreError,
    StoreRefusedError,
)
from fleetcost.model.cloud_sets import CloudSetKey, ConnectionStatus
from fleetcost.model.window import Resolution
from fleetcost.sets.cloud.cloud_set import BillProvenance, CloudSet, from_cloud_costs
from fleetcost.sets.cloud.layout import CloudObject, discover
from fleetcost.sets.cloud.publish import CloudPublished, publish
from fleetcost.tables.database import EngineLimits
from fleetcost.tables.scratch import Scratch, scratch

STATUS_OF: tuple[tuple[type[FleetcostError], ConnectionStatus], ...] = (
    (SettingsError, ConnectionStatus.INVALID_CONFIGURATION),
    (BillDamagedError, ConnectionStatus.PARSE_ERROR),
    (BillError, ConnectionStatus.FAILED_CONNECTION),
    (BillRefusedError, ConnectionStatus.FAILED_CONNECTION),
    (StoreError, ConnectionStatus.FAILED_CONNECTION),
    (StoreRefusedError, ConnectionStatus.FAILED_CONNECTION),
)
"""What is said of an integration whose bills could not be read, in the field's words."""


ABANDONED = timedelta(days=1)
"""A folder of a run this old belongs to a process that was killed."""


@dataclass(frozen=True, slots=True)
class Work:
    """
    What a refresh works with.

    Attributes:
        bucket: Federated Storage
        folder: for files on their way
        engine: limits of the engine
        clock: gives the time
    """

    bucket: Bucket
    folder: Path
    engine: EngineLimits
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Refreshed:
    """
    The account of one run.

    Attributes:
        status: what the run found, in the field's words
        message: for people; empty where all is well
        days: what became of each day, oldest first
        unplaced: rows by day that belong to days whose own bills are not there any more
    """

    status: ConnectionStatus
    message: str = ""
    days: tuple[CloudPublished, ...] = ()
    unplaced: dict[datetime, int] = field(default_factory=dict)

    @property
    def written(self) -> int:
        """How many days changed in the bucket."""
        return sum(day.written for day in self.days)


def refresh(integration: Integration, source: BillSource, due: Due, work: Work) -> Refreshed:
    """
    Read the bills of the days that are due and publish the sets that changed.

    A row of an earlier day than was asked for, such as a late credit, makes the run read back to that day's month, so
    that its day can be restated whole. What a source cannot give becomes a status; what our own bucket refuses is
    raised.

    Args:
        integration: whose bills
        source: where they come from
        due: which days
        work: what to work with
    """
    work.folder.mkdir(parents=True, exist_ok=True)
    _tidy(work)
    with (
        brought(work.folder, integration.id) as folder,
        scratch(work.folder, work.engine) as engine,
    ):
        try:
            read = _read(source, due, folder, engine, work.clock())
        except FleetcostError as error:
            return Refreshed(status_of(error), str(error))
        keep_only(folder, read.fetched.files)
        return _publish(integration, due, work, engine, read)


def _tidy(work: Work) -> None:
    """Remove what a run that was killed has left; a younger folder may be another process's."""
    old = (work.clock() - ABANDONED).timestamp()
    for folder in work.folder.glob("*-*"):
        if folder.is_dir() and folder.stat().st_mtime < old:
            shutil.rmtree(folder, ignore_errors=True)


def status_of(error: FleetcostError) -> ConnectionStatus:
    """Return the field's word for a failure; one that is not the integration's is raised."""
    for kind, status in STATUS_OF:
        if isinstance(error, kind):
            return status
    raise error


@dataclass(frozen=True, slots=True)
class _Read:
    """Bills that were read; `late` are the days before the due months of which the newest bills have rows."""

    fetched: FetchedBills
    collected: dict[datetime, int]
    late: dict[datetime, int]


def _read(source: BillSource, due: Due, folder: Path, engine: Scratch, now: datetime) -> _Read:
    """Read the bills; where they hold rows of earlier months, once more from there, so that those days are whole."""
    since = month_of(due.window.start)
    until = Resolution.DAY.floor(now) + Resolution.DAY.delta
    fetched, collected = _collected(source, due.window.start, due, folder, engine, until)
    late = {} if due.only else {day: rows for day, rows in collected.items() if day < since}
    if late and fetched.complete_from and min(late) < fetched.complete_from:
        fetched, collected = _collected(source, month_of(min(late)), due, folder, engine, until)
    return _Read(fetched, collected, late)


def _collected(
    source: BillSource, since: datetime, due: Due, folder: Path, engine: Scratch, until: datetime
) -> tuple[FetchedBills, dict[datetime, int]]:
    fetched = source.fetch(since, due.window.end, folder)
    engine.execute("DROP TABLE IF EXISTS cost")
    prepare(engine)
    collect(engine, fetched.files, until)
    return fetched, days(engine)


def _publish(integration: Integration, due: Due, work: Work, engine: Scratch, read: _Read) -> Refreshed:
    fetched, collected = read.fetched, read.collected
    complete = fetched.complete_from
    if complete is None or not collected:
        return Refreshed(ConnectionStatus.DATA_MISSING, f"there are no bills of these days at {integration.location}")
    there = _there(integration, work)
    first = max(complete, due.window.start) if due.only else complete
    wanted = {day for day in collected.keys() | there if first <= day and (not due.only or day < due.window.end)}
    published = []
    for day in sorted(wanted):
        made = _made(integration, day, collected.get(day), fetched, work, engine)
        published.append(publish(work.bucket, made, force=due.force))
    unplaced = {day: rows for day, rows in read.late.items() if day < first}
    message = ""
    if unplaced:
        message = (
            f"{sum(unplaced.values())} rows belong to days from {min(unplaced):%Y-%m-%d} on whose own bills are not "
            f"at {integration.location} any more; those days stay as they are"
        )
    return Refreshed(ConnectionStatus.SUCCESSFUL, message, tuple(published), unplaced)


def _there(integration: Integration, work: Work) -> set[datetime]:
    found = (one.location for one in discover(work.bucket, integration.id))
    return {one.key.window.start for one in found if one.state is CloudObject.SET and one.key}


def _made(
    integration: Integration, day: datetime, rows: int | None, fetched: FetchedBills, work: Work, engine: Scratch
) -> CloudSet:
    now = work.clock()
    window = Resolution.DAY.window_of(day)
    provenance = BillProvenance(state_of(window, now), rows or 0, integration.location, fetched.digest, now)
    if rows is None:
        return from_cloud_costs(CloudSetKey(integration.id, window), (), provenance)
    return day_set(engine, integration.id, day, provenance)
