"""Tokens: who may ask what, and what a narrowed token gets to see."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from starlette.datastructures import Headers

from builders import allocation, allocation_set, asset_set, bucket_of, day
from fleetcost.api.access import Tokens, presented, read_tokens
from fleetcost.api.problem import UnknownTokenError
from fleetcost.api.routes.operations import EVERY, OPERATIONS
from fleetcost.api.state import FolderState
from fleetcost.errors import SettingsError
from unit.api.apps import App, app, fleet_bucket

APART = {"__tenancy__"}
"""What the clusters' management costs is a row of its own."""

DAY = "2026-01-10T00:00:00Z,2026-01-11T00:00:00Z"


def entry(name: str, **facts: Any) -> dict[str, Any]:
    """Return a token of the file; its text is its name."""
    return {"name": name, "sha256": hashlib.sha256(name.encode()).hexdigest()} | facts


TOKENS = [
    entry("boss", scopes=["read", "admin"]),
    entry("reader"),
    entry("one", filter='cluster:"c1"'),
    entry("two", filter='cluster:"c2"'),
    entry("shop", filter='namespace:"shop"'),
    entry("disks", asset_filter='type:"Disk"'),
    entry("blank", filter=" "),
]


def write(file: Path, tokens: list[dict[str, Any]]) -> Path:
    """Write a file of tokens."""
    file.write_text(yaml.safe_dump({"tokens": tokens}))
    return file


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The fleet behind tokens."""
    folder = tmp_path_factory.mktemp("guarded")
    tokens = Tokens(write(folder / "tokens.yaml", TOKENS))
    with app(folder, fleet_bucket(), tokens=tokens, state=FolderState(folder / "state")) as opened:
        opened.ingestor.pass_once()
        yield opened


def get(guarded: App, token: str, path: str, **asked: Any) -> Any:
    """Ask as somebody; return the document of a good answer."""
    response = guarded.client.get(path, asked or None, {"authorization": f"Bearer {token}"})
    assert response.status_code == 200, response.text
    return response.json()


def status(guarded: App, token: str, path: str, **asked: Any) -> int:
    """Ask as somebody; return the status."""
    return guarded.client.get(path, asked or None, {"authorization": f"Bearer {token}"}).status_code


PATHS = [one.path for one in OPERATIONS if one.method == "GET" and "{" not in one.path]


ASKED = [(one.method, one.path.replace("{id}", "x")) for one in EVERY]
PAGES = [("GET", path) for path in ("/openapi.json", "/docs", "/docs/style.css")]


@pytest.mark.parametrize(("method", "path"), [*ASKED, *PAGES])
def test_nobody_asks_without_a_token(guarded: App, method: str, path: str) -> None:
    """Every route that tells anything refuses who carries no token, or a wrong one, in the shape of its clients."""
    for headers in ({}, {"x-api-key": "wrong"}, {"authorization": "Bearer"}, {"authorization": "Basic ???"}):
        response = guarded.client.send(method, path, b"{}" if method != "GET" else None, headers)
        assert response.status_code == 401
        assert "Bearer" in response.headers["www-authenticate"]
        assert response.headers["cache-control"] == "no-store"
        assert "wrong" not in response.text
        if (method, path) in ASKED:
            assert response.json().get("status") in {401, "error"}


@pytest.mark.parametrize("path", ["/healthz", "/metrics", "/assets/app.js"])
def test_probes_need_no_token(guarded: App, path: str) -> None:
    """What holds no costs is open: probes, own metrics, the built files of the app."""
    assert guarded.client.get(path).status_code == 200
    assert set(guarded.client.get("/healthz").json()) == {"status", "version"}


@pytest.mark.parametrize("path", ["/", "/explore"])
def test_a_browser_is_asked_for_a_token_with_the_page(guarded: App, path: str) -> None:
    """The page itself is refused with a challenge, which makes a browser ask; with a token it is there."""
    refused = guarded.client.get(path)
    assert (refused.status_code, "Basic" in refused.headers["www-authenticate"]) == (401, True)
    assert guarded.client.get(path, headers={"authorization": basic("me:reader")}).status_code == 200


def basic(text: str) -> str:
    """Return a text as basic authentication carries it."""
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({"authorization": "Bearer t"}, "t"),
        ({"authorization": "bearer  t "}, "t"),
        ({"x-api-key": " t "}, "t"),
        ({"authorization": basic("anybody:t:with:colons")}, "t:with:colons"),
        ({"authorization": basic("t")}, ""),
        ({"authorization": "Digest t"}, ""),
        ({"authorization": "Basic t"}, ""),
        ({}, ""),
    ],
)
def test_three_ways_to_carry_a_token(headers: dict[str, str], token: str) -> None:
    """As a bearer, as the field's key, as the password of basic authentication; anything else is none."""
    assert presented(Headers(headers)) == token


def test_scopes_are_asked_for(guarded: App) -> None:
    """What changes something needs the admin's scope; who only reads is refused."""
    body = b'{"title": "t", "url": "explore"}'
    for token, expected in (("reader", 403), ("one", 403), ("boss", 200)):
        response = guarded.client.send("PUT", "/api/v1/views/v1", body, {"authorization": f"Bearer {token}"})
        assert response.status_code == expected
    refused = guarded.client.send("DELETE", "/api/v1/views/v1", None, {"authorization": "Bearer reader"}).json()
    assert "the token 'reader' has no scope 'admin'" in refused["detail"]
    assert get(guarded, "reader", "/api/v1/views")["read_only"] is True
    assert get(guarded, "boss", "/api/v1/views")["views"][0]["owner"] == "boss"


@pytest.mark.parametrize(("token", "visible"), [("one", {"c1"}), ("two", {"c2"}), ("shop", {"c1", "c2"})])
def test_a_narrowed_token_sees_its_part(guarded: App, token: str, visible: set[str]) -> None:
    """Rows, completeness, the fleet and the health page show what the token's filter lets through and nothing else."""
    answer = get(guarded, token, "/api/v1/allocations", window="7d", aggregate="cluster", idle="hide")
    assert {row["name"] for row in answer["rows"]} - APART == visible
    assert {one["cluster"] for one in answer["completeness"]} <= visible
    assert {one["cluster"] for one in get(guarded, token, "/api/v1/clusters")["clusters"]} == visible
    cells = get(guarded, token, "/api/v1/health/windows", window="7d", resolution="1d")["clusters"]
    assert {one["cluster"] for one in cells} == visible
    sets = get(guarded, token, "/model/allocation", window="7d", aggregate="cluster", idle="false")["data"]
    assert {name for step in sets for name in step} - APART == visible


def test_a_filter_cannot_be_argued_away(guarded: App) -> None:
    """Whatever a narrowed token asks for, its own filter holds as well."""
    for asked in ('cluster:"c2"', 'cluster!:"c1"', 'cluster:"c1"|cluster:"c2"', 'namespace:"shop"'):
        answer = get(guarded, "one", "/api/v1/allocations", window="7d", aggregate="cluster", filter=asked)
        assert {row["cluster"] for row in answer["rows"]} <= {"c1"}


def test_kept_answers_are_not_mixed_up(guarded: App) -> None:
    """The same question by three callers, in any order, gets each caller's own answer."""
    for order in (("boss", "one", "two"), ("two", "one", "boss")):
        names = {}
        for token in order:
            answer = get(guarded, token, "/api/v1/allocations", window="7d", aggregate="cluster", idle="hide")
            names[token] = {row["name"] for row in answer["rows"]} - APART
        assert names == {"boss": {"c1", "c2"}, "one": {"c1"}, "two": {"c2"}}


def test_what_a_filter_does_not_speak_of_is_not_shown(guarded: App) -> None:
    """A filter by namespace means nothing for assets, so those are refused; a filter by cluster narrows both."""
    assert status(guarded, "shop", "/api/v1/assets", window=DAY) == 403
    assert status(guarded, "disks", "/api/v1/allocations", window=DAY) == 403
    rows = get(guarded, "disks", "/api/v1/assets", window=DAY, aggregate="type")["rows"]
    assert [row["name"] for row in rows] == ["Disk"]
    rows = get(guarded, "two", "/api/v1/assets", window="7d", aggregate="cluster")["rows"]
    assert [row["name"] for row in rows] == ["c2"]


def test_a_filter_of_blanks_lets_nothing_through(guarded: App) -> None:
    """A token whose filter is blank was meant to be narrowed: it sees nothing, even what others were just answered."""
    for path in ("/api/v1/allocations", "/api/v1/assets"):
        assert status(guarded, "boss", path, window=DAY) == 200
        assert status(guarded, "blank", path, window=DAY) == 403
    assert get(guarded, "boss", "/api/v1/clusters")["clusters"] != []
    assert get(guarded, "blank", "/api/v1/clusters")["clusters"] == []


def test_what_shows_the_whole_fleet_is_refused(guarded: App) -> None:
    """An answer that cannot be narrowed is not given to a narrowed token."""
    for path in ("/model/debug/orchestrator", "/model/clusters"):
        assert status(guarded, "one", path) == 403
        assert status(guarded, "reader", path) == 200


def test_a_token_of_yesterday_is_gone(tmp_path: Path) -> None:
    """The file is read again when it changes; a change that cannot be used has no effect."""
    file = write(tmp_path / "tokens.yaml", [entry("old")])
    tokens = Tokens(file)
    old, new = ({"x-api-key": name} for name in ("old", "new"))
    assert tokens.identify(Headers(old)).name == "old"
    write(file, [entry("new", scopes=["read", "admin"])])
    os.utime(file, ns=(1, 1))
    assert tokens.identify(Headers(new)).name == "new"
    with pytest.raises(UnknownTokenError, match="not one of the server's"):
        tokens.identify(Headers(old))
    file.write_text("garbage")
    os.utime(file, ns=(2, 2))
    assert tokens.identify(Headers(new)).name == "new"
    file.unlink()
    assert tokens.identify(Headers(new)).name == "new"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "Expected `object`"),
        (b"tokens: []", "there is no token in it"),
        (b"tokens:\n- name: a\n  sha256: abc\n", "sha256 of 'a' is not 64 hexadecimal digits"),
        (b"tokens:\n- name: a\n  sha256: " + b"0" * 63 + b"g\n", "not 64 hexadecimal digits"),
        (b"tokens:\n- name: a\n  sha: x\n", "sha"),
        (b"tokens:\n- name: a\n  sha256: " + b"a" * 64 + b"\n  scopes: [root]\n", "root"),
        (b"tokens: [", "tokens.yaml"),
        (b"\xff", "tokens.yaml"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    """A server does not start with a file of tokens that it cannot read whole."""
    file = tmp_path / "tokens.yaml"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match=reason) as raised:
        read_tokens(file)
    assert str(file) in str(raised.value)
    with pytest.raises(SettingsError, match="tokens file"):
        Tokens(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("tokens", "reason"),
    [
        ([entry("a"), entry("a") | {"name": "b"}], "'b' has the same token as 'a'"),
        ([entry("a", filter="x")], "filter of 'a'"),
        ([entry("a", filter='nothing:"x"')], "filter of 'a'.*a field of allocations"),
        ([entry("a", asset_filter='namespace:"x"')], "filter of 'a'.*a field of assets"),
    ],
)
def test_tokens_that_make_no_sense_are_refused(tmp_path: Path, tokens: list[dict[str, Any]], reason: str) -> None:
    """One token for two names, and a filter that could never be asked, are reported when the file is read."""
    with pytest.raises(SettingsError, match=reason):
        read_tokens(write(tmp_path / "tokens.yaml", tokens))


def test_saved_views_of_others_are_not_shown_to_who_sees_a_part(tmp_path: Path) -> None:
    """A view's address names clusters, so a narrowed token gets, and may change, only views of its own."""
    tokens = Tokens(
        write(tmp_path / "tokens.yaml", [*TOKENS, entry("part", filter='cluster:"c1"', scopes=["read", "admin"])])
    )
    with app(tmp_path, fleet_bucket(), tokens=tokens, state=FolderState(tmp_path / "state")) as opened:

        def put(token: str, name: str) -> int:
            body = b'{"title": "costs of c2", "url": "explore?filter=cluster:%22c2%22"}'
            headers = {"authorization": f"Bearer {token}"}
            return opened.client.send("PUT", f"/api/v1/views/{name}", body, headers).status_code

        def seen(token: str) -> list[str]:
            return [view["id"] for view in get(opened, token, "/api/v1/views")["views"]]

        assert (put("boss", "secret"), put("part", "mine")) == (200, 200)
        assert (seen("boss"), seen("part"), seen("one")) == (["mine", "secret"], ["mine"], [])
        assert put("part", "secret") == 403
        bearer = {"authorization": "Bearer part"}
        assert opened.client.send("DELETE", "/api/v1/views/secret", None, bearer).status_code == 403
        assert opened.client.send("DELETE", "/api/v1/views/mine", None, bearer).status_code == 200


def test_what_a_whole_cluster_costs_is_told_to_who_may_see_it_all(guarded: App) -> None:
    """The list of clusters has a cluster's cost for tokens that see all of it, and none for those that see a part."""
    (whole,) = get(guarded, "one", "/model/clusters/status")["data"]
    (part,) = get(guarded, "shop", "/model/clusters/status")["data"][:1]
    assert whole["cost"] > 0
    assert part["cost"] is None


def test_prices_are_of_the_assets_a_token_sees(guarded: App) -> None:
    """A token of one cluster gets that cluster's prices; one that sees no assets gets none."""
    assert [one["cluster"] for one in get(guarded, "one", "/api/v1/prices")["prices"]] == ["c1"]
    assert status(guarded, "shop", "/api/v1/prices") == 403


def test_the_loops_errors_are_not_told_to_who_sees_a_part(guarded: App) -> None:
    """What the ingest loop says names other clusters, so only who sees the whole fleet reads it."""
    assert get(guarded, "one", "/api/v1/health/windows")["ingest"] is None
    assert get(guarded, "reader", "/api/v1/health/windows")["ingest"]["phase"] == "waiting"


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A cluster with a shop and another one, with an unlikely name, without."""
    folder = tmp_path_factory.mktemp("hidden")
    sets = [
        allocation_set([allocation(day(), namespace="shop", cpu_cost=1)], day(), "c1"),
        asset_set(None, day(), "c1"),
        allocation_set([allocation(day(), namespace="quagga", cpu_cost=1)], day(), "zebra"),
        asset_set(None, day(), "zebra"),
    ]
    tokens = Tokens(write(folder / "tokens.yaml", TOKENS))
    with app(folder, bucket_of(*sets), tokens=tokens, state=FolderState(folder / "state")) as opened:
        opened.ingestor.pass_once()
        yield opened


@pytest.mark.parametrize("path", PATHS)
def test_no_answer_names_a_cluster_that_is_hidden(two: App, path: str) -> None:
    """Whatever is asked, a token of one namespace reads nothing of a cluster in which it has no workload."""
    for asked in ({"window": DAY}, {"window": DAY, "aggregate": "cluster"}, {"window": DAY, "format": "csv"}, None):
        response = two.client.get(path, asked, {"authorization": "Bearer shop"})
        assert response.status_code < 500
        assert not [name for name in ("zebra", "quagga") if name in response.text]


def test_the_home_cluster_is_not_named_to_who_does_not_see_it(tmp_path: Path) -> None:
    """The cluster the server runs in is named to who sees it; others get one they see, or none."""
    tokens = Tokens(write(tmp_path / "tokens.yaml", TOKENS))
    with app(tmp_path, fleet_bucket(), tokens=tokens, home="c1") as opened:
        opened.ingestor.pass_once()
        for token, named in (("boss", "c1"), ("one", "c1"), ("shop", "c1"), ("two", ""), ("disks", ""), ("blank", "")):
            assert get(opened, token, "/model/getConfigs")["data"]["clusterName"] == named, token
            info = get(opened, token, "/model/clusterInfo")["data"]["id"]
            assert info == (named or ("c2" if token == "two" else "")), token
