"""The address is the view, one number is one query, and everything is reached without a mouse."""

from __future__ import annotations

import csv
import re
import urllib.parse
from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from e2e.ui.conftest import attentive
from e2e.ui.sites import BILLED, PAGES, Site, amount
from e2e.ui.tables import figure
from servers.fleetcost import get, get_bytes
from servers.prefixed import prefixed

pytestmark = pytest.mark.real

WINDOW = "yesterday"
"""A window that is over, so that no figure grows while the pages are compared."""


def in_cents(address: str, **parameters: str) -> str:
    """Add up the costs of a CSV answer exactly and write the sum as the page does."""
    content = get_bytes(address, "/api/v1/allocations", format="csv", step="all", window=WINDOW, **parameters)
    lines = [line for line in content.decode().splitlines() if not line.startswith("#")]
    total = sum((Decimal(row["total_cost"]) for row in csv.DictReader(lines)), Decimal(0))
    return f"${total.quantize(Decimal('0.01'), ROUND_HALF_EVEN):,}"


def of_cluster(cluster: str) -> str:
    """Return the filter of one cluster."""
    return f'cluster:"{cluster}"'


def test_the_fleet_costs_the_same_on_overview_explore_and_in_csv(fleet: Site, page: Page) -> None:
    """Overview, Explore by three groupings and the CSV file agree to the cent."""
    wanted = in_cents(fleet.address, aggregate="cluster")
    page.goto(f"{fleet.address}/?window={WINDOW}")
    assert amount(page.locator(".tile-figure").first.inner_text()) == wanted

    for grouping in ("cluster", "namespace", "cluster,namespace,controller"):
        page.goto(f"{fleet.address}/explore?window={WINDOW}&aggregate={grouping}")
        assert amount(page.locator(".title .figure").inner_text()) == wanted
        assert amount(page.locator(".table-totals").get_by_role("cell").last.inner_text()) == wanted


@pytest.mark.parametrize("cluster", ["cluster-0", "cluster-2", "cluster-5"])
def test_a_cluster_costs_the_same_wherever_it_is_shown(fleet: Site, page: Page, cluster: str) -> None:
    """Its row on Overview, its own page, Explore and the CSV file agree to the cent."""
    wanted = in_cents(fleet.address, aggregate="namespace", filter=of_cluster(cluster))
    page.goto(f"{fleet.address}/?window={WINDOW}")
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name=cluster, exact=True))
    assert amount(row.get_by_role("cell").last.inner_text()) == wanted

    page.goto(f"{fleet.address}/clusters/{cluster}?window={WINDOW}")
    assert amount(page.locator(".tile-figure").first.inner_text()) == wanted
    page.goto(f"{fleet.address}/explore?window={WINDOW}&aggregate=namespace&filter={of_cluster(cluster)}")
    assert amount(page.locator(".title .figure").inner_text()) == wanted


def test_the_assets_of_a_complete_cluster_cost_what_its_allocations_cost(fleet: Site, page: Page) -> None:
    """Assets and allocations with idle close to the cent on the pages that show them."""
    wanted = in_cents(fleet.address, aggregate="namespace", filter=of_cluster("cluster-2"))
    page.goto(f"{fleet.address}/assets?window={WINDOW}&filter={of_cluster('cluster-2')}")

    assert amount(page.locator(".title .figure").inner_text()) == wanted


GROUPINGS = {"explore": "namespace", "assets": "type", "cloud": "provider,service"}
ROUTES = {"explore": "allocations", "assets": "assets", "cloud": "cloudcosts"}


@pytest.mark.parametrize("name", GROUPINGS)
def test_a_page_is_in_the_currency_that_is_chosen(billed: Site, page: Page, name: str) -> None:
    """Euros chosen on a page are in its address and its export, their rates are said, and the sum is the server's."""
    page.goto(f"{billed.address}/{name}?window={BILLED}&aggregate={GROUPINGS[name]}")
    expect(page.locator(".title .figure").first).to_contain_text("$")
    page.get_by_label("Currency", exact=True).select_option("EUR")
    total = page.locator(".title .figure .number").first
    expect(total).to_contain_text("€")
    expect(page.locator(".title .figure")).to_have_count(1)
    asked = {"window": BILLED, "aggregate": GROUPINGS[name], "step": "all", "currency": "EUR"}
    wanted = get(billed.address, f"/api/v1/{ROUTES[name]}", **asked)["totals"]["total_cost"]
    found = figure(total.inner_text(), total.get_attribute("title") or "")
    assert found is not None
    assert found.value == pytest.approx(wanted, abs=1e-6)
    expect(page.get_by_text("converted into EUR by the rates of demo (version 1)")).to_be_visible()
    expect(page.locator("table.table").first).not_to_contain_text("$")

    assert "currency=EUR" in page.url
    page.get_by_role("banner").get_by_role("button", name="Export").click()
    expect(page.get_by_role("link", name="CSV").first).to_have_attribute("href", re.compile("currency=EUR"))
    page.keyboard.press("Escape")
    page.go_back()
    expect(page.locator(".title .figure").first).to_contain_text("$")


def test_every_level_keeps_the_cluster_and_is_undone_by_back(fleet: Site, page: Page) -> None:
    """From cluster to container each click adds to the filter; back, forward and reload give the views again."""
    page.goto(f"{fleet.address}/explore?window={WINDOW}")
    steps = ["cluster-0", "shop", "deployment:storefront"]
    seen = [page.url]
    for step in steps:
        page.get_by_role("table", name="Cost by").get_by_role("link", name=step, exact=True).click()
        expect(page.get_by_role("navigation", name="Where you are")).to_contain_text(step.split(":")[-1])
        assert of_cluster("cluster-0") in urllib.parse.unquote(page.url)
        seen.append(page.url)

    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Cost by pod in cluster-0 / shop / deployment:storefront, yesterday")
    page.reload()
    expect(heading).to_have_text("Cost by pod in cluster-0 / shop / deployment:storefront, yesterday")
    for url in reversed(seen[:-1]):
        page.go_back()
        assert page.url == url
    expect(heading).to_have_text("Cost by cluster, yesterday")
    for url in seen[1:]:
        page.go_forward()
        assert page.url == url
    expect(heading).to_have_text("Cost by pod in cluster-0 / shop / deployment:storefront, yesterday")


def test_namespaces_of_one_name_are_told_apart_by_their_cluster(fleet: Site, page: Page) -> None:
    """A namespace that two clusters have is two rows, and each leads to its own cluster."""
    page.goto(f"{fleet.address}/explore?window={WINDOW}&aggregate=cluster,namespace")
    rows = page.get_by_role("row").filter(has_text="/ shop").filter(has_not_text="Idle")
    expect(rows).to_have_count(2)

    rows.filter(has_text="cluster-7").get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("in cluster-7 / shop")


def test_a_shared_link_shows_the_same_view_to_somebody_else(fleet: Site, browser: Browser) -> None:
    """The link from Share, opened in another browser, gives the same title, rows and order."""
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{fleet.address}/explore?window={WINDOW}&aggregate=namespace&sort=-cpu_cost&idle=share")
    page.get_by_role("combobox", name="Filter").fill('cluster:"cluster-0","cluster-1"')
    page.get_by_role("combobox", name="Filter").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("cluster-0")
    expect(page.locator(".answer[aria-busy=false] table.table")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("banner").get_by_role("button", name="Share").click()
    page.get_by_text("Copy link", exact=True).click()
    expect(page.get_by_text("Copied").first).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    shown = page.locator("main h1, main table.table").all_inner_texts()
    context.close()

    other = browser.new_context()
    visitor = other.new_page()
    visitor.goto(link)
    expect(visitor.locator("table.table")).to_be_visible()
    assert visitor.locator("main h1, main table.table").all_inner_texts() == shown
    other.close()


def test_a_saved_view_is_found_and_opened_again(fleet: Site, page: Page) -> None:
    """A view saved under a name is on the Saved page for everybody, opens as it was, and can be removed."""
    page.goto(f"{fleet.address}/explore?window=30d&aggregate=namespace")
    page.get_by_role("banner").get_by_role("button", name="Share").click()
    page.get_by_role("button", name="Save this view").click()
    page.get_by_label("Title").fill("Thirty days")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="Saved", exact=True).click()
    page.get_by_role("link", name="Thirty days").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Cost by namespace, last 30 days")
    page.go_back()
    page.get_by_role("button", name="Remove Thirty days").click()
    page.get_by_role("button", name="Really remove Thirty days").click()
    expect(page.get_by_role("heading", name="Nothing is saved yet")).to_be_visible()


def test_everything_works_by_keyboard_alone(fleet: Site, page: Page) -> None:
    """Filter, drill, go up, change page, theme and help are reached by keys, and the focus is never lost."""
    page.goto(f"{fleet.address}/explore?window={WINDOW}")
    heading = page.get_by_role("heading", level=1)
    expect(page.locator("table.table")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type('cluster:"cluster-1"')
    page.keyboard.press("Enter")
    expect(heading).to_contain_text("in cluster-1")
    heading.focus()
    page.keyboard.press("Backspace")
    expect(heading).to_have_text("Cost by cluster, yesterday")
    expect(page.locator(".answer[aria-busy=false]")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(heading).to_contain_text("Cost by namespace in")
    expect(heading).to_be_focused()
    page.keyboard.press("w")
    expect(page.get_by_label("Window")).to_be_focused()
    heading.focus()
    page.keyboard.press("t")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.keyboard.press("t")
    page.keyboard.press("t")
    page.keyboard.press("g")
    page.keyboard.press("c")
    expect(heading).to_have_text("Clusters of the fleet")
    page.keyboard.press("?")
    expect(heading).to_have_text("Help")


@pytest.mark.parametrize("name", ["explore", "overview", "health"])
def test_tab_reaches_the_controls_and_shows_where_it_is(fleet: Site, page: Page, name: str) -> None:
    """Tab walks over links, controls and rows in the page's order, and every stop has a visible outline."""
    page.goto(f"{fleet.address}/{PAGES[name]}")
    expect(page.locator("table.table").first).to_be_visible()
    walked = _walk(page)

    assert walked[0] == "Skip to the content"
    assert "Share" in walked
    assert any(name.startswith("cluster-") for name in walked)


def _walk(page: Page) -> list[str]:
    """Press Tab until the first row is reached; return what was focused."""
    names: list[str] = []
    for _ in range(90):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        assert focused["outlined"], f"nobody sees that {focused['name']!r} is focused"
        names.append(focused["name"])
        if focused["row"]:
            break
    return names


FOCUSED = """() => {
  const at = document.activeElement;
  const style = getComputedStyle(at);
  const shadow = style.boxShadow !== 'none';
  return {
    name: at.getAttribute('aria-label') ?? at.textContent.trim(),
    outlined: shadow || (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0),
    row: at.hasAttribute('data-row'),
  };
}"""


@pytest.fixture(scope="module")
def below(fleet: Site) -> Iterator[str]:
    """The demonstration behind an ingress that serves it below a path; yields the address with the path."""
    with prefixed(fleet.address, "/finance/costs") as address:
        yield address


@pytest.mark.parametrize("path", ["/", "/explore?window=yesterday", "/clusters/cluster-0", "/w/cluster-0/shop/x"])
def test_the_app_works_below_any_path(below: str, page: Page, path: str) -> None:
    """Below an ingress path pages, deep links, links and downloads stay below it."""
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(below + path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.get_by_role("link", name="Explore", exact=True).first.click()
    expect(page.get_by_role("link", name="cluster-0", exact=True)).to_be_visible()

    assert page.url == f"{below}/explore"
    assert [url for url in requests if not url.startswith((below, "data:"))] == []


def test_the_page_loads_nothing_from_elsewhere_and_keeps_its_policy(fleet: Site, page: Page) -> None:
    """No request leaves the server, scripts come from it alone, and no rule of the policy is broken on any page."""
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    for path in PAGES.values():
        answer = page.goto(f"{fleet.address}/{path}")
        assert answer is not None
        assert "script-src 'self';" in answer.headers["content-security-policy"]
        expect(page.get_by_role("heading", level=1)).to_be_visible()

    assert [url for url in requests if not url.startswith((fleet.address, "data:"))] == []


def test_a_printed_chart_fills_its_place_on_the_sheet(fleet: Site, page: Page) -> None:
    """On paper a chart is as large as its place: neither its marks nor its legend lie beside its bars."""
    page.goto(f"{fleet.address}/explore?window={WINDOW}")
    expect(page.locator(".plot svg")).to_be_visible()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    box = page.evaluate(
        "(({ clientWidth, clientHeight }) => [clientWidth, clientHeight])(document.querySelector('.plot'))"
    )
    drawn = page.evaluate("['width', 'height'].map(n => +document.querySelector('.plot svg').getAttribute(n))")
    page.emulate_media(media="screen")
    assert drawn == box


def test_the_spike_leads_to_its_cause(fleet: Site, page: Page) -> None:
    """The cluster with the spike leads by two clicks to the workload that caused it: a load test."""
    page.goto(f"{fleet.address}/explore?filter={of_cluster('cluster-4')}&aggregate=namespace&idle=hide")
    page.locator("table.table a.path-words").first.click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("in cluster-4 / perf")
    expect(page.get_by_role("link", name="cronjob:load-test", exact=True)).to_be_visible()


def test_the_tests_watch_the_console(wide: BrowserContext) -> None:
    """A script error on a page fails the test that looks at it."""
    page = wide.new_page()
    with (
        pytest.raises(AssertionError, match="broken on purpose"),
        attentive(page),
        page.expect_event("pageerror"),
    ):
        page.goto("data:text/html,<script>throw new Error('broken on purpose')</script>")
    page.close()
