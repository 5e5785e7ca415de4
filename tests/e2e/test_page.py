"""What a person sees: the demonstration's page in a real Chromium."""

from __future__ import annotations

import json
import os
import re
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from servers.browser import chromium
from servers.fleetcost import fleetcost, get
from servers.process import free_port, running

pytestmark = pytest.mark.real

CLUSTERS = ["cluster-0", "cluster-1", "cluster-2", "cluster-3"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demonstration, serving; yields its address."""
    folder = tmp_path_factory.mktemp("demo")
    port = free_port()
    command = [sys.executable, "-m", "fleetcost", "demo", "--days", "2", "--port", str(port)]
    command += ["--data-dir", str(folder / "data")]
    address = f"http://127.0.0.1:{port}"
    with running(command, environment=dict(os.environ), log=folder / "log", ready=lambda: _up(address), patience=120):
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the module."""
    with chromium() as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page on which any script error or refused resource fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    yield opened
    context.close()
    assert complaints == []


def _up(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def _money(text: str) -> float:
    return float(re.sub(r"[^0-9.]", "", text))


def test_the_page_shows_every_cluster_with_its_cost(demo: str, page: Page) -> None:
    """Each of the four clusters is a row, and its cost is the API's to the cent."""
    answer = get(demo, "/api/v1/allocations", window="yesterday", aggregate="cluster")
    page.goto(f"{demo}/explore?window=yesterday")

    for cluster in CLUSTERS:
        row = page.get_by_role("row").filter(has=page.get_by_role("link", name=cluster, exact=True))
        expected = next(one["total_cost"] for one in answer["rows"] if one["name"] == cluster)
        assert _money(row.get_by_role("cell").last.inner_text()) == pytest.approx(expected, abs=0.005)


def test_a_click_on_a_cluster_leads_to_its_own_namespaces(demo: str, page: Page) -> None:
    """Drilling into a cluster shows the namespaces of that cluster alone, and the address holds the view."""
    answer = get(demo, "/api/v1/allocations", window="yesterday", aggregate="namespace", filter='cluster:"cluster-2"')
    namespaces = sorted(row["name"] for row in answer["rows"] if row["name"] != "__idle__")
    page.goto(f"{demo}/explore?window=yesterday")
    page.get_by_role("link", name="cluster-2", exact=True).click()

    for namespace in namespaces:
        expect(page.get_by_role("link", name=namespace, exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="shop", exact=True)).to_have_count(0)
    assert "namespace" in page.url
    assert "cluster-2" in page.url

    page.reload()
    expect(page.get_by_role("link", name=namespaces[0], exact=True)).to_be_visible()
    page.go_back()
    expect(page.get_by_role("link", name="cluster-0", exact=True)).to_be_visible()


def test_the_page_says_how_complete_its_numbers_are(demo: str, page: Page) -> None:
    """The frame tells how many clusters stand behind the page."""
    page.goto(demo)

    # Where the weekly outage of one of them lies in these two days, it is partial.
    states = [one["state"] for one in get(demo, "/api/v1/clusters")["clusters"]]
    expect(page.get_by_text(f"{states.count('complete')} of 4 clusters")).to_be_visible()


def test_the_page_loads_nothing_from_elsewhere(demo: str, page: Page) -> None:
    """Every request of the page goes to its own server."""
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(demo)
    page.wait_for_load_state("networkidle")

    assert requests
    assert [url for url in requests if not url.startswith((demo, "data:"))] == []


def test_the_demonstration_prints_costs_and_exits(tmp_path: Path) -> None:
    """Without serving, the demonstration prints the four clusters with their costs and exits with 0."""
    done = fleetcost("demo", "--no-serve", "--days", "1", "--data-dir", str(tmp_path / "data"))

    assert done.returncode == 0, done.stderr
    for cluster in CLUSTERS:
        assert re.search(rf"{cluster}\s+[0-9.]+\s+[0-9.]+", done.stdout)


@pytest.mark.corner
def test_the_demonstration_is_the_same_every_time(tmp_path: Path) -> None:
    """Two demonstrations of the same day hold the same finished sets, byte for byte in their rows."""
    digests = []
    for attempt in ("one", "two"):
        done = fleetcost("demo", "--no-serve", "--days", "2", "--clusters", "1", "--data-dir", str(tmp_path / attempt))
        assert done.returncode == 0, done.stderr
        files = sorted((tmp_path / attempt / "bucket").rglob("allocations/1h/*.parquet"))[:24]
        shown = fleetcost("sets", "show", "--json", *(str(file) for file in files))
        digests.append([json.loads(line) for line in shown.stdout.splitlines()])

    assert digests[0]
    assert digests[0] == digests[1]
