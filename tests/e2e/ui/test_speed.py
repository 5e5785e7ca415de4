"""What the page costs its reader: bytes, requests, time to the first row, long tasks, and 10,000 rows."""

from __future__ import annotations

import gzip
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response, Route, expect

from e2e.ui.sites import PAGES, REPOSITORY, STATIC, Site
from servers.fleetcost import get

pytestmark = pytest.mark.real

FIRST_LOAD_KB = 120
CHART_KB = 190
STYLE_KB = 12
MOST_REQUESTS = {"overview": 3, "explore": 1}
"""Questions of a page besides those that all pages share."""

SHARED = ("/api/v1/clusters", "/api/v1/rates")
"""The list of clusters in the frame and the currencies of a choice: asked once, whichever pages are visited."""

FRAMES_OF_A_PLAIN_PAGE = 10
"""With fourteen processes waiting for two cores three were measured: who has more to draw waits longer."""

MANY = 10_000

SCROLL = """
  async () => {
    const times = [];
    window.scrollTo(0, 0);
    let last = performance.now();
    for (let step = 0; step < 60; step += 1) {
      window.scrollBy(0, 400);
      await new Promise(requestAnimationFrame);
      times.push(performance.now() - last);
      last = performance.now();
    }
    return times;
  }
"""
"""Scrolls sixty steps and returns what each frame took, in milliseconds."""

FILL = """
  async (rows) => {
    const began = performance.now();
    const cells = '<td>$1,234.56</td>'.repeat(8);
    document.querySelector('tbody').innerHTML = `<tr><th>a row</th>${cells}</tr>`.repeat(rows);
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    return performance.now() - began;
  }
"""
"""Draws so many rows of eight cells and returns what it took, in milliseconds."""

SORT = """
  async (title) => {
    const head = [...document.querySelectorAll('table.table thead th')].find((one) => one.innerText.trim() === title);
    const began = performance.now();
    head.querySelector('button').click();
    while (head.getAttribute('aria-sort') !== 'descending') await new Promise(requestAnimationFrame);
    return performance.now() - began;
  }
"""
"""Sorts by a column and returns how long it took until the table said so, in milliseconds."""

WATCH = """
  window.__tasks = [];
  window.__first = null;
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) window.__tasks.push(task.duration);
  }).observe({ type: 'longtask', buffered: true });
  new MutationObserver(() => {
    if (window.__first === null && document.querySelector('table.table tbody tr')) window.__first = performance.now();
  }).observe(document, { childList: true, subtree: true });
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """
    What one visit of a page took, with nothing in the browser's cache.

    Attributes:
        script_kb, chart_kb: compressed, as they came over the wire; the chart's library apart
        questions: requests for answers
        first_row_ms: from the navigation to the first row of a table, None on a page without one
        long_tasks_ms: tasks of the page's thread above 50 ms
    """

    script_kb: float
    chart_kb: float
    questions: tuple[str, ...]
    first_row_ms: float | None
    long_tasks_ms: tuple[float, ...]


def visited(browser: Browser, site: Site, path: str) -> Figures:
    """Open a page as somebody who has never been here."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.add_init_script(WATCH)
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - a plain function is wanted
    page.goto(f"{site.address}/{path}")
    page.wait_for_load_state("networkidle")
    reported: dict[str, Any] = page.evaluate("({ first: window.__first, tasks: window.__tasks })")
    scripts = {one.url: one.request.sizes()["responseBodySize"] / 1000 for one in answers if one.url.endswith(".js")}
    chart = sum(size for url, size in scripts.items() if "/draw-" in url)
    questions = tuple(one.url for one in answers if re.search(r"/api/v1/|/model/", one.url))
    context.close()
    return Figures(sum(scripts.values()) - chart, chart, questions, reported["first"], tuple(reported["tasks"]))


@pytest.fixture(scope="module")
def figures(fleet: Site, browser: Browser) -> dict[str, Figures]:
    """Every page visited once."""
    return {name: visited(browser, fleet, path) for name, path in PAGES.items()}


@pytest.mark.parametrize("name", PAGES)
def test_the_first_visit_of_a_page_stays_within_its_budget(figures: dict[str, Figures], name: str) -> None:
    """At most 120 kB of compressed script come before a page is there, and 190 kB with its chart's library."""
    found = figures[name]

    assert 0 < found.script_kb <= FIRST_LOAD_KB
    assert found.chart_kb <= CHART_KB


@pytest.mark.parametrize("name", MOST_REQUESTS)
def test_a_page_asks_few_questions(figures: dict[str, Figures], name: str) -> None:
    """Overview asks at most three questions and Explore one, besides those that all pages share."""
    asked = [url for url in figures[name].questions if not url.endswith(SHARED)]

    assert 1 <= len(asked) <= MOST_REQUESTS[name]


def test_the_style_is_small() -> None:
    """All of the style is one file of at most 12 kB compressed."""
    (style,) = (STATIC / "assets").glob("*.css")

    assert len(gzip.compress(style.read_bytes())) / 1000 <= STYLE_KB


def test_the_figures_are_reported(figures: dict[str, Figures], fleet: Site, capsys: pytest.CaptureFixture[str]) -> None:
    """The suite prints what each page took; where `UI_FIGURES` names a file, it is written there."""
    names = ("script kB", "chart kB", "questions", "first row ms", "long tasks", "longest ms")
    lines = [f"{'page':<12}" + "".join(f"{name:>14}" for name in names)]
    for name, found in figures.items():
        row = "–" if found.first_row_ms is None else f"{found.first_row_ms:.0f}"
        longest = f"{max(found.long_tasks_ms, default=0):.0f}"
        reported = (f"{found.script_kb:.1f}", f"{found.chart_kb:.1f}", len(found.questions), row)
        cells = (*reported, len(found.long_tasks_ms), longest)
        lines.append(f"{name:<12}" + "".join(f"{cell:>14}" for cell in cells))
    text = "\n".join(lines)
    with capsys.disabled():
        sys.stdout.write(f"\n{text}\n")
    if os.environ.get("UI_FIGURES"):
        Path(os.environ["UI_FIGURES"]).write_text(text + "\n")

    clusters = len(get(fleet.address, "/api/v1/clusters")["clusters"])
    assert clusters > 5, "the figures mean something only for a fleet"
    assert figures["explore"].first_row_ms is not None


@pytest.fixture
def long(fleet: Site, fresh: Page) -> Iterator[Page]:
    """Explore with an answer of ten thousand pods, made of one that the server gave."""
    answer = get(fleet.address, "/api/v1/allocations", window="yesterday", aggregate="pod", step="all")
    rows = answer["rows"]
    many = [rows[at % len(rows)] | {"name": f"pod-{at}", "key": {"pod": f"pod-{at}"}} for at in range(MANY)]

    def answered(route: Route) -> None:
        route.fulfill(json=answer | {"rows": many, "page": {"count": MANY, "offset": 0, "limit": None}})

    fresh.route(re.compile(r"/api/v1/allocations"), answered)
    fresh.goto(f"{fleet.address}/explore?aggregate=pod&window=yesterday&step=all")
    expect(fresh.locator("table.table tbody tr").nth(10)).to_be_visible()
    return fresh


@pytest.fixture
def plain(wide: BrowserContext) -> Iterator[Page]:
    """A page of as many rows without any script: what this browser takes on this machine."""
    opened = wide.new_page()
    opened.set_content("<table><tbody></tbody></table>")
    yield opened
    opened.close()


def test_ten_thousand_rows_scroll_like_a_plain_page(long: Page, plain: Page) -> None:
    """Only the rows in sight are in the page, the last one is reached, and a frame takes at most ten of plain rows."""
    table = long.locator("table.table")
    assert table.get_attribute("aria-rowcount") == str(MANY + 2)
    assert table.locator("tbody tr").count() < 200
    plain.evaluate(FILL, MANY)
    ratios = [_frame_ms(long) / _frame_ms(plain) for _ in range(3)]
    long.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")

    assert sorted(ratios)[1] < FRAMES_OF_A_PLAIN_PAGE
    expect(table.locator("tbody tr[aria-rowindex]").last).to_have_attribute("aria-rowindex", str(MANY + 2))


def _frame_ms(page: Page) -> float:
    """Scroll down and return what the frame in the middle took."""
    page.bring_to_front()
    frames: list[float] = page.evaluate(SCROLL)
    return sorted(frames)[len(frames) // 2]


def test_ten_thousand_rows_are_sorted_sooner_than_drawn(long: Page, plain: Page) -> None:
    """Sorting them by another column takes less time than a plain page needs to draw as many rows."""
    plain.bring_to_front()
    drawn = plain.evaluate(FILL, MANY)
    long.bring_to_front()
    taken = long.evaluate(SORT, "CPU")

    assert taken < drawn


def test_the_built_page_names_no_other_server() -> None:
    """Neither script nor style of the built app has the address of another server in it, but for XML's namespaces."""
    foreign = set()
    for file in [*STATIC.rglob("*.js"), *STATIC.rglob("*.css"), STATIC / "index.html"]:
        foreign |= set(re.findall(r"""["'(](https?://[^"')\s$]+)""", file.read_text()))

    allowed = ("http://www.w3.org/", "https://react.dev/errors", "https://costs.example.org")
    assert {address for address in foreign if not address.startswith(allowed)} == set()
    assert (REPOSITORY / "web" / "package.json").is_file()
