"""The ingest loop: list, plan, apply; and what it says of itself while it runs."""

from __future__ import annotations

import enum
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from fleetcost.bucket.port import BucketReader
from fleetcost.errors import FleetcostError
from fleetcost.ingest.apply import apply
from fleetcost.ingest.plan import Plan, Retention, plan
from fleetcost.model.states import ObjectState
from fleetcost.model.window import Resolution
from fleetcost.ops import log, metrics
from fleetcost.sets.discover import discover
from fleetcost.tables.database import Database
from fleetcost.tables.ledger import EntryState, count_states, ledger_of
from fleetcost.tables.rows import expire

Clock = Callable[[], datetime]

NOT_READ = (ObjectState.FOREIGN_SET, ObjectState.COMBINED, ObjectState.UNKNOWN)
PAST_RETENTION = "past retention"
"""A set that is older than what the tables keep; with the states of the ledger and the ones above, every object's."""

_log = log.get("ingest")


class Phase(enum.StrEnum):
    """What the ingest loop is doing."""

    STARTING = "starting"
    LISTING = "listing"
    INGESTING = "ingesting"
    WAITING = "waiting"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Status:
    """
    What the loop says of itself.

    Attributes:
        phase: what it is doing; `FAILED` waits like `WAITING`, after an error
        done, total: objects of this pass
        passes: finished passes
        last_pass_at: end of the last finished pass
        last_pass_seconds: how long that took
        last_error: of the last failed pass, empty after a good one
        skipped: objects that are not read, by path
    """

    phase: Phase = Phase.STARTING
    done: int = 0
    total: int = 0
    passes: int = 0
    last_pass_at: datetime | None = None
    last_pass_seconds: float = 0.0
    last_error: str = ""
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass did: objects loaded, forgotten, unusable, left alone."""

    loaded: int
    forgotten: int
    bad: int
    unchanged: int


class Ingestor:
    """Keeps the tables equal to the bucket."""

    def __init__(self, bucket: BucketReader, database: Database, retention: Retention, clock: Clock) -> None:
        self._bucket = bucket
        self._database = database
        self._retention = retention
        self._clock = clock
        self._status = Status()

    @property
    def status(self) -> Status:
        """What the loop is doing now."""
        return self._status

    def plan(self) -> Plan:
        """List the bucket and plan; changes nothing."""
        return plan(discover(self._bucket), ledger_of(self._database), self._retention, self._clock())

    def pass_once(self) -> Pass:
        """
        List, plan and apply once.

        Raises:
            FleetcostError: the bucket did not answer; batches that were applied before stay.
        """
        began = time.monotonic()
        self._say(phase=Phase.LISTING, done=0, total=0)
        todo = self.plan()
        self._say(phase=Phase.INGESTING, total=todo.size, skipped=tuple(skip.path for skip in todo.skips))
        found: Counter[EntryState] = Counter()
        for batch in todo.batches:
            applied = apply(batch, self._bucket, self._database, self._clock())
            for entry in applied.bad:
                _log.warning("object not used", path=entry.path, state=entry.state.value, reason=entry.reason)
            found.update(entry.state for entry in applied.entries)
            self._say(done=self._status.done + len(applied.entries))
        self._expire()
        self._count(todo)
        seconds = time.monotonic() - began
        metrics.PASSES.labels("done").inc()
        metrics.PASS_SECONDS.set(seconds)
        self._say(
            phase=Phase.WAITING,
            passes=self._status.passes + 1,
            last_pass_at=self._clock(),
            last_pass_seconds=seconds,
            last_error="",
        )
        done = Pass(
            loaded=found[EntryState.INGESTED],
            forgotten=found[EntryState.DELETED],
            bad=found[EntryState.DAMAGED] + found[EntryState.REFUSED],
            unchanged=todo.unchanged,
        )
        _log.info(
            "pass", loaded=done.loaded, forgotten=done.forgotten, bad=done.bad, unchanged=done.unchanged,
            skipped=len(todo.skips), expired=todo.expired, seconds=round(seconds, 3),
        )  # fmt: skip
        return done

    def run(self, stop: threading.Event, interval_seconds: float) -> None:
        """Do passes until told to stop; a failed pass is logged, shown, and tried again at the next."""
        while not stop.is_set():
            try:
                self.pass_once()
            except Exception as error:  # noqa: BLE001 - a loop goes on; what is not ours is logged whole
                self._say(phase=Phase.FAILED, last_error=str(error))
                metrics.PASSES.labels("failed").inc()
                unknown = None if isinstance(error, FleetcostError) else error
                _log.error("pass failed", error=str(error), kind=type(error).__name__, exc_info=unknown)
            stop.wait(interval_seconds)

    def _expire(self) -> None:
        now = self._clock()
        keeps = {Resolution.HOUR: self._retention.hourly, Resolution.DAY: self._retention.daily}
        with self._database.transaction() as writer:
            for resolution, keep in keeps.items():
                if keep is not None:
                    expire(writer, resolution, now - keep)

    def _count(self, todo: Plan) -> None:
        """Tell the metrics how many objects of the bucket are in which state."""
        states = Counter({state.value: count for state, count in count_states(self._database).items()})
        states.update(skip.state.value for skip in todo.skips)
        states[PAST_RETENTION] = todo.expired
        for state in (*EntryState, *NOT_READ, PAST_RETENTION):
            metrics.OBJECTS.labels(str(state)).set(states[str(state)])

    def _say(self, **facts: Any) -> None:  # noqa: ANN401 - the fields of `Status`
        self._status = replace(self._status, **facts)
