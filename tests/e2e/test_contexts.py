"""Two installations and the list of contexts, in a real Chromium: switch, unreachable, added, removed, reload."""

from __future__ import annotations

import json
import os
import re
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from builders import asset_set, put
from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.model.window import Resolution, Window
from servers.browser import chromium
from servers.fleetcost import get
from servers.process import free_port, running

pytestmark = pytest.mark.real


@dataclass(frozen=True, slots=True)
class Two:
    """Two installations: one whose page is open, and another; and an address nobody answers on."""

    here: str
    there: str
    dead: str


@contextmanager
def installation(folder: Path, cluster: str, *extra: str) -> Iterator[str]:
    """Run a local installation that holds one cluster's yesterday; yields its address."""
    (folder / "bucket").mkdir(parents=True)
    yesterday = Resolution.DAY.window_of(datetime.now(UTC) - timedelta(days=1))
    put(FilesystemBucket(folder / "bucket"), *_sets(yesterday, cluster))
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "fleetcost", "aggregator", "run", "--local", str(folder), "--port", str(port)]

    def passed() -> bool:
        try:
            return bool(get(address, "/model/debug/orchestrator")["data"]["passes"] > 0)
        except OSError:
            return False

    with running([*command, *extra], environment=dict(os.environ), log=folder / "log", ready=passed, patience=60):
        yield address


def _sets(window: Window, cluster: str) -> tuple[Any, ...]:
    return (asset_set(None, window, cluster),)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    """The first installation is given one context that never answers; the other is not known to it yet."""
    folder = tmp_path_factory.mktemp("two")
    dead = f"http://127.0.0.1:{free_port()}"
    contexts = folder / "contexts.yaml"
    contexts.write_text(json.dumps([{"name": "Attic", "address": dead}]))
    with (
        installation(folder / "here", "harbour", "--contexts-file", str(contexts)) as here,
        installation(folder / "there", "island") as there,
    ):
        yield Two(here, there, dead)


@pytest.fixture
def page() -> Iterator[Page]:
    """A page on which a script error fails the test; the list's own requests may be refused."""
    with chromium() as browser:
        opened = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        complaints: list[str] = []
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        yield opened
        assert complaints == []


def opened(page: Page) -> Locator:
    """Open the list of installations."""
    page.get_by_role("button", name=re.compile("switch to another")).click()
    listed = page.locator("section.elsewhere")
    expect(listed.get_by_text("This one")).to_be_visible()
    return listed


def test_an_unreachable_installation_says_so(two: Two, page: Page) -> None:
    """The provisioned one does not answer: the list says why, that it is the operator's, and cannot forget it."""
    page.goto(f"{two.here}/clusters")
    attic = opened(page).locator("li").filter(has_text="Attic")

    expect(attic).to_contain_text("does not answer")
    expect(attic).to_contain_text("refused")
    expect(attic).to_contain_text("by configuration")
    expect(attic.get_by_role("button")).to_have_count(0)


def test_an_installation_is_added_switched_to_and_forgotten(two: Two, page: Page) -> None:
    """Added, it answers and is still there after a reload; a click shows its own cluster; back here it is forgotten."""
    page.goto(f"{two.here}/clusters?window=2d")
    expect(page.get_by_role("link", name="harbour").first).to_be_visible()
    listed = opened(page)
    listed.get_by_label("Name").fill("Island")
    listed.get_by_label("Address").fill(two.there)
    expect(listed.get_by_role("button", name="Add")).to_be_in_viewport(ratio=0.99)
    listed.get_by_role("button", name="Add").click()
    island = listed.locator("li").filter(has_text="Island")
    expect(island).to_contain_text("answers")
    expect(island).to_contain_text("added here")

    page.reload()
    island = opened(page).locator("li").filter(has_text="Island")
    expect(island).to_contain_text("answers")
    island.get_by_role("link").click()
    page.wait_for_url(f"{two.there}/**")
    page.goto(f"{two.there}/clusters?window=2d")
    expect(page.get_by_role("link", name="island").first).to_be_visible()
    expect(page.get_by_role("link", name="harbour")).to_have_count(0)

    page.goto(f"{two.here}/clusters?window=2d")
    expect(page.get_by_role("link", name="harbour").first).to_be_visible()
    listed = opened(page)
    listed.get_by_role("button", name="Forget Island").click()
    expect(listed.locator("li").filter(has_text="Island")).to_have_count(0)
    page.reload()
    listed = opened(page)
    expect(listed.locator("li").filter(has_text="Attic")).to_be_visible()
    expect(listed.locator("li").filter(has_text="Island")).to_have_count(0)


def test_a_page_elsewhere_can_neither_read_nor_add(two: Two, page: Page) -> None:
    """A page of the other installation is refused both by the browser, because no answer allows its origin."""
    page.goto(two.there)
    ask = """async ([address, method, body]) => {
        try { await fetch(`${address}/model/clusters`, {method, body}); return "answered" } catch { return "refused" }
    }"""

    assert page.evaluate(ask, [two.here, "GET", None]) == "refused"
    assert page.evaluate(ask, [two.here, "PUT", json.dumps({"name": "x", "address": "http://x"})]) == "refused"
    assert [one["name"] for one in get(two.here, "/model/clusters", check="false")["data"]] == ["Attic"]


def test_another_installation_is_asked_through_this_one(two: Two) -> None:
    """What a program asks a context through this server is what that installation itself answers."""
    body = json.dumps({"name": "Is land", "address": two.there}).encode()
    request = urllib.request.Request(f"{two.here}/model/clusters", data=body, method="PUT")
    request.add_header("content-type", "application/json")
    with urllib.request.urlopen(request, timeout=10) as answer:
        base = json.loads(answer.read())["data"]["base"]
    through = get(two.here, f"/{base}model/assets", window="2d", aggregate="cluster")
    request = urllib.request.Request(f"{two.here}/model/clusters/Is%20land", method="DELETE")
    urllib.request.urlopen(request, timeout=10).close()

    assert through["data"] == get(two.there, "/model/assets", window="2d", aggregate="cluster")["data"]
    assert any("island" in step for step in through["data"])
