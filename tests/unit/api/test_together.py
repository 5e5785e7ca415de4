"""Equal questions asked at once are one question, for those who may see the same."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from fleetcost.api.access import Tokens
from fleetcost.api.context import Context
from fleetcost.api.gate import Gate, Ticket
from fleetcost.api.problem import ClientLeftError, TooSlowError
from fleetcost.api.routes.operations import OPERATIONS
from fleetcost.api.routing import route_of
from fleetcost.api.together import Together
from unit.api.apps import App, app, fleet_bucket
from unit.api.test_access import TOKENS, write
from unit.api.test_gate import leaves, run, stays

CALLERS = 24


class Slow:
    """A question that takes until it is let go, and counts how often it was asked and ended."""

    def __init__(self) -> None:
        self.asked = 0
        self.ended = 0
        self.go = threading.Event()

    def __call__(self, ticket: Ticket) -> int:
        """Answer with how often it was asked."""
        self.asked += 1
        number = self.asked
        with ticket.held(self):  # type: ignore[arg-type] - of a view only this is used
            self.go.wait(10)
        return number

    def interrupt(self) -> None:
        """End."""
        self.ended += 1
        self.go.set()


def test_equal_questions_run_once() -> None:
    """Whoever asks while an equal question runs gets its answer; another question, and a later one, run themselves."""

    async def scene() -> None:
        together, slow, other = Together(Gate(2, 9, 10)), Slow(), Slow()
        asked = [asyncio.ensure_future(together.ask("a", stays, slow)) for _ in range(CALLERS)]
        apart = asyncio.ensure_future(together.ask("b", stays, other))
        await asyncio.sleep(0.05)
        slow.go.set()
        other.go.set()
        assert await asyncio.gather(*asked) == [1] * CALLERS
        assert (await apart, other.asked) == (1, 1)
        assert await together.ask("a", stays, slow) == 2

    run(scene)


def test_who_leaves_ends_nobody_s_question() -> None:
    """A question goes on as long as anybody waits for it, whoever asked first; the last who leaves ends it."""

    async def scene() -> None:
        together, slow = Together(Gate(1, 9, 10)), Slow()
        gone = asyncio.Event()

        async def leaves_later() -> dict[str, Any]:
            await gone.wait()
            return await leaves()

        first = asyncio.ensure_future(together.ask("a", leaves_later, slow))
        second = asyncio.ensure_future(together.ask("a", stays, slow))
        await asyncio.sleep(0.05)
        gone.set()
        with pytest.raises(ClientLeftError):
            await first
        slow.go.set()
        assert (await second, slow.asked, slow.ended) == (1, 1, 0)

        alone = Slow()
        asking = asyncio.ensure_future(together.ask("b", stays, alone))
        await asyncio.sleep(0.05)
        with pytest.raises(ClientLeftError):
            await together.ask("b", leaves_later, alone)
        asking.cancel()
        await asyncio.sleep(0.3)
        assert (alone.asked, alone.ended > 0) == (1, True)
        alone.go.set()
        assert await together.ask("b", stays, alone) == 2

    run(scene)


def test_an_error_is_everybody_s() -> None:
    """A question that fails, or takes too long, fails for all who wait for it, and for nobody later."""

    async def scene() -> None:
        together, slow = Together(Gate(1, 9, 0.1)), Slow()
        answers = await asyncio.gather(*(together.ask("a", stays, slow) for _ in range(3)), return_exceptions=True)
        assert [type(one) for one in answers] == [TooSlowError] * 3
        broken = [together.ask("b", stays, lambda _ticket: 1 // 0) for _ in range(2)]
        assert [type(one) for one in await asyncio.gather(*broken, return_exceptions=True)] == [ZeroDivisionError] * 2
        assert await together.ask("b", stays, lambda _ticket: 3) == 3

    run(scene)


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[App]:
    """A small fleet behind tokens."""
    with app(tmp_path, fleet_bucket(), tokens=Tokens(write(tmp_path / "t.yaml", TOKENS))) as made:
        made.ingestor.pass_once()
        yield made


def test_callers_who_see_the_same_share_an_answer(guarded: App) -> None:
    """Equal cold questions are asked once for each part of the fleet that is seen, and answered alike."""
    (operation,) = [one for one in OPERATIONS if one.path == "/api/v1/allocations"]
    asked: list[str] = []
    handler = operation.bound(guarded.client.application.state.services)

    def counted(context: Context) -> Any:
        asked.append(context.caller.name)
        threading.Event().wait(0.3)
        return handler(context)

    counting = Starlette(routes=[Route("/q", route_of(replace(operation, handler=counted)))])
    counting.state = guarded.client.application.state
    names = ["reader", "boss", "one", "two"] * (CALLERS // 4)
    replies = asyncio.run(_all(counting, [{"x-api-key": name} for name in names]))
    assert sorted(asked) == sorted({"one", "two", *asked})
    assert len(asked) == 3
    seen = {
        name: {row["name"].partition("/")[0] for row in reply.json()["rows"]}
        for name, reply in zip(names, replies, strict=True)
    }
    assert seen == {"reader": {"c1", "c2"}, "boss": {"c1", "c2"}, "one": {"c1"}, "two": {"c2"}}
    assert len({reply.content for reply in replies}) == 3


def test_files_are_each_asker_s_own(guarded: App) -> None:
    """A file is written for the one who asked: equal questions for files are answered each, and whole."""
    replies = asyncio.run(
        _all(guarded.client.application, [{"x-api-key": "boss"}] * 4, "/api/v1/allocations?window=7d&format=csv")
    )
    assert [reply.status_code for reply in replies] == [200] * 4
    assert len({reply.content for reply in replies}) == 1
    assert replies[0].text.count("\n") > 1


async def _all(
    application: Starlette, headers: list[dict[str, str]], path: str = "/q?window=7d"
) -> list[httpx.Response]:
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://fleet.example") as client:
        asks: list[Awaitable[httpx.Response]] = [client.get(path, headers=one) for one in headers]
        return list(await asyncio.gather(*asks))
