"""
The gate in front of the engine: how many questions run, how many wait, and how long one may take.

The engine uses every core for one question, so more at once only make each other slow.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from starlette.types import Receive

from fleetcost.api.problem import BusyError, ClientLeftError, TooSlowError
from fleetcost.tables.view import View

Answer = TypeVar("Answer")

_PATIENCE_SECONDS = 5.0
"""How long the end of the server waits for the end of its questions."""

_AGAIN_SECONDS = 0.05
"""Pause between two attempts to end a question; one attempt ends one statement, and a question has several."""


class Ticket:
    """The place of one running question; whoever waits for it can end it."""

    def __init__(self) -> None:
        self._snapshots: list[View] = []
        self._lock = threading.Lock()

    @contextmanager
    def held(self, snapshot: View) -> Iterator[None]:
        """Let a snapshot be interrupted for the length of the block."""
        with self._lock:
            self._snapshots.append(snapshot)
        try:
            yield
        finally:
            with self._lock:
                self._snapshots.remove(snapshot)

    def interrupt(self) -> None:
        """End the statements that are running."""
        with self._lock:
            for snapshot in self._snapshots:
                snapshot.interrupt()


class Gate:
    """
    Lets questions through.

    Args:
        running: how many run at once
        waiting: how many may wait for one of these places
        seconds: how long a question may wait and run
    """

    def __init__(self, running: int, waiting: int, seconds: float) -> None:
        self._pool = ThreadPoolExecutor(running, "question")
        self._places = asyncio.Semaphore(running)
        self._most_waiting = waiting
        self._waiting = 0
        self._seconds = seconds
        self._ending: set[asyncio.Future[None]] = set()
        self._tickets: set[Ticket] = set()

    async def run(self, receive: Receive, work: Callable[[Ticket], Answer]) -> Answer:
        """
        Run a question in a thread.

        Args:
            receive: tells when the client leaves
            work: the question

        Raises:
            BusyError: too many are waiting.
            TooSlowError: its time was over.
            ClientLeftError: nobody waits for the answer any more.
        """
        if self._places.locked() and self._waiting >= self._most_waiting:
            raise BusyError(self._waiting)
        left = asyncio.ensure_future(client_left(receive))
        began = asyncio.get_running_loop().time()
        try:
            await self._admitted(left)
            remaining = self._seconds - (asyncio.get_running_loop().time() - began)
            return await self._finished(work, left, remaining)
        finally:
            left.cancel()

    async def _admitted(self, left: asyncio.Future[None]) -> None:
        place = asyncio.ensure_future(self._places.acquire())
        self._waiting += 1
        try:
            await self._first(place, left, self._seconds)
        except BaseException:
            # A place may have been given in the same moment.
            if not place.cancel() and not place.cancelled():
                self._places.release()
            raise
        finally:
            self._waiting -= 1

    async def _finished(self, work: Callable[[Ticket], Answer], left: asyncio.Future[None], seconds: float) -> Answer:
        ticket = Ticket()
        self._tickets.add(ticket)
        future = asyncio.get_running_loop().run_in_executor(self._pool, self._worked, work, ticket)
        future.add_done_callback(self._leave)
        try:
            await self._first(future, left, seconds)
        except GeneratorExit:
            # The loop is gone, and this runs wherever the garbage is collected: whatever it began there would be
            # on another loop, for whom the question never ends. `close` sees to it.
            raise
        except BaseException:
            if not future.done():
                ending = asyncio.ensure_future(_end(future, ticket))
                self._ending.add(ending)
                ending.add_done_callback(self._ending.discard)
            raise
        return future.result()

    async def _first(self, wanted: asyncio.Future[Any], left: asyncio.Future[None], seconds: float) -> None:
        """Wait for what is wanted, unless the client leaves or the time is over before."""
        waited: set[asyncio.Future[Any]] = {wanted, left}
        done, _ = await asyncio.wait(waited, timeout=max(0.0, seconds), return_when=asyncio.FIRST_COMPLETED)
        if wanted in done:
            return
        if left in done:
            raise ClientLeftError
        raise TooSlowError(self._seconds)

    def close(self) -> None:
        """End every question that is running and take no more; nobody waits for them any longer."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        patience = time.monotonic() + _PATIENCE_SECONDS
        while self._tickets and time.monotonic() < patience:
            for ticket in tuple(self._tickets):
                with suppress(Exception):  # one question's trouble keeps no other from its end
                    ticket.interrupt()
            time.sleep(_AGAIN_SECONDS)

    def _worked(self, work: Callable[[Ticket], Answer], ticket: Ticket) -> Answer:
        try:
            return work(ticket)
        finally:
            self._tickets.discard(ticket)

    def _leave(self, future: asyncio.Future[Any]) -> None:
        self._places.release()
        if not future.cancelled():
            future.exception()  # read, so that nobody complains that it was not


async def client_left(receive: Receive) -> None:
    """Return when the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _end(future: asyncio.Future[Any], ticket: Ticket) -> None:
    """Ask the question to end until it has; however that goes, the loop gets its turn in between."""
    while not future.done():
        with suppress(Exception):  # whatever this attempt meets, the next one comes
            ticket.interrupt()
        await asyncio.sleep(_AGAIN_SECONDS)
