"""The gate: how many questions run and wait."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from fleetcost.api.gate import Gate, Ticket
from fleetcost.api.problem import BusyError, ClientLeftError


async def stays() -> dict[str, Any]:
    """Be a client that waits for its answer."""
    await asyncio.Event().wait()
    raise AssertionError("unreachable")


async def leaves() -> dict[str, Any]:
    """Be a client that goes away."""
    return {"type": "http.disconnect"}


def run(scene: Callable[[], Awaitable[None]]) -> None:
    """Play a scene."""
    asyncio.run(asyncio.wait_for(scene(), 20))  # type: ignore[arg-type]


def test_a_question_is_answered_in_a_thread() -> None:
    """What the work returns, or raises, comes back to who asked."""

    async def scene() -> None:
        gate = Gate(1, 1, 10)
        assert await gate.run(stays, lambda _ticket: threading.current_thread().name) != "MainThread"
        with pytest.raises(ZeroDivisionError):
            await gate.run(stays, lambda _ticket: 1 // 0)
        assert await gate.run(stays, lambda _ticket: 5) == 5

    run(scene)


def test_no_more_run_than_may() -> None:
    """However many are asked, only so many run at the same time, and all are answered."""
    most = 0
    now = 0
    lock = threading.Lock()
    meeting = threading.Barrier(2, timeout=10)

    def work(_ticket: Ticket) -> int:
        nonlocal most, now
        with lock:
            now += 1
            most = max(most, now)
        meeting.wait()
        with lock:
            now -= 1
        return 1

    async def scene() -> None:
        gate = Gate(2, 10, 10)
        assert sum(await asyncio.gather(*(gate.run(stays, work) for _ in range(6)))) == 6

    run(scene)
    assert most == 2


def test_who_would_wait_too_long_in_line_is_told_at_once() -> None:
    """When the places and the line are full, the next is refused without waiting, and served when there is room."""
    go = threading.Event()

    async def scene() -> None:
        gate = Gate(1, 1, 10)
        started = asyncio.Event()
        loop = asyncio.get_running_loop()

        def work(_ticket: Ticket) -> bool:
            loop.call_soon_threadsafe(started.set)
            return go.wait(10)

        running = asyncio.ensure_future(gate.run(stays, work))
        await started.wait()
        waiting = asyncio.ensure_future(gate.run(stays, work))
        for _ in range(3):
            await asyncio.sleep(0)
        with pytest.raises(BusyError, match="1 questions are waiting already"):
            await gate.run(stays, lambda _ticket: 1)
        go.set()
        assert await asyncio.gather(running, waiting) == [True, True]
        assert await gate.run(stays, lambda _ticket: 1) == 1

    run(scene)


def test_who_leaves_the_line_takes_no_place() -> None:
    """A client that leaves while it waits is forgotten, and the next in line gets the place."""
    go = threading.Event()

    async def scene() -> None:
        gate = Gate(1, 5, 10)
        running = asyncio.ensure_future(gate.run(stays, lambda _ticket: go.wait(10)))
        await asyncio.sleep(0)
        with pytest.raises(ClientLeftError):
            await gate.run(leaves, lambda _ticket: 1)
        go.set()
        assert await running
        assert await gate.run(stays, lambda _ticket: 3) == 3

    run(scene)


def test_a_question_that_is_thrown_away_begins_nothing() -> None:
    """What a loop left waiting may be collected on any other loop: nothing is begun there that would wait for it."""
    go = threading.Event()
    gate = Gate(1, 1, 10)
    started = threading.Event()

    def work(_ticket: Ticket) -> bool:
        started.set()
        return go.wait(10)

    async def scene() -> None:
        question = gate.run(stays, work)
        while not started.is_set():
            waited = question.send(None)
            waited._asyncio_future_blocking = False  # as a task does that takes what is awaited
            await asyncio.wait({waited}, timeout=1)
        before = asyncio.all_tasks()
        question.close()
        assert asyncio.all_tasks() <= before
        go.set()
        await asyncio.to_thread(gate.close)

    run(scene)
