"""
Each tool of a server for AI clients that others wrote for Kubecost's API answers from ours, with our figures.

The program is `ct-kubecost-mcp-server`, in an environment of its own, because it needs older libraries than ours.
`make peer` runs it; without PEER these tests are skipped.
"""

from __future__ import annotations

import asyncio
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from mcp import Client, StdioServerParameters
from starlette.applications import Starlette

from compat.catalogue import FLEETS
from compat.engine import PAGE, services_of
from compat.fleets import ingested
from fleetcost.api.app import create_app
from servers.fleetcost import get
from servers.process import free_port

PEER = os.environ.get("PEER", "")
SPAN = "2024-01-01T00:00:00Z,2024-01-02T00:00:00Z"

pytestmark = [
    pytest.mark.corner,
    pytest.mark.skipif(not PEER, reason="no server of others here: PEER names no program; `make peer` installs it"),
]


@contextmanager
def listening(application: Starlette) -> Iterator[str]:
    """Serve an application on a port of this machine for the length of the block."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(application, "127.0.0.1", port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started and thread.is_alive():
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The worked example, served."""
    folder = tmp_path_factory.mktemp("peer")
    made = ingested(FLEETS["topology"], folder)
    with listening(create_app(services_of(made, folder), PAGE)) as found:
        yield found
    made.database.close()


def test_every_tool_of_it_answers_with_our_figures(address: str) -> None:
    """No tool fails, and costs by namespace are those of the route it asks."""

    async def work() -> None:
        command = StdioServerParameters(command=PEER, env={"KUBECOST_URL": address, "PATH": os.environ["PATH"]})
        async with Client(command, mode="legacy") as client:
            tools = [one.name for one in (await client.list_tools()).tools]
            assert set(tools) == {"get_allocation", "get_assets", "get_cloud_cost", "get_efficiency", "health"}
            for name in tools:
                found = await client.call_tool(name, {} if name == "health" else {"window": SPAN})
                assert not found.is_error, (name, found.content)
                if name == "get_allocation":
                    said = json.loads(found.content[0].text)
            expected = get(address, "/model/allocation", window=SPAN, aggregate="namespace", accumulate="true")
            ours = {name: row["totalCost"] for name, row in expected["data"][0].items() if name != "__idle__"}
            rows = said[0] if isinstance(said, list) else said
            assert {name: row["totalCost"] for name, row in rows.items() if name != "__idle__"} == ours

    asyncio.run(work())
