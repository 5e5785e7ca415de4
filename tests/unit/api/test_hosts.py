"""Names a server answers to: what keeps pages of other sites out where there are no tokens."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from builders import allocation, allocation_set, asset_set, bucket_of, day, pair
from fleetcost.api.headers import host_of
from fleetcost.api.serve import LOOPBACK, known_hosts
from unit.api.apps import App, app


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A server on loopback without tokens that is also called costs.example."""
    hosts = known_hosts("127.0.0.1", "costs.example", tokens=False)
    with app(tmp_path_factory.mktemp("hosts"), bucket_of(*pair()), hosts=hosts) as opened:
        opened.ingestor.pass_once()
        yield opened


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:9090", "127.0.0.1:9090", "[::1]:9090", "COSTS.example", "costs.example."]
)
def test_its_own_names_are_answered(local: App, host: str) -> None:
    """Loopback's names and those of the settings are answered, with any port, in any letters."""
    assert local.client.get("/api/v1/clusters", None, {"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:9090", "localhost.evil.example", "127.0.0.1.evil.example", "", "[::2]"]
)
@pytest.mark.parametrize(
    "path", ["/", "/healthz", "/metrics", "/api/v1/clusters", "/model/allocation", "/openapi.json"]
)
def test_other_names_are_refused(local: App, host: str, path: str) -> None:
    """A page that made its own name lead here reads nothing, whatever it asks for."""
    response = local.client.get(path, None, {"host": host})
    assert response.status_code == 421
    told = response.json()
    assert "allowed-hosts" in (told.get("detail") or told["message"])
    assert response.headers["x-content-type-options"] == "nosniff"


def test_two_hosts_are_one_too_many(local: App) -> None:
    """A request that names two hosts is refused, even if one of them is known."""

    async def ask() -> int:
        transport = httpx.ASGITransport(local.client.application)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            both = [("host", "localhost"), ("host", "evil.example")]
            return (await client.get("/api/v1/clusters", headers=both)).status_code

    assert asyncio.run(ask()) == 421


@pytest.mark.parametrize(
    ("bind", "allowed", "tokens", "known"),
    [
        ("127.0.0.1", "", False, LOOPBACK),
        ("127.0.0.1", "costs.example, b.example", False, LOOPBACK | {"costs.example", "b.example"}),
        ("10.0.0.7", "costs.example", False, LOOPBACK | {"costs.example", "10.0.0.7"}),
        ("0.0.0.0", "costs.example", False, LOOPBACK | {"costs.example"}),
        ("0.0.0.0", "", False, None),
        ("127.0.0.1", "", True, None),
    ],
)
def test_which_names_a_server_has(bind: str, allowed: str, tokens: bool, known: frozenset[str] | None) -> None:  # noqa: FBT001 - a case
    """Without tokens: loopback, its address, the settings; with tokens, or open to a network on purpose, every one."""
    assert known_hosts(bind, allowed, tokens=tokens) == known


@pytest.mark.parametrize(
    ("header", "name"), [("a:1", "a"), ("[::1]:80", "::1"), (" A.B. ", "a.b"), ("", ""), ("[", ""), ("a:b:c", "a")]
)
def test_the_name_in_a_header(header: str, name: str) -> None:
    """Port, brackets, capitals and the final dot are no part of a name; nonsense is none of ours."""
    assert host_of(header) == name


def test_own_metrics_name_nobody(tmp_path: Path) -> None:
    """What is served without a token holds no cluster's, namespace's or file's name, and no cost."""
    sets = [
        allocation_set([allocation(day(), namespace="quagga", cpu_cost=123.456)], day(), "zebra"),
        asset_set(None, day(), "zebra"),
    ]
    bucket = bucket_of(*sets)
    bucket.put("federated/zebra/etl/parquet/allocations/1d/okapi.parquet", b"garbage")
    with app(tmp_path, bucket) as opened:
        opened.ingestor.pass_once()
        for path in ("/metrics", "/healthz"):
            page = opened.client.get(path).text
            assert not [name for name in ("zebra", "quagga", "okapi", "123.4", "federated/") if name in page]
