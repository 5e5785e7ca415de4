"""Equal questions asked at once are one question: it runs once, and everybody who waits for it gets its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from typing import Any

from starlette.types import Message, Receive

from fleetcost.api.gate import Gate, Ticket, client_left
from fleetcost.api.problem import ClientLeftError

Work = Callable[[Ticket], Any]


class Together:
    """
    Asks each question once at a time.

    Args:
        gate: lets it through
    """

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._asked: dict[Hashable, _Joint] = {}

    async def ask(self, key: Hashable, receive: Receive, work: Work) -> Any:  # noqa: ANN401 - what the work gives
        """
        Ask a question, or wait with those who ask it already.

        Args:
            key: equal for equal questions of callers who may see the same
            receive: tells when this client leaves
            work: the question; what it gives may be sent to several

        Raises:
            BusyError, TooSlowError: as the gate says.
            ClientLeftError: this client waits no more; the question goes on while anybody else does.
        """
        joint = self._asked.get(key)
        if joint is None:
            joint = self._asked[key] = _Joint(self._gate, work)
            joint.running.add_done_callback(lambda done: self._ended(key, joint, done))
        try:
            return await joint.wait(receive)
        finally:
            if joint.deserted.is_set():
                self._forget(key, joint)

    def _ended(self, key: Hashable, joint: _Joint, done: asyncio.Future[Any]) -> None:
        self._forget(key, joint)
        if not done.cancelled():
            done.exception()  # read, so that nobody complains that it was not

    def _forget(self, key: Hashable, joint: _Joint) -> None:
        if self._asked.get(key) is joint:
            del self._asked[key]


class _Joint:
    """One question and how many wait for it."""

    def __init__(self, gate: Gate, work: Work) -> None:
        self._waiting = 0
        self.deserted = asyncio.Event()
        self.running = asyncio.ensure_future(gate.run(self._receive, work))

    async def wait(self, receive: Receive) -> Any:  # noqa: ANN401 - what the work gives
        left = asyncio.ensure_future(client_left(receive))
        self._waiting += 1
        try:
            await asyncio.wait({self.running, left}, return_when=asyncio.FIRST_COMPLETED)
            if not self.running.done():
                raise ClientLeftError
            return self.running.result()
        finally:
            left.cancel()
            self._waiting -= 1
            if not self._waiting:
                self.deserted.set()

    async def _receive(self) -> Message:
        """Leave when the last one has left."""
        await self.deserted.wait()
        return {"type": "http.disconnect"}
