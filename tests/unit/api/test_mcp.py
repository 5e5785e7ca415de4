"""The tools for AI clients: both eras of the protocol, the API's figures, closed sums, nobody else's clusters."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from compat.asgi import AsgiClient
from compat.catalogue import FLEETS
from compat.engine import PAGE, services_of
from compat.fleets import Ingested, ingested
from compat.started import Fleets, ask
from fleetcost.api.access import Tokens
from fleetcost.api.app import create_app
from fleetcost.api.mcp.catalogue import INSTRUCTIONS, RESOURCES, TOOLS
from fleetcost.api.mcp.standing import REST, closed, exact, sums
from unit.api.apps import App
from unit.api.test_narrowed import NS, TOKENS, tokens_file

MODERN = "2026-07-28"
META = {
    "_meta": {
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientCapabilities": {},
    }
}
SPAN = "2024-01-01T00:00:00Z,2024-01-02T00:00:00Z"

CALLS: dict[str, dict[str, Any]] = {
    "get_allocation_costs": {"window": SPAN, "aggregate": "cluster,namespace", "include_idle": True},
    "get_asset_costs": {"window": SPAN},
    "get_cloud_costs": {"window": SPAN, "aggregate": "service", "provider": 'A"W\\S'},
    "get_efficiency": {"window": SPAN, "aggregate": "namespace"},
    "list_clusters": {},
    "describe_data": {"kind": "allocations"},
    "get_coverage": {"window": SPAN},
    "compare_costs": {"window": SPAN},
    "explain_number": {"window": SPAN, "depth": 3},
    "find_anomalies": {},
    "get_recommendations": {},
}


def headers_of(method: str, params: dict[str, Any]) -> dict[str, str]:
    """Return the headers of the modern era."""
    name = params.get("name", params.get("uri"))
    named = {"mcp-name": name} if name is not None else {}
    return {"mcp-protocol-version": MODERN, "mcp-method": method, "content-type": "application/json", **named}


def sent(client: AsgiClient, method: str, params: dict[str, Any], **more: str) -> Any:
    """Send one request of the modern era; return status and document."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params | META}).encode()
    answer = client.ask("/mcp", method="POST", body=body, headers=headers_of(method, params) | more)
    return answer.status, answer.document


def call(client: AsgiClient, tool: str, arguments: dict[str, Any], **more: str) -> Any:
    """Call a tool and return its result."""
    status, document = sent(client, "tools/call", {"name": tool, "arguments": arguments}, **more)
    assert status == 200, document
    return document["result"]


def spoken(app: App, mode: str, work: Callable[[Client], Awaitable[Any]]) -> Any:
    """Let the protocol's own client speak with the application."""

    async def run() -> Any:
        transport = httpx2.ASGITransport(app.client.application)
        async with (
            httpx2.AsyncClient(transport=transport, base_url="http://fleet.example") as http,
            Client(streamable_http_client("http://fleet.example/mcp", http_client=http), mode=mode) as client,
        ):
            return await work(client)

    return asyncio.run(run())


@pytest.mark.parametrize("mode", ["legacy", MODERN, "auto"])
def test_the_protocols_own_client_lists_and_calls_in_both_eras(full: App, mode: str) -> None:
    """It finds every tool and resource, calls one, and learns of its mistakes from the result of the call."""

    async def work(client: Client) -> None:
        tools = (await client.list_tools()).tools
        assert [one.name for one in tools] == list(TOOLS)
        assert {str(one.uri) for one in (await client.list_resources()).resources} == set(RESOURCES)
        found = await client.call_tool("list_clusters", {})
        assert [one["name"] for one in found.structured_content["clusters"]] == ["c1", "c2"]
        read = await client.read_resource("cost://clusters")
        assert json.loads(read.contents[0].text)["clusters"] == found.structured_content["clusters"]
        wrong = await client.call_tool("get_coverage", {"windo": "7d"})
        assert wrong.is_error
        assert "did you mean `window`?" in wrong.content[0].text

    spoken(full, mode, work)


def test_what_each_tool_takes_and_says_never_changes_between_two_lists(fleets: Fleets) -> None:
    """Lists are equal to the byte, tools are named as all clients allow, and the instructions are short."""
    client = fleets.client("topology")
    first, second = (sent(client, "tools/list", {})[1] for _ in range(2))
    assert json.dumps(first) == json.dumps(second)
    assert set(TOOLS) == set(CALLS)
    assert len(INSTRUCTIONS) <= 1024


@pytest.mark.parametrize("tool", sorted(CALLS))
def test_every_tool_answers_and_says_how_far_to_believe_it(fleets: Fleets, tool: str) -> None:
    """It gives one object, the same as text, within what a model can read."""
    found = call(fleets.client("topology"), tool, CALLS[tool])
    assert found["isError"] is False, found
    assert json.loads(found["content"][0]["text"]) == found["structuredContent"]
    assert len(found["content"][0]["text"]) < 45_000


@pytest.mark.parametrize("fleet", ["topology", "exchanged", "billed"])
def test_a_tool_says_what_the_api_says(fleets: Fleets, fleet: str) -> None:
    """Workloads with idle add up to the total of the compatible route, row by row."""
    client = fleets.client(fleet)
    query = "/allocation/compute?window=1704067200,1704153600&aggregate=namespace&includeIdle=true"
    rows = ask(fleets, fleet, query)["data"][0]
    found = call(client, "get_allocation_costs", {"window": SPAN, "aggregate": "namespace", "include_idle": True})
    found = found["structuredContent"]
    (listed,) = found["data"]["allocations"].values()
    assert {row["name"]: row["totalCost"] for row in listed["allocations"]} == {
        name: row["totalCost"] for name, row in rows.items()
    }
    assert Decimal(found["total"]["exact"]) == exact(row["totalCost"] for row in rows.values())
    assert found["currency"]
    assert found["coverage"]["clusters"] > 0


def test_bills_are_summed_as_the_api_sums_them(fleets: Fleets) -> None:
    """The summary of cloud costs is the sum of their rows, and a quoted value means itself."""
    client = fleets.client("cloud")
    found = call(client, "get_cloud_costs", {"window": SPAN, "aggregate": "service"})["structuredContent"]
    (one,) = found["data"]["cloudCosts"].values()
    assert found["data"]["summary"]["totalNetCost"] == float(exact(row["netCost"]["cost"] for row in one["cloudCosts"]))
    none = call(client, "get_cloud_costs", {"window": SPAN, "aggregate": "service", "service": 'x"+provider:"AWS'})
    assert next(iter(none["structuredContent"]["data"]["cloudCosts"].values()))["cloudCosts"] == []


FIGURES = st.lists(st.floats(-1e9, 1e9).map(lambda one: round(one, 9)), max_size=60)


@given(FIGURES, st.integers(0, 3000))
def test_rows_and_rest_add_up_wherever_they_are_cut(figures: list[float], room: int) -> None:
    """What is shown and what is left out is the whole, and at least one row is shown."""
    rows = [{"name": str(place), "cost": one} for place, one in enumerate(figures)]
    shown, truncated = closed(rows, sums(("cost",)), room)
    assert float(exact(row["cost"] for row in shown)) == pytest.approx(float(exact(figures)), rel=1e-12, abs=1e-6)
    assert truncated["of"] == len(rows)
    assert truncated["shown"] >= min(1, len(rows))
    assert (shown[-1]["name"] == REST) == (truncated["shown"] < len(rows)) if rows else not shown


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"mcp-method": "tools/list"}, 400, -32020),
        ({"mcp-name": "get_coverage"}, 400, -32020),
        ({"mcp-protocol-version": "2025-11-25"}, 400, -32020),
        ({"mcp-name": "=?base64?bGlzdF9jbHVzdGVycw==?="}, 200, None),
        ({"mcp-name": "=?base64?!?="}, 400, -32020),
    ],
)
def test_headers_say_what_the_body_says(fleets: Fleets, changed: dict[str, str], status: int, code: int | None) -> None:
    """A request whose headers say another thing than its body is refused, so that no proxy is deceived."""
    got, document = sent(fleets.client("topology"), "tools/call", {"name": "list_clusters", "arguments": {}}, **changed)
    assert (got, document.get("error", {}).get("code")) == (status, code)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, -32700),
        (b"[]", 400, -32600),
        (b'{"jsonrpc":"2.0","id":[],"method":"ping"}', 400, -32600),
        (b'{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}', 400, -32600),
        (b'{"jsonrpc":"2.0","id":1,"method":"nothing/there"}', 200, -32601),
        (b'{"jsonrpc":"2.0","method":"notifications/initialized"}', 202, None),
        (b'{"jsonrpc":"2.0","id":"a","method":"ping"}', 200, None),
        (b"[" * 5000, 400, -32700),
    ],
)
def test_malformed_messages_are_refused_by_name(fleets: Fleets, body: bytes, status: int, code: int | None) -> None:
    """What is no message is an error of the protocol; a notification is accepted without an answer."""
    answer = fleets.client("topology").ask(
        "/mcp", method="POST", body=body, headers={"content-type": "application/json"}
    )
    assert answer.status == status
    assert (answer.document if answer.body else {}).get("error", {}).get("code") == code


def test_an_unknown_version_is_answered_with_those_that_are_spoken(fleets: Fleets) -> None:
    """A client of a later time learns what to speak."""
    body = b'{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}'
    headers = {"mcp-protocol-version": "2031-01-01", "content-type": "application/json"}
    answer = fleets.client("topology").ask("/mcp", method="POST", body=body, headers=headers)
    assert (answer.status, answer.document["error"]["code"]) == (400, -32022)
    assert MODERN in answer.document["error"]["data"]["supported"]


def test_a_page_of_another_site_cannot_ask(fleets: Fleets) -> None:
    """A foreign Origin is refused, other methods than POST are not there."""
    client = fleets.client("topology")
    status, _ = sent(client, "tools/list", {}, origin="http://evil.example")
    assert status == 403
    assert client.ask("/mcp", method="GET").status == 405
    assert client.ask("/mcp", method="DELETE").status == 405


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ingested]:
    """The worked example in tables."""
    tables = ingested(FLEETS["topology"], tmp_path_factory.mktemp("mcp"))
    yield tables
    tables.database.close()


@pytest.fixture(scope="module")
def narrowed(made: Ingested, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AsgiClient]:
    """An application whose only token sees one namespace."""
    folder: Path = tmp_path_factory.mktemp("tokens")
    services = services_of(made, folder, tokens=Tokens(tokens_file(folder, TOKENS)))
    with AsgiClient(create_app(services, PAGE)) as asked:
        yield asked


REFUSED = {"get_asset_costs", "get_cloud_costs", "get_recommendations"}
"""What a token that is narrowed to a namespace may not ask: assets and bills have none."""


@pytest.mark.parametrize("tool", sorted(CALLS))
def test_a_narrowed_token_learns_nothing_else_through_any_tool(narrowed: AsgiClient, tool: str) -> None:
    """Neither a name nor a sum of another namespace is in any answer; without a token there is none."""
    assert sent(narrowed, "tools/list", {})[0] == 401
    found = call(narrowed, tool, CALLS[tool], authorization=f"Bearer {NS}")
    assert found["isError"] == (tool in REFUSED), found["content"]
    text = json.dumps(found)
    assert "ns1" not in text
    assert "ns3" not in text
