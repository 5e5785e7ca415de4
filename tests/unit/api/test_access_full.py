"""Who may ask what: tokens, scopes, filters, addresses."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from compat.asgi import Answered, AsgiClient
from compat.catalogue import FLEETS
from compat.engine import PAGE, services_of
from compat.fleets import Ingested, ingested
from fleetcost.api.access import Tokens, read_tokens
from fleetcost.api.app import create_app
from fleetcost.api.routes.operations import EVERY
from fleetcost.api.serve import check_exposure
from fleetcost.errors import SettingsError

WINDOW = "window=1704067200,1704153600"
READ, ADMIN, NS, CLUSTER, BOTH = "reads-everything", "changes-things", "sees-ns2", "sees-c1", "sees-ns2-and-c2"


def entry(name: str, token: str, **facts: Any) -> dict[str, Any]:
    """Return a token as the file has it."""
    return {"name": name, "sha256": hashlib.sha256(token.encode()).hexdigest()} | facts


TOKENS = [
    entry("reader", READ),
    entry("admin", ADMIN, scopes=["read", "admin"]),
    entry("team", NS, filter='namespace:"ns2"'),
    entry("cluster", CLUSTER, filter='cluster:"c1"', scopes=["read", "admin"]),
    entry("both", BOTH, filter='namespace:"ns2"', asset_filter='cluster:"c2"'),
]


def tokens_file(folder: Path, entries: list[dict[str, Any]]) -> Path:
    """Write a file of tokens."""
    file = folder / "tokens.yaml"
    file.write_text(yaml.safe_dump({"tokens": entries}))
    return file


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ingested]:
    """The worked example in tables."""
    tables = ingested(FLEETS["topology"], tmp_path_factory.mktemp("access"))
    yield tables
    tables.database.close()


@pytest.fixture(scope="module")
def client(made: Ingested, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AsgiClient]:
    """The application with tokens."""
    folder = tmp_path_factory.mktemp("tokens")
    services = services_of(made, folder, tokens=Tokens(tokens_file(folder, TOKENS)))
    with AsgiClient(create_app(services, PAGE)) as asked:
        yield asked


def ask(client: AsgiClient, target: str, token: str, **more: Any) -> Answered:
    """Ask with a token."""
    return client.ask(target, headers={"authorization": f"Bearer {token}"}, **more)


@pytest.mark.parametrize("operation", EVERY, ids=lambda operation: operation.identifier)
def test_no_route_answers_without_a_token(client: AsgiClient, operation: Any) -> None:
    """Every route of the table refuses a request without a token, in the shape of its clients."""
    answer = client.ask(operation.path.replace("{id}", "x"), method=operation.method, body=b"{}")
    assert answer.status == 401
    assert "Bearer" in answer.headers["www-authenticate"]
    assert answer.document.get("status") in {401, "error"}


@pytest.mark.parametrize(
    "path", ["/", "/explore?window=7d", "/openapi.json", "/docs", "/docs/style.css", "/index.html"]
)
def test_pages_ask_for_a_token(client: AsgiClient, path: str) -> None:
    """The page and the documentation make a browser ask for a password."""
    answer = client.ask(path, headers={"accept": "text/html"})
    assert answer.status == 401
    assert answer.headers["www-authenticate"].startswith("Basic")


def test_alive_needs_no_token(client: AsgiClient) -> None:
    """A probe needs no token and learns nothing but that the process answers."""
    assert set(client.ask("/healthz").document) == {"status", "version"}


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": f"Bearer {READ}"},
        {"authorization": f"bearer  {READ}"},
        {"x-api-key": READ},
        {"authorization": "Basic " + base64.b64encode(f"anybody:{READ}".encode()).decode()},
    ],
)
def test_a_token_may_be_sent_in_several_ways(client: AsgiClient, headers: dict[str, str]) -> None:
    """As a bearer, as an API key, as a password."""
    assert client.ask(f"/api/v1/allocations?{WINDOW}", headers=headers).status == 200
    assert client.ask("/", headers=headers).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "Bearer wrong"},
        {"x-api-key": READ.upper()},
        {"authorization": "Basic %%%"},
        {"authorization": READ},
    ],
)
def test_a_wrong_token_is_none(client: AsgiClient, headers: dict[str, str]) -> None:
    """A wrong token is refused, and the answer does not repeat it."""
    answer = client.ask(f"/api/v1/allocations?{WINDOW}", headers=headers)
    assert answer.status == 401
    assert b"wrong" not in answer.body


def test_reading_does_not_change_things(client: AsgiClient) -> None:
    """A token without the scope admin reads views and cannot put or delete one."""
    body = b'{"title": "t", "url": "explore"}'
    assert ask(client, "/api/v1/views/one", READ, method="PUT", body=body).status == 403
    assert ask(client, "/api/v1/views/one", READ, method="DELETE").status == 403
    assert ask(client, "/api/v1/views", READ).document == {"views": [], "read_only": True}
    assert ask(client, "/api/v1/views/one", ADMIN, method="PUT", body=body).document["views"][0]["owner"] == "admin"
    assert ask(client, "/api/v1/views", ADMIN).document["read_only"] is False
    assert ask(client, "/api/v1/views/one", ADMIN, method="DELETE").document["views"] == []


def test_a_filter_narrows_every_answer(client: AsgiClient) -> None:
    """What a token's filter leaves out is in no row, no total, no step, no file and no suggestion."""
    native = ask(client, f"/api/v1/allocations?{WINDOW}&aggregate=namespace&idle=hide", NS).document
    assert [row["name"] for row in native["rows"]] == ["ns2"]
    assert native["totals"]["total_cost"] == 36
    assert native["series"][0]["total_cost"] == 36
    assert native["question"]["filter"] == ""

    compatible = ask(client, f"/model/allocation?{WINDOW}&aggregate=namespace&shareIdle=true", NS).document
    assert {name: row["totalCost"] for name, row in compatible["data"][0].items()} == {"ns2": 46.3125}

    topline = ask(client, f"/model/allocation/summary/topline?{WINDOW}&aggregate=namespace&idle=false", NS).document
    assert topline["data"]["numResults"] == 1
    assert ask(client, f"/model/allocation/autocomplete?{WINDOW}&field=namespace", NS).document["data"] == ["ns2"]
    for how in ("csv", "parquet"):
        file = ask(client, f"/api/v1/allocations?{WINDOW}&aggregate=namespace&format={how}", NS).body
        assert b"ns2" in file
        assert b"ns1" not in file


def test_a_filter_of_the_question_cannot_widen(client: AsgiClient) -> None:
    """The question's own filter only narrows further, in either version of the language."""
    for more in (
        "filter=namespace:%22ns1%22",
        "filterNamespaces=ns1",
        "filter=namespace:%22ns1%22|namespace:%22ns2%22%20",
    ):
        rows = ask(client, f"/model/allocation?{WINDOW}&aggregate=namespace&idle=false&{more}", NS)
        names = set(rows.document["data"][0]) if rows.status == 200 else set()
        assert names <= {"ns2"}


def test_sharing_does_not_show_what_is_hidden(client: AsgiClient) -> None:
    """A narrowed token cannot learn what others cost by having it shared: hidden workloads share nothing."""
    for more in ("shareNamespaces=ns*", "shareNamespaces=ns1", "shareLabels=team:blue"):
        answer = ask(client, f"/model/allocation?{WINDOW}&aggregate=namespace&idle=false&{more}", NS).document["data"][
            0
        ]
        assert sum(row["totalCost"] for row in answer.values()) <= 36.00001
    overhead = ask(client, f"/model/allocation?{WINDOW}&aggregate=namespace&idle=false&shareCost=730", NS).document
    assert overhead["data"][0]["ns2"]["sharedCost"] == 24


def test_clusters_that_are_hidden_are_not_named(client: AsgiClient) -> None:
    """A token that sees one cluster does not learn that there is another."""
    for target in (
        "/api/v1/clusters", f"/api/v1/allocations?{WINDOW}", "/api/v1/health/windows?window=2d&resolution=1d",
        "/model/clusterInfoMap", "/model/clusters/status", f"/model/assets?{WINDOW}",
        f"/api/v1/allocations?{WINDOW}&idle=share&aggregate=cluster,node",
    ):  # fmt: skip
        answer = ask(client, target, CLUSTER)
        assert answer.status == 200, target
        assert b"c1" in answer.body, target
        assert b"c2" not in answer.body, target


def test_what_cannot_be_narrowed_is_refused(client: AsgiClient) -> None:
    """The ingest loop's account and contexts are about everything, so a narrowed token does not get them."""
    for path in ("/model/debug/orchestrator", "/model/clusters"):
        assert ask(client, path, CLUSTER).status == 403
        assert ask(client, path, READ).status == 200


def test_assets_need_a_filter_that_means_something_for_them(client: AsgiClient) -> None:
    """A filter by namespace says nothing of nodes, so assets are refused unless there is a filter for them."""
    refused = ask(client, f"/api/v1/assets?{WINDOW}", NS)
    assert refused.status == 403
    assert "assets" in refused.document["detail"]
    assert ask(client, f"/api/v1/assets?{WINDOW}&aggregate=cluster", BOTH).document["totals"]["total_cost"] == 28


def test_answers_are_not_mixed_between_tokens(client: AsgiClient) -> None:
    """The same question of two tokens gets two answers, also when both have been asked before."""
    target = f"/api/v1/allocations?{WINDOW}&aggregate=namespace&idle=hide"
    for _ in range(2):
        assert ask(client, target, READ).document["totals"]["total_cost"] == 82
        assert ask(client, target, NS).document["totals"]["total_cost"] == 36
        assert ask(client, target, CLUSTER).document["totals"]["total_cost"] == 46


def test_a_changed_file_counts_at_once(made: Ingested, tmp_path: Path) -> None:
    """A token that is taken out of the file is refused from then on; a broken file changes nothing."""
    file = tokens_file(tmp_path, [entry("one", "1"), entry("two", "2")])
    with AsgiClient(create_app(services_of(made, tmp_path, tokens=Tokens(file)), PAGE)) as client:
        assert ask(client, "/api/v1/clusters", "1").status == 200
        tokens_file(tmp_path, [entry("two", "2"), entry("three", "3")])
        assert ask(client, "/api/v1/clusters", "1").status == 401
        assert ask(client, "/api/v1/clusters", "3").status == 200
        file.write_text("tokens: nonsense, and longer than before")
        assert ask(client, "/api/v1/clusters", "3").status == 200
        file.unlink()
        assert ask(client, "/api/v1/clusters", "3").status == 200


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("tokens: []", "no token in it"),
        ("tokens: [{name: a, sha256: abc}]", "64 hexadecimal digits"),
        ("tokens: [{name: a, sha256: '" + "0" * 64 + "'}, {name: b, sha256: '" + "0" * 64 + "'}]", "same token"),
        ("tokens: [{name: a, sha256: '" + "0" * 64 + "', scopes: [write]}]", "write"),
        ("tokens: [{name: a, sha256: '" + "0" * 64 + "', filter: 'nonsense'}]", "filter of 'a'"),
        ("tokens: [{name: a, sha256: '" + "0" * 64 + "', filter: 'colour:\"x\"'}]", "colour"),
        ("tokens: [{name: a, token: secret}]", "unknown field `token`"),
        ("- a\n- b", "tokens file"),
        ("tokens: {", "tokens file"),
    ],
)
def test_a_file_that_cannot_be_used_is_told(tmp_path: Path, content: str, message: str) -> None:
    """Starting with a file of tokens that cannot be used fails with the reason."""
    file = tmp_path / "tokens.yaml"
    file.write_text(content)
    with pytest.raises(SettingsError, match=message):
        read_tokens(file)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """Starting with a file that is not there fails: nothing is served without the tokens that were asked for."""
    with pytest.raises(SettingsError, match="tokens file"):
        Tokens(tmp_path / "none.yaml")


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
