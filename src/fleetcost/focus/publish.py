"""The scheduled export: days that changed are written into the bucket, then the manifest; old files are removed."""

from __future__ import annotations

import hashlib
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from fleetcost import __version__
from fleetcost.bucket.port import Bucket
from fleetcost.focus.export import FocusDay, write_days
from fleetcost.focus.manifest import (
    FOLDER,
    FORMAT,
    FocusFile,
    FocusManifest,
    FocusTotals,
    FoundFocusManifest,
    manifest_path,
    metadata,
    read_manifest,
)
from fleetcost.focus.split import FocusAsked
from fleetcost.focus.statements import focus_query
from fleetcost.model.window import Resolution, Window
from fleetcost.ops import log, metrics
from fleetcost.ops.passes import after_each_pass
from fleetcost.query.dialect import quoted_text
from fleetcost.tables.database import Database, Snapshot
from fleetcost.tables.lake import states
from fleetcost.tables.ledger import naive

GRACE = timedelta(hours=1)
"""How long a file stays for readers that began before the manifest stopped naming it."""

_log = log.get("focus")


@dataclass(frozen=True, slots=True)
class FocusSchedule:
    """
    What is kept in the bucket.

    Attributes:
        name: its folder
        asked: which rows
        days: how many days, counted back from the last one that is over
    """

    name: str
    asked: FocusAsked
    days: int


@dataclass(frozen=True, slots=True)
class FocusWrite:
    """What a write did: days written, days that ceased to be, files removed."""

    days: int = 0
    gone: int = 0
    removed: int = 0


class FocusExporter:
    """
    Keeps an export equal to the tables.

    Args:
        database: the tables; they are only read
        bucket: where it is kept
        folder: for files on their way
        clock: gives the time
        schedule: what is kept
    """

    def __init__(
        self, database: Database, bucket: Bucket, folder: Path, clock: Callable[[], datetime], schedule: FocusSchedule
    ) -> None:
        self._database = database
        self._bucket = bucket
        self._folder = folder
        self._clock = clock
        self._schedule = schedule

    def write(self) -> FocusWrite:
        """
        Write the days that have changed.

        Raises:
            ConditionFailedError: somebody else wrote a manifest meanwhile; nothing of ours is seen by anybody.
            StoreError, StoreRefusedError: the store did not answer, or refused.
            DamagedError: a manifest that is there cannot be read.
        """
        today = Resolution.DAY.floor(self._clock())
        first = today - timedelta(days=self._schedule.days)
        done = FocusWrite()
        with self._database.snapshot() as snapshot:
            marks = {day: mark for day, mark in marks_of(snapshot, self._salt()).items() if first <= day < today}
            periods = sorted({f"{day:%Y-%m}" for day in (*marks, first, today - timedelta(days=1))})
            for period in periods:
                own = {day: mark for day, mark in marks.items() if f"{day:%Y-%m}" == period}
                wrote = self._period(snapshot, period, own, first)
                done = FocusWrite(done.days + wrote.days, done.gone + wrote.gone, done.removed + wrote.removed)
        if done != FocusWrite():
            _log.info("focus export", name=self._schedule.name, days=done.days, gone=done.gone, removed=done.removed)
        return done

    def run(self, stop: threading.Event, passes: Callable[[], int]) -> None:
        """Write after each pass until asked to stop; see `after_each_pass`."""
        after_each_pass(stop, passes, self.write, metrics.FOCUS_WRITES, _log, "focus export not written")

    def _salt(self) -> str:
        asked = self._schedule.asked
        return f"{__version__} {asked.version} {asked.level}"

    def _period(self, snapshot: Snapshot, period: str, marks: Mapping[datetime, str], first: datetime) -> FocusWrite:
        """Bring one billing period up to date; days before the first stay as they are."""
        found = read_manifest(self._bucket, self._schedule.name, period)
        known = {one.charge_date: one for one in found.manifest.files} if found else {}
        changed = [day for day, mark in marks.items() if day.date() not in known or known[day.date()].mark != mark]
        gone = [day for day in known if day >= first.date() and day not in {one.date() for one in marks}]
        made: dict[datetime, FocusFile] = {}
        with tempfile.TemporaryDirectory(prefix="focus-", dir=self._folder) as folder:
            for day in sorted(changed):
                window = Window(day, day + timedelta(days=1))
                for one in write_days(snapshot, self._schedule.asked, window, Path(folder)):
                    made[day] = self._put(snapshot, period, one, marks[day], known.get(day.date()))
                    one.file.unlink()
        empty = [day.date() for day in changed if day not in made and day.date() in known]
        if not (made or gone or empty):
            return FocusWrite()
        files = {day: one for day, one in known.items() if day not in {*gone, *empty}}
        files |= {day.date(): one for day, one in made.items()}
        ordered = [files[day] for day in sorted(files)]
        self._commit(period, ordered, found)
        return FocusWrite(len(made), len(gone) + len(empty), self._remove_unused(period, ordered))

    def _put(self, snapshot: Snapshot, period: str, day: FocusDay, mark: str, before: FocusFile | None) -> FocusFile:
        """Put a day's file into the bucket; nobody sees it before a manifest names it."""
        content = day.file.read_bytes()
        checksum = hashlib.sha256(content).hexdigest()
        totals, difference, final = _sums(snapshot, day)
        same = before is not None and before.sha256 == checksum
        path = (
            f"{FOLDER}/{self._schedule.name}/data/billing_period={period}/charge_date={day.day:%Y-%m-%d}/"
            f"{checksum[:16]}.parquet"
        )
        if not same:
            self._bucket.put(path, content)
        return FocusFile(
            charge_date=day.day.date(), path=path, size_bytes=len(content), rows=day.rows, sha256=checksum, mark=mark,
            written_at=before.written_at if before and same else self._clock(),
            replaces=before.replaces if before and same else before.path if before else None,
            final=final, totals=totals, difference=difference,
        )  # fmt: skip

    def _commit(self, period: str, files: Sequence[FocusFile], found: FoundFocusManifest | None) -> None:
        """Write the manifest in the place of the one that was found, then what describes it."""
        schedule, now = self._schedule, self._clock()
        manifest = FocusManifest(
            format=FORMAT, name=schedule.name, focus_version=schedule.asked.version, level=schedule.asked.level,
            billing_period=period, written_at=now, generator=f"fleetcost {__version__}", files=list(files),
        )  # fmt: skip
        content = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
        path = manifest_path(schedule.name, period)
        if found is None:
            self._bucket.put(path, content, create=True)
        else:
            self._bucket.put(path, content, if_etag=found.etag)
        for name, document in metadata(schedule.name, schedule.asked.version, files, now).items():
            self._bucket.put(f"{FOLDER}/{schedule.name}/metadata/{name}.json", document)

    def _remove_unused(self, period: str, files: Sequence[FocusFile]) -> int:
        """Remove files of a period that the manifest no longer names, after the grace; return how many."""
        kept, now = {one.path for one in files}, self._clock()
        data = f"{FOLDER}/{self._schedule.name}/data/billing_period={period}"
        unused = [one.path for one in self._bucket.list(data) if one.path not in kept and one.modified < now - GRACE]
        for path in unused:
            self._bucket.delete(path)
        return len(unused)


def marks_of(snapshot: Snapshot, salt: str) -> dict[datetime, str]:
    """Return each day of the tables with a text that changes whenever a set or a bill of it does."""
    parts: dict[datetime, list[str]] = {}
    for state in states(snapshot, salt):
        parts.setdefault(Resolution.DAY.floor(state.window.start), []).append(f"{state.window.start_epoch}{state.mark}")
    return {day: hashlib.sha256("\n".join(sorted(every)).encode()).hexdigest()[:32] for day, every in parts.items()}


def _sums(snapshot: Snapshot, day: FocusDay) -> tuple[list[FocusTotals], dict[str, str], bool]:
    """Return the totals of a day's file, what they differ from its bills, and whether these are final."""
    file = quoted_text(str(day.file))
    totals = [FocusTotals(*row) for row in snapshot.rows(focus_query("day_totals", file=file))]
    found = snapshot.rows(focus_query("day_difference", file=file), {"day": naive(day.day)})
    return totals, {str(currency): str(off) for currency, off, _ in found}, bool(found and all(row[2] for row in found))
