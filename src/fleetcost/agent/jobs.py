"""Repair jobs: queued by HTTP or by a request in the bucket, done one after the other beside the loop."""

from __future__ import annotations

import queue
import threading
import uuid
from collections import OrderedDict

import msgspec

from fleetcost.agent.loop import Agent
from fleetcost.agent.repair import Repair, check_held, compare
from fleetcost.documents.repairs import RepairedSet, RepairJob
from fleetcost.errors import CallerError, FleetcostError, TryAgainError
from fleetcost.model.window import Window, rfc3339
from fleetcost.ops import log

REMEMBERED = 100
"""Finished jobs that are still shown."""

MOST_DIFFERENCES = 20_000
"""Differences of all finished jobs together; the longest repair has nearly as many, and the newest is always kept."""

MOST_WAITING = 16
"""Repairs that may wait for those before them."""

_log = log.get("agent")


class Jobs:
    """The agent's repairs: a queue, a worker thread, and what became of each."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._waiting: queue.Queue[tuple[str, Repair] | None] = queue.Queue()
        self._jobs: OrderedDict[str, RepairJob] = OrderedDict()
        self._lock = threading.Lock()
        self._worker = threading.Thread(target=self._work, name="repair", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._worker.start()

    def stop(self) -> None:
        """Finish the running job and stop."""
        self._waiting.put(None)
        self._worker.join()

    def order(self, repair: Repair, job_id: str = "") -> RepairJob:
        """
        Queue a repair; ordering an id that is known returns its job.

        Raises:
            CallerError: its window has not begun, or is too long.
            TryAgainError: too many wait already.
        """
        repair.begun(self._agent.clock())
        chosen = job_id or uuid.uuid4().hex[:12]
        with self._lock:
            if chosen in self._jobs:
                return self._jobs[chosen]
            if sum(job.state == "queued" for job in self._jobs.values()) >= MOST_WAITING:
                raise TryAgainError(f"{MOST_WAITING} repairs are waiting already; order this one when some are done")
            job = RepairJob(
                id=chosen,
                start=rfc3339(repair.window.start),
                end=rfc3339(repair.window.end),
                force=repair.force,
                dry_run=repair.dry_run,
                ordered_at=self._agent.clock(),
            )
            self._jobs[chosen] = job
        self._waiting.put((chosen, repair))
        return job

    def list(self) -> tuple[RepairJob, ...]:
        """Return every job that is remembered, newest first."""
        with self._lock:
            return tuple(reversed(self._jobs.values()))

    def wait(self, job_id: str) -> RepairJob:
        """
        Return a job once it is finished.

        Raises:
            TryAgainError: it is not remembered any more.
        """
        while True:
            with self._lock:
                job = self._jobs.get(job_id)
            if job is None:
                raise TryAgainError(f"repair {job_id} is not remembered any more; order it again")
            if job.finished_at:
                return job
            threading.Event().wait(0.02)

    def _work(self) -> None:
        while (item := self._waiting.get()) is not None:
            job_id, repair = item
            try:
                self._repair(job_id, repair)
            except CallerError as error:
                self._end(job_id, "refused", str(error))
            except Exception as error:  # noqa: BLE001 - one repair must not end those that wait behind it
                self._end(job_id, "failed", str(error))
                if not isinstance(error, FleetcostError):
                    _log.error("repair failed", job=job_id, exc_info=error)

    def _repair(self, job_id: str, repair: Repair) -> None:
        now = self._agent.clock()
        window = repair.begun(now)
        hours = repair.hours(self._agent.timing, now)
        _log.info("repairing", job=job_id, window=str(repair.window), hours=len(hours), dry_run=repair.dry_run)
        self._say(job_id, state="running", total=len(hours))
        check_held(self._agent.builder, repair, now)
        differences: list[RepairedSet] = []
        built: list[Window] = []
        if not repair.dry_run:
            self._agent.prepare(window, now)
        for done, hour in enumerate(hours, 1):
            differences += compare(self._agent.builder, self._agent.store, hour, force=repair.force, now=now)
            if not repair.dry_run:
                built += self._agent.build_hours((hour,), now=now, force=repair.force).built
            self._say(job_id, done=done, differences=tuple(differences))
        uploaded = self._agent.settle(window, built, now=now, force=repair.force) if built else ()
        changed = sum(one.outcome in {"created", "replaced"} for one in differences)
        would = "would change" if repair.dry_run else "changed"
        self._end(job_id, "done", f"{changed} of {len(differences)} hourly sets {would}, {len(uploaded)} uploaded")

    def _end(self, job_id: str, state: str, message: str) -> None:
        _log.info("repaired" if state == "done" else "repair " + state, job=job_id, message=message)
        self._say(job_id, state=state, message=message, finished_at=self._agent.clock())
        with self._lock:
            finished = [job for job in self._jobs.values() if job.finished_at]
            held = sum(len(job.differences) for job in finished)
            for count, old in zip(range(len(finished), 1, -1), finished, strict=False):
                if count <= REMEMBERED and held <= MOST_DIFFERENCES:
                    break
                held -= len(old.differences)
                del self._jobs[old.id]

    def _say(self, job_id: str, **facts: object) -> None:
        with self._lock:
            self._jobs[job_id] = msgspec.structs.replace(self._jobs[job_id], **facts)
