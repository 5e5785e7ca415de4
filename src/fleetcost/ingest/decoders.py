"""
Foreign sets are decoded in processes of their own: decoding holds the interpreter, and its memory must end somewhere.

The processes are started with the first foreign set of a pass and stopped with its end. One that needs more memory than
it has, or dies, costs its own set and no other.
"""

from __future__ import annotations

import gc
import multiprocessing
import resource
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from fleetcost.errors import NoRoomError, SetDamagedError, SetRefusedError
from fleetcost.ingest.budget import MIB
from fleetcost.model.sets import SetHeader
from fleetcost.ops.processes import end_with_parent
from fleetcost.sets.bingen.source import LARGEST_BYTES
from fleetcost.sets.files import to_bytes
from fleetcost.sets.foreign import Origin, convert
from fleetcost.sets.limits import only_possible

if TYPE_CHECKING:
    # A decoding process needs no database, whose engine would take longer to load than a set to decode.
    from fleetcost.ingest.plan import Load

RESERVE_BYTES = 256 * MIB
"""Address space a process may reserve beyond what it uses: threads and allocators do."""

GROWTH = 24
"""Bytes of memory that decoding and converting take for each unpacked byte; measured: 21, on a set full of details."""

LONGEST_SECONDS = 600.0
"""A set that takes longer is refused and its process ended."""


class Decoders:
    """
    The decoding processes.

    Args:
        processes: how many at most
        memory_bytes: what each may use for sets
        currency: of foreign sets
        clock: gives the time
    """

    def __init__(self, processes: int, memory_bytes: int, currency: str, clock: Callable[[], datetime]) -> None:
        self._processes = processes
        self._memory_bytes = memory_bytes
        self._currency = currency
        self._clock = clock
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None

    def convert(self, content: bytes, load: Load, file: Path) -> tuple[SetHeader, str]:
        """
        Decode an object and write it to a file in our format; called by several threads.

        Args:
            content: the object
            load: what it is
            file: where to

        Returns:
            Its header, and what was found, in words.

        Raises:
            SetDamagedError, SetRefusedError: it cannot be used.
            NoRoomError: the disk is full.
        """
        origin = Origin(load.key, load.info.path, load.info.modified, self._currency)
        largest = min(LARGEST_BYTES, self._memory_bytes // GROWTH)
        job = (content, origin, self._clock(), largest, file)
        try:
            return self._running().submit(convert_file, *job).result(LONGEST_SECONDS)
        except BrokenProcessPool:
            return self._alone(job)
        except TimeoutError:
            self.close(kill=True)
            raise SetRefusedError(f"read {load.info.path}: not decoded in {LONGEST_SECONDS:.0f} seconds") from None

    def close(self, *, kill: bool = False) -> None:
        """Stop the processes; the next set starts new ones."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            _stop(pool, kill=kill)

    def _running(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = self._started(self._processes)
            return self._pool

    def _started(self, processes: int) -> ProcessPoolExecutor:
        # Not forked: this process has threads and the database open.
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(processes, context, begin, (self._memory_bytes,))

    def _alone(self, job: tuple[bytes, Origin, datetime, int, Path]) -> tuple[SetHeader, str]:
        """A process has died and took the others' sets along: try each again with a process of its own."""
        self.close()
        pool = self._started(1)
        try:
            return pool.submit(convert_file, *job).result(LONGEST_SECONDS)
        except (BrokenProcessPool, TimeoutError):
            raise SetRefusedError(f"read {job[1].path}: the decoding process died of it") from None
        finally:
            _stop(pool, kill=True)


def begin(memory_bytes: int) -> None:
    """Prepare a decoding process: its memory ends somewhere, and it ends with its parent."""
    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    limit = mapped + memory_bytes + RESERVE_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    # Decoding makes millions of objects and no cycles; looking for them takes a fifth of the time.
    gc.disable()
    end_with_parent()


def convert_file(
    content: bytes, origin: Origin, now: datetime, largest_bytes: int, file: Path
) -> tuple[SetHeader, str]:
    """
    Decode an object and write it to a file, in a decoding process.

    Raises:
        SetDamagedError, SetRefusedError: it cannot be used.
        NoRoomError: the disk is full.
    """
    try:
        converted = convert(content, origin, now, largest_bytes)
        rows, gone = only_possible(converted.cost_set.table)
        written = to_bytes(replace(converted.cost_set, table=rows))
    except MemoryError:
        raise SetRefusedError(
            f"read {origin.path}: {len(content):,} bytes, more than fits the memory of a decoding process: raise the "
            "setting memory"
        ) from None
    except (SetDamagedError, SetRefusedError) as error:
        # Raised again: what it was raised from may not pass between processes.
        raise type(error)(str(error)) from None
    try:
        file.write_bytes(written)
    except OSError as error:
        raise NoRoomError(f"write {file}: {error.strerror}: give the data directory more room") from None
    left_out = f"{gone:,} numbers that cannot be are left out" if gone else ""
    return converted.cost_set.header, "; ".join(filter(None, (converted.summary, left_out)))


def _stop(pool: ProcessPoolExecutor, *, kill: bool) -> None:
    if kill:
        for process in list((pool._processes or {}).values()):  # noqa: SLF001 - there is no other way to end one
            process.kill()
    pool.shutdown(wait=not kill, cancel_futures=True)
