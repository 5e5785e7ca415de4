"""The gate before a real engine: what ends a statement that runs for hours, and what its client reads."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from compat.asgi import AsgiClient
from compat.engine import services_of
from compat.fleets import Ingested, ingested
from compat.topology import TOPOLOGY
from fleetcost.api.context import Context
from fleetcost.api.gate import Gate, Ticket
from fleetcost.api.operation import Operation
from fleetcost.api.problem import BusyError, ClientLeftError, TooSlowError
from fleetcost.api.routing import route_of
from fleetcost.api.together import Together
from fleetcost.api.words import Family
from fleetcost.errors import QuestionEndedError, TooMuchError

ENDLESS = "SELECT sum(a.range * b.range) FROM range(10000000) AS a, range(10000000) AS b"
"""A query that takes hours and needs no memory."""

PROMPTLY = 5.0
"""Seconds within which an ended question's place must be free again."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ingested]:
    """A small fleet in tables."""
    tables = ingested(TOPOLOGY, tmp_path_factory.mktemp("gate"))
    yield tables
    tables.database.close()


def endless(made: Ingested) -> Any:
    """Return a question that does not end by itself."""

    def work(ticket: Ticket) -> str:
        with made.database.snapshot() as snapshot, ticket.held(snapshot):
            snapshot.rows(ENDLESS)
        return "never"

    return work


async def staying() -> Any:
    """A client that waits for ever."""
    await asyncio.Event().wait()


async def leaving() -> Any:
    """A client that leaves after a moment."""
    await asyncio.sleep(0.2)
    return {"type": "http.disconnect"}


async def _freed(gate: Gate) -> float:
    """Return how long it took until a place was free, by asking for one."""
    began = time.monotonic()
    while True:
        try:
            assert await gate.run(staying, lambda _ticket: "answered") == "answered"
        except (BusyError, TooSlowError):
            await asyncio.sleep(0.01)
            continue
        return time.monotonic() - began


def test_a_question_whose_time_is_over_is_ended(made: Ingested) -> None:
    """The client is answered after the deadline, and the engine stops working on it."""

    async def scenario() -> float:
        gate = Gate(running=1, waiting=0, seconds=0.3)
        began = time.monotonic()
        with pytest.raises(TooSlowError, match=r"longer than 0\.3 s"):
            await gate.run(staying, endless(made))
        assert 0.3 <= time.monotonic() - began < PROMPTLY
        return await _freed(gate)

    assert asyncio.run(scenario()) < PROMPTLY


def test_a_question_nobody_waits_for_is_ended(made: Ingested) -> None:
    """When the client leaves, the engine stops long before the deadline."""

    async def scenario() -> float:
        gate = Gate(running=1, waiting=0, seconds=60)
        with pytest.raises(ClientLeftError):
            await gate.run(leaving, endless(made))
        return await _freed(gate)

    assert asyncio.run(scenario()) < PROMPTLY


def test_waiting_counts(made: Ingested) -> None:
    """A question that only waited for a place learns that its time is over, and takes no place with it."""

    async def scenario() -> None:
        gate = Gate(running=1, waiting=5, seconds=0.4)
        outcomes = await asyncio.gather(*(gate.run(staying, endless(made)) for _ in range(3)), return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [TooSlowError] * 3
        await _freed(gate)

    asyncio.run(scenario())


def test_an_ended_query_says_so(made: Ingested) -> None:
    """A query that another thread ends raises our error, not the engine's."""
    with made.database.snapshot() as snapshot:
        threading.Timer(0.2, snapshot.interrupt).start()
        with pytest.raises(QuestionEndedError):
            snapshot.rows(ENDLESS)


def test_a_query_without_memory_says_so(made: Ingested) -> None:
    """A query that needs more memory than the engine may use raises our error."""
    with made.database.snapshot() as snapshot, pytest.raises(TooMuchError, match="more memory"):
        snapshot.rows("SELECT list(range ORDER BY random()) FROM range(2000000000)")


def slow_app(made: Ingested, folder: Path, **limits: float) -> Starlette:
    """An application with one route that never answers by itself."""
    begun = threading.Event()

    def handler(context: Context) -> Any:
        begun.set()
        with context.snapshot() as snapshot:
            return snapshot.rows(ENDLESS)

    operation = Operation(
        path="/api/v1/slow/{which}", handler=handler, summary="", family=Family.NATIVE, answers=object
    )
    app = Starlette(routes=[Route(operation.path, route_of(operation))])
    app.state.services = services_of(made, folder)
    app.state.begun = begun
    app.state.gate = Gate(running=1, waiting=0, seconds=limits.get("seconds", 0.3))
    app.state.together = Together(app.state.gate)
    return app


def test_a_client_reads_that_it_took_too_long(made: Ingested, tmp_path: Path) -> None:
    """The problem says how long a question may take and what would be faster."""
    app = slow_app(made, tmp_path)
    with AsgiClient(app) as client:
        answer = client.ask("/api/v1/slow/second")
    app.state.gate.close()
    assert answer.status == 504
    assert answer.document["title"] == "took too long"
    assert "shorter window" in answer.document["detail"]


def test_a_client_that_left_gets_nothing(made: Ingested, tmp_path: Path) -> None:
    """A request whose client went away ends long before its deadline."""
    began = time.monotonic()
    app = slow_app(made, tmp_path, seconds=60)
    with AsgiClient(app) as client:
        answer = client.ask("/api/v1/slow/second", leave_after=0.2)
    app.state.gate.close()
    assert answer.status == 499
    assert time.monotonic() - began < PROMPTLY


def test_a_closed_gate_leaves_nothing_running(made: Ingested) -> None:
    """When the server stops, running questions are ended instead of waited for."""

    async def scenario() -> None:
        gate = Gate(running=1, waiting=0, seconds=60)
        running = asyncio.ensure_future(gate.run(staying, endless(made)))
        await asyncio.sleep(0.2)
        began = time.monotonic()
        await asyncio.to_thread(gate.close)
        assert time.monotonic() - began < PROMPTLY
        with pytest.raises(QuestionEndedError):
            await running

    asyncio.run(scenario())


def test_a_client_reads_when_to_come_again(made: Ingested, tmp_path: Path) -> None:
    """A refused question carries Retry-After."""
    app = slow_app(made, tmp_path, seconds=1)
    with AsgiClient(app) as client:
        first = threading.Thread(target=client.ask, args=("/api/v1/slow/first",))
        first.start()
        assert app.state.begun.wait(PROMPTLY)
        answer = client.ask("/api/v1/slow/second")
        first.join()
    app.state.gate.close()
    assert answer.status == 503
    assert answer.document["title"] == "busy"
    assert answer.headers["retry-after"] == "1"
