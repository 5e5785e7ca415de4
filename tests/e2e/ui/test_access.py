"""Nobody is shut out: axe finds nothing on any page in either theme, and nothing is cut off on a narrow screen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from e2e.ui.conftest import attentive
from e2e.ui.sites import PAGES, Site

pytestmark = pytest.mark.real

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

SHOWN = PAGES | {
    "explore, details open": "explore?aggregate=namespace&row=inference&compare=prev",
    "explore, lines of one cost": "explore?chart=lines&metric=cpu&rate=day",
    "explore, areas": "explore?chart=treemap&aggregate=cluster,namespace&idle=hide",
    "efficiency by pool": "efficiency?tab=pool",
    "unattached disks": 'assets?filter=assetType:"Disk"&aggregate=cluster,name&tab=unattached',
    "an unknown address": "nowhere",
    "a refused question": "explore?window=7days",
    "nothing found": 'explore?filter=namespace:"nowhere"',
}


def settled(page: Page) -> None:
    """Wait until a page has said what it has to say."""
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("status", name="Loading")).to_have_count(0)


def complaints(page: Page, only: list[str] | None = None) -> list[str]:
    """Run the checker; return what it finds, one line each."""
    options: dict[str, Any] = {"runOnly": {"type": "tag", "values": RULES}}
    if only:
        options = {"runOnly": {"type": "rule", "values": only}}
    found = page.evaluate("options => window.axe.run(options)", options)
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("name", SHOWN)
def test_axe_finds_nothing_in_either_theme(fleet: Site, page: Page, axe: str, name: str) -> None:
    """Every rule of WCAG 2.2 AA that a machine can check holds; the colours are checked in both themes."""
    page.emulate_media(color_scheme="light")
    page.goto(f"{fleet.address}/{SHOWN[name]}")
    settled(page)
    page.evaluate(axe)

    assert complaints(page) == []
    page.emulate_media(color_scheme="dark")
    assert complaints(page, ["color-contrast", "link-in-text-block"]) == []


@pytest.mark.parametrize("key", ["s", "x"])
def test_axe_finds_nothing_in_the_open_menus(fleet: Site, page: Page, axe: str, key: str) -> None:
    """The menus of the top line are as accessible as the page."""
    page.emulate_media(color_scheme="light")
    page.goto(f"{fleet.address}/explore")
    settled(page)
    page.keyboard.press(key)
    expect(page.locator(".menu-list")).to_be_visible()
    page.evaluate(axe)

    assert complaints(page) == []


@pytest.fixture(scope="module")
def phone(browser: Browser) -> Iterator[Page]:
    """A page on a screen as narrow as a phone's."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    with attentive(page):
        yield page
    context.close()


@pytest.mark.parametrize("name", SHOWN)
def test_nothing_runs_off_a_narrow_screen(fleet: Site, phone: Page, name: str) -> None:
    """On 390 pixels no page scrolls sideways, and the menu leads to every other page."""
    phone.goto(f"{fleet.address}/{SHOWN[name]}")
    settled(phone)

    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.get_by_role("button", name="Open the menu").click()
    expect(phone.get_by_role("link", name="Data health", exact=True)).to_be_visible()


CUT = """() => [...document.querySelectorAll('.table .end, .list .end')]
  .filter((cell) => cell.scrollWidth > cell.clientWidth + 1).map((cell) => cell.innerText)"""
"""What stands in cells that are too narrow for their figure."""


@pytest.mark.parametrize("name", SHOWN)
def test_no_figure_is_cut(fleet: Site, page: Page, phone: Page, name: str) -> None:
    """On a desk and on a phone every amount of every table is there to its last digit."""
    for here in (page, phone):
        here.goto(f"{fleet.address}/{SHOWN[name]}")
        settled(here)
        assert here.evaluate(CUT) == []


def test_a_low_screen_shows_rows(fleet: Site, fresh: Page) -> None:
    """On 1280 by 720 pixels Explore has its totals and first rows in sight, and every choice at a press."""
    fresh.set_viewport_size({"width": 1280, "height": 720})
    fresh.goto(f"{fleet.address}/explore")
    settled(fresh)
    second = fresh.locator("table.table tbody tr").nth(1).bounding_box()

    assert second is not None
    assert second["y"] + second["height"] <= 720
    expect(fresh.get_by_label("Chart", exact=True)).to_be_hidden()
    fresh.get_by_role("button", name="More choices").click()
    expect(fresh.get_by_label("Chart", exact=True)).to_be_visible()


def test_the_page_is_readable_at_twice_its_size(fleet: Site, fresh: Page) -> None:
    """At 200 % zoom, which halves the room, Overview neither scrolls sideways nor loses its figures."""
    fresh.set_viewport_size({"width": 720, "height": 450})
    fresh.goto(fleet.address)
    settled(fresh)

    assert fresh.evaluate("document.documentElement.scrollWidth") <= 720
    expect(fresh.locator(".tile-figure").first).to_be_visible()
