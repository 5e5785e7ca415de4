"""A page of another site in a real Chromium: whatever it makes the browser send, nothing changes."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from builders import pair, put
from fleetcost.agent.guard import LOCAL, Guard
from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.model.window import Resolution
from servers.browser import chromium
from servers.fleetcost import aggregator
from unit.agent.test_port import Port

pytestmark = pytest.mark.real

TOKEN = "a-token-that-may-order-everything"
ORDER = json.dumps({"cluster": "c1", "window": "yesterday", "force": True})

SENDS = """async ([address, body]) => {
    const tried = [];
    const send = async (path, init) => {
        try { await fetch(address + path, {mode: "no-cors", credentials: "include", ...init}); tried.push(path); }
        catch (error) { tried.push(`${path} ${error}`); }
    };
    const picture = path => new Promise(done => {
        const image = new Image(); image.onload = image.onerror = done; image.src = address + path; tried.push(path);
    });
    await send("/api/v1/repairs", {method: "POST", body});
    await send("/api/v1/repairs", {method: "POST", body: new Blob([body])});
    await send("/api/v1/repairs", {method: "POST", body: new URLSearchParams({window: "1d"})});
    await send("/api/v1/repairs", {method: "POST", body, mode: "cors", headers: {"content-type": "application/json"}});
    await send("/api/v1/views/x", {method: "PUT", body, mode: "cors", headers: {"content-type": "application/json"}});
    await send("/model/clusters", {method: "PUT", body: '{"name": "x", "address": "http://x"}', mode: "cors"});
    await send("/model/cloudCost/rebuild?commit=true", {});
    await send("/model/cloudCost/rebuild?commit=true", {method: "POST"});
    await send("/model/cloudCost/rebuild?commit=true", {mode: "cors", headers: {"x-api-key": "any"}});
    await send("/model/etl/allocation/repair?window=1d&force=true", {});
    await send("/model/etl/allocation/repair?window=1d&force=true", {method: "POST"});
    await send("/etl/asset/repair?window=1d", {mode: "cors", headers: {"x-api-key": "any"}});
    navigator.sendBeacon(address + "/api/v1/repairs", body);
    navigator.sendBeacon(address + "/etl/asset/repair?window=1d&force=true", "");
    await picture("/cloudCost/rebuild?commit=true");
    await picture("/etl/asset/repair?window=1d&force=true");
    return tried;
}"""
"""Every way in which a page's script sends something to another server."""

FORMS = (
    ("post", "/api/v1/repairs"), ("post", "/cloudCost/rebuild?commit=true"),
    ("post", "/etl/asset/repair?window=1d"), ("get", "/etl/asset/repair"),
)  # fmt: skip
FORM = """([address, method, path, body]) => {
    const form = document.createElement("form");
    form.method = method; form.action = address + path; form.enctype = "text/plain";
    const field = document.createElement("input");
    field.name = body.slice(0, -1) + ', "x": "'; field.value = '"}';
    form.append(field); document.body.append(form); form.submit();
}"""


@dataclass(frozen=True, slots=True)
class Target:
    """
    A server that is attacked.

    Attributes:
        address: where it answers
        changed: what was changed, as text; equal as long as nothing was
        credentials: what the browser keeps for it, None for nothing
    """

    address: str
    changed: Any
    credentials: Any = None


@contextmanager
def site() -> Iterator[str]:
    """Serve another site's empty page; yields its address, which is another site's than 127.0.0.1."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>elsewhere</title><body>")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://localhost:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium."""
    with chromium() as opened:
        yield opened


def _state(folder: Path) -> Any:
    """Return what is in the bucket, and what the server keeps beside its database."""
    kept = folder / "data" / "state"
    files = [*(folder / "bucket").rglob("*"), *(kept.rglob("*") if kept.exists() else [])]
    return {str(file): file.read_bytes() for file in files if file.is_file() and ".fleetcost" not in file.parts}


@pytest.fixture(scope="module", params=["nobody asks for tokens", "with tokens"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """An aggregator with one cluster; where it asks for tokens the browser keeps an admin's as a password."""
    folder = tmp_path_factory.mktemp("server")
    (folder / "bucket").mkdir()
    yesterday = Resolution.DAY.window_of(datetime.now(UTC) - timedelta(days=1))
    put(FilesystemBucket(folder / "bucket"), *pair(yesterday))
    store = folder / "federated-store.yaml"
    store.write_text(f"type: FILESYSTEM\nconfig:\n  directory: {folder / 'bucket'}\n")
    extra, token = [], ""
    if request.param == "with tokens":
        token, file = TOKEN, folder / "tokens.yaml"
        digest = hashlib.sha256(TOKEN.encode()).hexdigest()
        file.write_text(f"tokens:\n  - {{name: boss, sha256: {digest}, scopes: [read, admin]}}\n")
        extra = ["--tokens-file", str(file)]
    with aggregator(store, folder / "data", *extra, token=token) as address:
        credentials = {"username": "me", "password": TOKEN} if token else None
        yield Target(address, lambda: _state(folder), credentials)


@pytest.fixture(params=["without a token", "with a token"])
def agent(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Target]:
    """An agent's port; the browser keeps its token as a password, which the port does not take."""
    (tmp_path / "token").write_text(TOKEN)
    guarded = request.param == "with a token"
    with Port(Guard(tmp_path / "token") if guarded else LOCAL) as port:
        credentials = {"username": "me", "password": TOKEN} if guarded else None
        yield Target(f"http://127.0.0.1:{port.number}", lambda: list(port.ordered), credentials)


def attacked(browser: Browser, target: Target) -> None:
    """Let another site's page send everything it can, in a browser that is signed in where one can be."""
    with site() as elsewhere:
        context = browser.new_context(http_credentials=target.credentials)
        page = context.new_page()
        if target.credentials:
            page.goto(f"{target.address}/healthz")
        page.goto(elsewhere)
        tried = page.evaluate(SENDS, [target.address, ORDER])
        assert len(tried) == 14
        for method, path in FORMS:
            page.goto(elsewhere)
            with page.expect_navigation(wait_until="commit"):
                page.evaluate(FORM, [target.address, method, path, ORDER])
        for path in ("/model/cloudCost/rebuild?commit=true", "/etl/allocation/repair?window=1d&force=true"):
            page.goto(elsewhere)
            with page.expect_navigation(wait_until="commit"):
                page.evaluate("address => { location.href = address }", target.address + path)
        context.close()


def test_a_page_elsewhere_changes_nothing_on_the_server(browser: Browser, server: Target) -> None:
    """Scripts, forms, pictures, beacons and links of another site leave bucket and state as they were."""
    before = server.changed()
    attacked(browser, server)
    assert server.changed() == before


def test_a_page_elsewhere_orders_nothing_from_the_agent(browser: Browser, agent: Target) -> None:
    """The same at the agent's port: no repair is ordered, whatever the browser keeps for it."""
    attacked(browser, agent)
    assert agent.changed() == []


def test_the_server_s_own_page_may(browser: Browser, server: Target) -> None:
    """The same order from a page of the server itself is done: what the others sent could have worked."""
    before = server.changed()
    context = browser.new_context(http_credentials=server.credentials)
    page: Page = context.new_page()
    page.goto(f"{server.address}/docs")
    ask = """async body => (await fetch("/api/v1/repairs", {
        method: "POST", body, headers: {"content-type": "application/json"}})).status"""
    assert page.evaluate(ask, ORDER) == 202
    context.close()
    made = set(server.changed()) - set(before)
    assert [path for path in made if "/requests/" in path] == list(made)
    assert len(made) == 1
