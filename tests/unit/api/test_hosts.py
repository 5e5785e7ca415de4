"""Names a server answers to: what keeps pages of other sites out where there are no tokens."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import yaml

from builders import allocation, allocation_set, bucket_of, day, pair
from fleetcost.api.access import Tokens
from fleetcost.api.serve import check_exposure, known_hosts
from fleetcost.errors import SettingsError
from fleetcost.model.window import Window
from fleetcost.ops.cross_site import LOOPBACK, host_of
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
    reported = response.json()
    assert "allowed-hosts" in (reported.get("detail") or reported["message"])
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
    """What is served without a token, or to one that sees a part, names no cluster, namespace or file and no cost."""
    with _watched(tmp_path) as opened:
        for path, headers in (("/metrics", None), ("/healthz", None), ("/metrics", PART), ("/metrics", WRONG)):
            response = opened.client.get(path, None, headers)
            assert response.status_code == 200
            assert not [name for name in ("zebra", "quagga", "okapi", "123.4", "federated/") if name in response.text]


def test_own_metrics_tell_clusters_apart(tmp_path: Path) -> None:
    """A token that sees the whole fleet is shown each cluster's freshness, which alerts need, and still no cost."""
    with _watched(tmp_path) as opened:
        page = opened.client.get("/metrics", None, WHOLE).text
        assert 'fleetcost_aggregator_cluster_newest_hour_timestamp_seconds{cluster="zebra"}' in page
        assert not [name for name in ("quagga", "okapi", "123.4", "federated/") if name in page]


WHOLE, PART, WRONG = ({"authorization": f"Bearer {token}"} for token in ("sees-all", "sees-part", "nobodys"))


@contextmanager
def _watched(folder: Path) -> Iterator[App]:
    """A server with tokens after a pass over a fleet of unlikely names, one object of it damaged."""
    tokens = [
        {"name": token, "sha256": hashlib.sha256(token.encode()).hexdigest()} | facts
        for token, facts in (("sees-all", {}), ("sees-part", {"filter": 'cluster:"zebra"'}))
    ]
    file = folder / "tokens.yaml"
    file.write_text(yaml.safe_dump({"tokens": tokens}))
    hour = Window(day().start, day().start + timedelta(hours=1))
    sets = [
        allocation_set([allocation(window, namespace="quagga", cpu_cost=123.456)], window, "zebra")
        for window in (day(), hour)
    ]
    bucket = bucket_of(*sets)
    bucket.put("federated/zebra/etl/parquet/allocations/1d/okapi.parquet", b"garbage")
    with app(folder, bucket, tokens=Tokens(file)) as opened:
        opened.ingestor.pass_once()
        yield opened


@pytest.mark.parametrize(
    ("bind", "tokens", "flag", "allowed"),
    [
        ("127.0.0.1", False, False, True), ("::1", False, False, True), ("localhost", False, False, True),
        ("0.0.0.0", False, False, False), ("10.0.0.7", False, False, False), ("::", False, False, False),
        ("0.0.0.0", True, False, True), ("0.0.0.0", False, True, True),
    ],
)  # fmt: skip
def test_costs_are_not_shown_to_a_network_by_accident(bind: str, tokens: bool, flag: bool, allowed: bool) -> None:  # noqa: FBT001
    """Without tokens only loopback is served, unless a flag says that it is meant."""
    if allowed:
        check_exposure(bind, tokens=tokens, without_authentication=flag)
        return
    with pytest.raises(SettingsError, match="--serve-without-authentication"):
        check_exposure(bind, tokens=tokens, without_authentication=flag)
