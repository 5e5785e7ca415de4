"""
Fetching: objects of a batch become files in a staging folder, each with the ledger entry that will stand for it.

Several objects are fetched at once, while their sizes fit the budget. One that does not answer in time, or whose store
refuses it, is left for the next pass and does not hold up the others.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from fleetcost.bucket.port import BucketReader
from fleetcost.errors import (
    DamagedError,
    NoRoomError,
    ObjectMissingError,
    SetRefusedError,
    StoreRefusedError,
    TryAgainError,
)
from fleetcost.ingest.plan import Load
from fleetcost.ingest.transfer import checked
from fleetcost.model.sets import FORMAT_VERSION, SetHeader
from fleetcost.sets.files import checked_header
from fleetcost.tables.ledger import Entry, EntryState

FETCHES = 8
"""Objects fetched at once, at most."""

SLOW_SECONDS = 0.02
"""While objects come faster than this, one thread fetches them: more would only wait for the interpreter."""

PATIENCE_SECONDS = 150.0
"""How long an object may take: longer than the store's client tries again by itself."""

SLOWEST_BYTES_PER_SECOND = 50_000
"""A large object is given the time it takes at this speed besides."""

UNPACKED = 8
"""A set may be this many times as large unpacked as what may be on its way packed: half of the memory budget."""

LONGEST_REASON = 500
"""Characters of another library's message that are kept as a reason."""

_GLANCE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Fetched:
    """
    One object of a batch.

    Attributes:
        load: what was to be read
        entry: what the ledger will say of it; None where it could not be reached and is left for the next pass
        file: its rows in our format, None where there are none to load
        failure: why it could not be reached
        version: of the format of the file's rows
    """

    load: Load
    entry: Entry | None
    file: Path | None = None
    failure: str = ""
    version: int = FORMAT_VERSION


Convert = Callable[[bytes, Load, Path], tuple[SetHeader, str]]
"""
Turns a foreign object into a file of ours: content, what it is, where to. Gives its header and what was found.

Raises `SetDamagedError` or `SetRefusedError`.
"""


@dataclass(slots=True)
class _Download:
    """
    One load on its way.

    Attributes:
        began: when it was let in, None while it waits for its turn
        inside: it takes up room
        given_up: nobody waits for it any more
    """

    number: int
    load: Load
    began: float | None = None
    inside: bool = False
    given_up: bool = False


class _Room:
    """Lets downloads in while their sizes fit together."""

    def __init__(self, size_bytes: int) -> None:
        self._size_bytes = size_bytes
        self._used = 0
        self._changed = threading.Condition()

    def enter(self, download: _Download) -> None:
        size = download.load.info.size_bytes
        with self._changed:
            self._changed.wait_for(lambda: self._used == 0 or self._used + size <= self._size_bytes)
            self._used += size
            download.began, download.inside = time.monotonic(), True

    def leave(self, download: _Download) -> None:
        with self._changed:
            if download.inside:
                download.inside = False
                self._used -= download.load.info.size_bytes
                self._changed.notify_all()


class _Round:
    """
    The downloads of one batch and the threads that run them.

    Args:
        loads: what to fetch
        run: fetches one; its number tells its file
        room_bytes: of objects on their way
    """

    def __init__(self, loads: Sequence[Load], run: Callable[[int, Load], Fetched], room_bytes: int) -> None:
        self._run = run
        self._room = _Room(room_bytes)
        self._downloads = [_Download(number, load) for number, load in enumerate(loads)]
        self._todo = deque(self._downloads)
        self._done: queue.SimpleQueue[tuple[int, Fetched | BaseException]] = queue.SimpleQueue()
        self._hired = 0

    def results(self, allowed: Callable[[Load], float]) -> tuple[Fetched, ...]:
        """
        Run all and return their results in order.

        Args:
            allowed: seconds that a load may take

        Raises:
            BaseException: what a run raised; the rest is not begun.
        """
        results: dict[int, Fetched] = {}
        self._hire()
        while len(results) < len(self._downloads):
            try:
                number, result = self._done.get(timeout=_GLANCE_SECONDS)
            except queue.Empty:
                self._help()
                for download in self._stuck(results, allowed):
                    self._give_up(download)
                    failure = f"no answer in {allowed(download.load):.0f} seconds; it is left for the next pass"
                    results[download.number] = Fetched(download.load, None, failure=failure)
                continue
            if isinstance(result, BaseException):
                self._todo.clear()
                raise result
            results.setdefault(number, result)
        return tuple(results[download.number] for download in self._downloads)

    def _hire(self) -> None:
        self._hired += 1
        # A daemon thread: one that hangs must not keep the process alive.
        threading.Thread(target=self._work, name="fetch", daemon=True).start()

    def _work(self) -> None:
        while True:
            try:
                download = self._todo.popleft()
            except IndexError:
                return
            self._room.enter(download)
            began = time.monotonic()
            try:
                self._done.put((download.number, self._run(download.number, download.load)))
            except BaseException as error:  # noqa: BLE001 - handed to the thread that waits
                self._done.put((download.number, error))
            finally:
                self._room.leave(download)
            if download.given_up:
                return
            if time.monotonic() - began > SLOW_SECONDS:
                self._help()

    def _help(self) -> None:
        """Hire another thread where there is work for it."""
        if self._todo and self._hired < FETCHES:
            self._hire()

    def _give_up(self, download: _Download) -> None:
        download.given_up = True
        self._room.leave(download)
        self._hired -= 1
        self._hire()

    def _stuck(self, results: Container[int], allowed: Callable[[Load], float]) -> list[_Download]:
        now = time.monotonic()
        return [
            download
            for download in self._downloads
            if download.number not in results
            and download.began is not None
            and now - download.began > allowed(download.load)
        ]


class Fetcher:
    """
    Fetches the objects of batches.

    Args:
        bucket: where
        convert: for foreign sets
        room_bytes: of objects on their way; a larger object is refused
        patience_seconds: how long an object may take, its size not counted
    """

    def __init__(
        self, bucket: BucketReader, convert: Convert, room_bytes: int, patience_seconds: float = PATIENCE_SECONDS
    ) -> None:
        self._bucket = bucket
        self._convert = convert
        self._room_bytes = room_bytes
        self._patience = patience_seconds

    def fetch(self, loads: Sequence[Load], staging: Path, now: datetime) -> tuple[Fetched, ...]:
        """
        Fetch objects into a folder, which is made.

        Args:
            loads: what to fetch
            staging: where the files go; they are numbered
            now: the clock's reading, for the ledger

        Raises:
            NoRoomError: the disk is full.
        """
        staging.mkdir(parents=True, exist_ok=True)
        run = _Round(loads, lambda number, load: self._one(load, staging / f"{number}.parquet", now), self._room_bytes)
        return run.results(self._allowed)

    def _allowed(self, load: Load) -> float:
        return self._patience + load.info.size_bytes / SLOWEST_BYTES_PER_SECOND

    def _one(self, load: Load, file: Path, now: datetime) -> Fetched:
        entry = _entry(load, now)
        try:
            header, reason = self._staged(load, file)
        except ObjectMissingError:
            return Fetched(load, replace(entry, state=EntryState.DELETED, reason="deleted while it was read"))
        except StoreRefusedError as error:
            # Without an etag it is not known, so that every pass tries again: the permission may be given.
            return Fetched(load, replace(entry, state=EntryState.REFUSED, reason=str(error), etag=""))
        except DamagedError as error:
            state = EntryState.REFUSED if isinstance(error, SetRefusedError) else EntryState.DAMAGED
            return Fetched(load, replace(entry, state=state, reason=str(error)))
        except NoRoomError:
            raise
        except TryAgainError as error:
            return Fetched(load, None, failure=str(error))
        except Exception as error:  # noqa: BLE001 - whatever reading an object ends in is that object's state
            reason = f"read {load.info.path}: {type(error).__name__}: {str(error)[:LONGEST_REASON]}"
            return Fetched(load, replace(entry, state=EntryState.DAMAGED, reason=reason))
        return Fetched(load, _described(entry, header, reason), file, version=header.format_version)

    def _staged(self, load: Load, file: Path) -> tuple[SetHeader, str]:
        """Fetch an object, check it, and put its rows into a file in our format."""
        size = load.info.size_bytes
        if size > self._room_bytes:
            raise SetRefusedError(
                f"read {load.info.path}: {size:,} bytes, accepted are up to {self._room_bytes:,}, a sixteenth of the "
                "memory budget: raise the setting memory"
            )
        return checked(
            lambda: self._bucket.get(load.info.path, largest_bytes=self._room_bytes),
            size,
            lambda content: self._stage(content, load, file),
        )

    def _stage(self, content: bytes, load: Load, file: Path) -> tuple[SetHeader, str]:
        unpacked_bytes = self._room_bytes * UNPACKED
        if load.foreign:
            _, reason = self._convert(content, load, file)
            return checked_header(file.read_bytes(), unpacked_bytes, load.info.path), reason
        header = checked_header(content, unpacked_bytes, load.info.path)
        if header.key != load.key:
            raise SetRefusedError(f"the file says it is {header.key}; it was copied or renamed")
        try:
            file.write_bytes(content)
        except OSError as error:
            raise NoRoomError(f"write {file}: {error.strerror}: give the data directory more room") from error
        return header, ""


def _entry(load: Load, now: datetime) -> Entry:
    return Entry(
        key=load.key,
        path=load.info.path,
        etag=load.info.etag,
        size_bytes=load.info.size_bytes,
        written_at=load.info.modified,
        ingested_at=now,
        state=EntryState.INGESTED,
    )


def _described(entry: Entry, header: SetHeader, reason: str) -> Entry:
    return replace(
        entry,
        reason=reason,
        rows=header.rows,
        total_cost=header.total_cost,
        currency=header.currency,
        coverage_minutes=header.coverage_minutes,
        estimated_minutes=header.estimated_minutes,
        final=header.final,
        cluster_uid=header.cluster_uid,
        source=header.source,
        built_at=header.built_at,
        agent_version=header.agent_version,
        digest=header.digest,
        format_version=header.format_version,
    )
