"""Pages of other sites change nothing: every route that changes something, and every one that should not."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import Route

from builders import bucket_of, pair
from fleetcost.api.access import Tokens
from fleetcost.api.bills import Bills
from fleetcost.api.elsewhere.book import read_book
from fleetcost.api.operation import Operation
from fleetcost.api.repairs import Repairs
from fleetcost.api.routes.mcp import PATH as MCP
from fleetcost.api.routes.operations import EVERY
from fleetcost.api.state import FolderState
from fleetcost.ops.cross_site import SAFE, foreign
from unit.api.apps import App, app
from unit.api.test_access import entry, write

ADDRESS = "http://fleet.example"
CHANGING = [one for one in EVERY if one.changes]
READING = [one for one in EVERY if not one.changes]
BODIES: dict[str, Any] = {
    "/api/v1/anomalies/expected/{id}": {"note": "n"},
    "/api/v1/repairs": {"cluster": "c1", "window": "1d", "force": True},
    "/api/v1/savings/archive/{id}": {"note": "n"},
    "/api/v1/statements/{book}/{month}": {"accepted": "a"},
    "/api/v1/views/{id}": {"title": "t", "url": "explore"},
    "/model/clusters": {"name": "n", "address": "http://127.0.0.1:1"},
}
PARAMETERS = {
    "window": "1d", "before": "1d", "after": "1d", "field": "namespace", "names": "a", "commit": "true",
    "check": "false",
}  # fmt: skip


class Noted:
    """Notes orders to read bills."""

    def __init__(self) -> None:
        self.orders: list[str] = []

    def rebuild(self, _chosen: object) -> None:
        """Note a rebuild."""
        self.orders.append("rebuild")

    def repair(self, _window: object, _chosen: object) -> None:
        """Note a repair."""
        self.orders.append("repair")


class Scene:
    """A server that can be changed in every way there is, and what it has been changed to."""

    def __init__(self, opened: App, folder: Path, bucket: Any, orders: Noted) -> None:
        self.client = opened.client
        self._opened = opened
        self._folder = folder
        self._bucket = bucket
        self._orders = orders

    def state(self) -> Any:
        """Return everything a request could change: objects, what people keep, orders, every row of every table."""
        with self._opened.database.snapshot() as snapshot:
            names = snapshot.rows("SELECT table_name FROM duckdb_tables() ORDER BY 1")
            tables = {name: snapshot.rows(f'SELECT count(*), sum(hash(t)) FROM "{name}" t') for (name,) in names}
        kept = {file.name: file.read_bytes() for file in sorted((self._folder / "kept").rglob("*")) if file.is_file()}
        objects = [(one.path, one.etag) for one in self._bucket.list()]
        return objects, kept, tuple(self._orders.orders), tables

    def send(self, one: Operation, headers: dict[str, str]) -> Any:
        """Ask a route as well as it can be asked."""
        known = {parameter.name for parameter in one.parameters}
        query = "&".join(f"{name}={value}" for name, value in PARAMETERS.items() if name in known)
        body = json.dumps(BODIES[one.path]).encode() if one.takes else None
        path = re.sub(r"\{[^}]*\}", "x", one.path)
        return self.client.send(one.method, f"{path}?{query}", body, headers)


@pytest.fixture(scope="module", params=["nobody asks for tokens", "with tokens"])
def scene(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Scene, bool]]:
    """A server that can be changed, and whether it asks for tokens."""
    folder = tmp_path_factory.mktemp("changes")
    bucket, orders, guarded = bucket_of(*pair()), Noted(), request.param == "with tokens"
    tokens = Tokens(write(folder / "tokens.yaml", [entry("boss", scopes=["read", "admin"])])) if guarded else None
    with app(
        folder, bucket, tokens=tokens, state=FolderState(folder / "kept"), repairs=Repairs(bucket, bucket),
        bills=Bills(bucket, orders), contexts=read_book(None, None, folder / "kept" / "secrets.json"),
    ) as opened:  # fmt: skip
        opened.ingestor.pass_once()
        yield Scene(opened, folder, bucket, orders), guarded


BASIC = {"authorization": "Basic bWU6Ym9zcw=="}
"""What a browser adds by itself once somebody has typed a token."""

ELSEWHERE = [
    {"origin": "http://evil.example"},
    {"origin": "null"},
    {"origin": "http://fleet.example:81"},
    {"origin": "http://fleet.example.evil.example"},
    {"origin": "http://evil.example", "sec-fetch-site": "cross-site"},
    {"origin": "http://sub.fleet.example", "sec-fetch-site": "same-site"},
    {"origin": "http://[", "host": "["},
]


@pytest.mark.parametrize("one", CHANGING, ids=lambda one: one.identifier)
def test_no_page_elsewhere_changes_anything(scene: tuple[Scene, bool], one: Operation) -> None:
    """Whatever changes something refuses a foreign Origin, also with a password that the browser adds."""
    made, _ = scene
    before = made.state()
    for headers in ELSEWHERE:
        assert made.send(one, headers | BASIC).status_code == 403, headers
    assert made.state() == before


@pytest.mark.parametrize("one", [one for one in CHANGING if one.by_get], ids=lambda one: one.identifier)
@pytest.mark.parametrize("headers", [{}, {"sec-fetch-site": "none"}, {"sec-fetch-site": "cross-site"}])
def test_a_link_orders_nothing(scene: tuple[Scene, bool], one: Operation, headers: dict[str, str]) -> None:
    """A GET that changes something is refused where a link, a picture or a typed address could have sent it."""
    made, _ = scene
    before = made.state()
    refused = made.send(one, headers | BASIC)
    assert (refused.status_code, "send it as POST" in refused.text) == (403, True)
    assert made.state() == before


@pytest.mark.parametrize("one", CHANGING, ids=lambda one: one.identifier)
def test_programs_and_own_pages_change_things(scene: tuple[Scene, bool], one: Operation) -> None:
    """A program with its token in a header, and this server's own page, are not refused for where they come from."""
    made, guarded = scene
    own: list[dict[str, str]] = [
        {"x-api-key": "boss"},
        {"authorization": "Bearer boss"},
        BASIC | {"origin": ADDRESS, "sec-fetch-site": "same-origin"},
    ]
    if not one.by_get:
        own += [BASIC, BASIC | {"origin": ADDRESS}, BASIC | {"origin": "https://front", "x-forwarded-host": "front"}]
        own += [] if guarded else [{}]
    for headers in own:
        answer = made.send(one, headers)
        # 409: there is no bucket to keep statements in, whoever asks.
        assert answer.status_code in {200, 202, 404, 409}, answer.text


@pytest.mark.parametrize("one", [one for one in CHANGING if one.takes], ids=lambda one: one.identifier)
@pytest.mark.parametrize(
    "sent", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/json"]
)
def test_only_json_is_read(scene: tuple[Scene, bool], one: Operation, sent: str) -> None:
    """Bodies of types that a page may send without the browser asking first, or of none, are refused with 415."""
    made, _ = scene
    before = made.state()
    assert made.send(one, {"x-api-key": "boss", "content-type": sent}).status_code == 415
    assert made.state() == before


def test_reading_changes_nothing(scene: tuple[Scene, bool]) -> None:
    """Every route that is no change leaves bucket, tables and what people keep as they were, whatever it answers."""
    made, _ = scene
    before = made.state()
    answered = {one.identifier: made.send(one, {"x-api-key": "boss"}).status_code for one in READING}
    assert made.state() == before
    assert sum(code == 200 for code in answered.values()) > 50, answered


def test_the_state_that_is_compared_can_change(scene: tuple[Scene, bool]) -> None:
    """What the other tests compare sees an order, a view and a context: otherwise they could not fail."""
    made, _ = scene
    for one in CHANGING:
        if one.takes or one.by_get:
            before = made.state()
            made.send(one, {"x-api-key": "boss"})
            # There is no book of statements here; the others are kept beside the bucket.
            if one.path != "/model/clusters" and not one.path.endswith(("{id}", "{month}")):
                assert made.state() != before, one.identifier


def test_no_route_changes_anything_beside_the_table(scene: tuple[Scene, bool]) -> None:
    """Every route of the application that takes another method than GET is one of the table's, and so is checked."""
    made, _ = scene
    known = {(one.path, one.method) for one in CHANGING}
    routes = [one for one in made.client.application.routes if isinstance(one, Route)]
    found = {(one.path, method) for one in routes for method in (one.methods or set()) - SAFE}
    # Tools ask routes that change nothing, by POST because the protocol says so; test_mcp.py refuses foreign pages.
    assert found - {(MCP, "POST"), (MCP, "DELETE")} == {(path, method) for path, method in known if method not in SAFE}


SITES = ["cross-site", "same-site", "same-origin", "none", "", "nonsense"]
ORIGINS = st.sampled_from(
    ["null", "", "http://a", "https://a", "http://a:80", "http://b", "http://a.b", "http://[", "a"]
)


@given(
    st.sampled_from(["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH", "BREW"]),
    st.none() | st.sampled_from(SITES),
    st.none() | ORIGINS,
)
def test_what_a_page_elsewhere_can_send_is_foreign(method: str, site: str | None, origin: str | None) -> None:
    """Without a header of its own a request passes only from this origin, or as a program's that names no origin."""
    headers = {"host": "a", "sec-fetch-site": site, "origin": origin}
    passed = not foreign(method, headers.get)
    if method in SAFE:
        assert passed == (site == "same-origin")
    elif site is not None:
        assert passed == (site in {"same-origin", "none"})
    else:
        assert passed == (origin is None or origin in {"http://a", "https://a", "http://a:80"})


def test_a_token_in_a_header_is_no_browser_s() -> None:
    """A bearer or a key lets a GET change something; a password, which browsers add by themselves, does not."""
    sent = itertools.product(["GET"], [("x-api-key", "k"), ("authorization", "Bearer k")])
    assert [foreign(method, dict([pair]).get) for method, pair in sent] == ["", ""]
    for text in ("Basic a2s6", "Bearer", "Bearer  "):
        assert foreign("GET", {"authorization": text}.get)


def test_changes_and_refusals_are_logged(scene: tuple[Scene, bool], capsys: pytest.CaptureFixture[str]) -> None:
    """The log says what was changed and by whom, and who was refused and why; no token is in it."""
    made, guarded = scene
    order = next(one for one in CHANGING if one.identifier == "post_api_v1_repairs")
    context = next(one for one in CHANGING if one.path == "/model/clusters")
    capsys.readouterr()
    made.send(order, {"x-api-key": "boss"})
    made.send(context, {"x-api-key": "boss"})
    made.send(order, {"x-api-key": "boss", "origin": "http://evil.example"})
    made.send(order, {"x-api-key": "not-a-token"})
    logged = capsys.readouterr()
    lines = [line for line in (logged.out + logged.err).splitlines() if "room=api" in line]
    name = "boss" if guarded else "everybody"
    assert ["changed" in line and f"token={name}" in line for line in lines[:2]] == [True, True]
    assert "refused" in lines[2]
    assert "http://evil.example" in lines[2]
    assert guarded == ("refused" in lines[3] and "not one of the server's" in lines[3])
    assert not any("not-a-token" in line for line in lines)
