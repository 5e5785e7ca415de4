"""Passes: one after another until asked to stop, and what the loop says of itself while it runs."""

from __future__ import annotations

import enum
import threading
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from fleetcost.errors import FleetcostError
from fleetcost.ingest.plan import Plan, Skip, Tried
from fleetcost.ops import log, metrics
from fleetcost.tables.ledger import EntryState

Clock = Callable[[], datetime]

GLANCE_SECONDS = 15.0
"""How often the waiting loop looks whether it is wanted sooner."""

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

    @classmethod
    def of(cls, states: Counter[EntryState], unchanged: int) -> Pass:
        """Count what became of objects."""
        return cls(
            loaded=states[EntryState.INGESTED],
            forgotten=states[EntryState.DELETED],
            bad=states[EntryState.DAMAGED] + states[EntryState.REFUSED],
            unchanged=unchanged,
        )


class Passes(ABC):
    """
    What does passes.

    Args:
        clock: gives the time
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._status = Status()
        self._skips: tuple[Skip, ...] = ()
        self._nothing_because = ""
        self._tries: Counter[str] = Counter()
        """How often each object that cannot be used was read; begins again with the process."""

    @property
    def status(self) -> Status:
        """What the loop is doing now."""
        return self._status

    @property
    def skips(self) -> tuple[Skip, ...]:
        """The objects that the last pass did not read, each with its state and reason."""
        return self._skips

    @property
    def nothing_because(self) -> str:
        """Why the last pass loaded nothing although the bucket has objects; empty where it did or has none."""
        return self._nothing_because

    @abstractmethod
    def plan(self) -> Plan:
        """
        List the bucket and plan; changes nothing.

        Raises:
            StoreError, StoreRefusedError: the bucket cannot be listed.
        """

    @abstractmethod
    def _passed(self) -> Pass:
        """Do one pass."""

    def _wanted(self) -> bool:
        """Tell whether the next pass must not wait."""
        return False

    def pass_once(self) -> Pass:
        """
        List, plan and apply once.

        What cannot be reached is left for the next pass after everything else was done.

        Raises:
            FleetcostError: the bucket did not answer, some of it could not be reached, or there is no room; what was
                applied stays.
        """
        began = time.monotonic()
        done = self._passed()
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
        _log.info(
            "pass", loaded=done.loaded, forgotten=done.forgotten, bad=done.bad, unchanged=done.unchanged,
            skipped=len(self._status.skipped), seconds=round(seconds, 3),
        )  # fmt: skip
        return done

    def run(self, stop: threading.Event, interval_seconds: float) -> None:
        """Do passes until asked to stop; a failed pass is logged, shown, and tried again at the next."""
        while not stop.is_set():
            try:
                self.pass_once()
            except Exception as error:  # noqa: BLE001 - a loop goes on; what is not ours is logged whole
                self._say(phase=Phase.FAILED, last_error=str(error))
                metrics.PASSES.labels("failed").inc()
                unknown = None if isinstance(error, FleetcostError) else error
                _log.error("pass failed", error=str(error), kind=type(error).__name__, exc_info=unknown)
            self._wait(stop, interval_seconds)

    def _wait(self, stop: threading.Event, seconds: float) -> None:
        left = seconds
        while left > 0 and not stop.wait(min(left, GLANCE_SECONDS)) and not self._wanted():
            left -= GLANCE_SECONDS

    def _note(self, entries: Iterable[Tried]) -> None:
        """Remember how often objects that cannot be used were read; from then on they are read ever less often."""
        for entry in entries:
            if entry.state in {EntryState.DAMAGED, EntryState.REFUSED}:
                self._tries[entry.path] += 1
            else:
                self._tries.pop(entry.path, None)

    def _say(self, **facts: Any) -> None:  # noqa: ANN401 - the fields of `Status`
        self._status = replace(self._status, **facts)


def summary(troubles: list[str]) -> str:
    """Return what could not be reached, in a sentence."""
    more = f" (and {len(troubles) - 1} more, all left for the next pass)" if len(troubles) > 1 else ""
    return f"{troubles[0]}{more}"
