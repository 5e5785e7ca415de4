"""Every page in every state, in a real browser: by the real server where it can be made, else by its answers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from e2e.ui.conftest import attentive
from e2e.ui.sites import NARROW_TOKEN, PAGES, Site

pytestmark = pytest.mark.real

ASKING = re.compile(r"/api/v1/|/healthz|/model/")
"""Requests for answers, as opposed to the app's own files."""

WITH_COSTS = ("overview", "explore", "cluster", "workload", "efficiency", "assets")
"""Pages over costs in a window, which can be short of data or empty."""

WITH_FILTER = {
    "overview": '?filter=cluster:"nowhere"',
    "explore": '?filter=namespace:"nowhere"',
    "efficiency": '?filter=namespace:"nowhere"',
    "assets": '?filter=cluster:"nowhere"',
}

ASKS = [name for name in PAGES if name != "help"]
"""Pages that cannot say anything without an answer; Help can."""

STARTING = {
    "type": "starting",
    "title": "starting",
    "status": 503,
    "detail": "the first ingest is running",
    "progress": {"done": 12, "total": 40},
}
BROKEN = {
    "type": "server-error",
    "title": "The server stumbled",
    "status": 500,
    "detail": "the statement was not understood by the engine",
    "request_id": "4be1c0ffee42",
}


def answering(page: Page, document: dict[str, object]) -> None:
    """Let every question of a page be answered with one problem."""

    def answer(route: Route) -> None:
        route.fulfill(status=int(str(document["status"])), content_type="application/problem+json", json=document)

    page.route(ASKING, answer)


def go(page: Page, site: Site, name: str, query: str = "") -> None:
    """Open a page by its name."""
    page.goto(f"{site.address}/{PAGES[name]}{query}")


@pytest.mark.parametrize("name", ASKS)
def test_starting_shows_how_far_the_first_ingest_is(bare: Site, page: Page, name: str) -> None:
    """While the first ingest runs, each page says so with its progress, and comes by itself when it is done."""
    answering(page, STARTING)
    go(page, bare, name)

    expect(page.get_by_role("heading", name="Starting")).to_be_visible()
    expect(page.get_by_role("progressbar").first).to_have_attribute("value", "12")
    expect(page.get_by_text("starting, 12 of 40")).to_be_visible()


def test_a_page_that_waited_for_the_first_ingest_comes_by_itself(fleet: Site, page: Page) -> None:
    """When the server has started, the page shows its costs without being touched."""
    answering(page, STARTING)
    go(page, fleet, "explore")
    expect(page.get_by_role("heading", name="Starting")).to_be_visible()

    page.unroute_all()
    expect(page.get_by_role("link", name="cluster-0", exact=True)).to_be_visible()


@pytest.mark.parametrize("name", ASKS)
def test_loading_shows_the_shape_of_the_page(bare: Site, page: Page, name: str) -> None:
    """Until the first answer is there, each page shows a skeleton that says it is loading, and no figure."""
    page.route(ASKING, lambda _route: None)
    go(page, bare, name)

    expect(page.get_by_role("status", name="Loading").first).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("$")


@pytest.mark.parametrize("name", ["overview", "explore", "efficiency", "assets", "clusters", "health"])
def test_a_fleet_without_clusters_says_how_to_add_the_first(bare: Site, page: Page, name: str) -> None:
    """Before any cluster has reported, the pages of the fleet show the steps to install an agent."""
    go(page, bare, name)

    expect(page.get_by_role("heading", name="No cluster has reported yet")).to_be_visible()
    expect(page.get_by_text("federated-store.yaml").first).to_be_visible()


@pytest.mark.parametrize("name", ["cluster", "workload"])
def test_a_page_about_an_unknown_cluster_says_that_nobody_knows_it(bare: Site, page: Page, name: str) -> None:
    """A cluster or workload that never reported is not shown as one that costs nothing."""
    go(page, bare, name)

    expect(page.locator("section.screen").first).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("$0")


def test_a_server_without_views_says_how_to_save_one(bare: Site, page: Page) -> None:
    """Nothing saved is a sentence, not an empty table."""
    go(page, bare, "saved")

    expect(page.get_by_role("heading", name="Nothing is saved yet")).to_be_visible()


def test_without_bills_the_page_says_how_to_add_them(bare: Site, page: Page) -> None:
    """A server that reads no bills is not one that was billed nothing; Data health says so of reconciliation."""
    go(page, bare, "cloud")

    expect(page.get_by_role("heading", name="No bills are configured")).to_be_visible()
    expect(page.get_by_text("cloud-integration.json").first).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("$")


def test_without_bills_costs_are_said_to_be_at_list_prices(fleet: Site, page: Page) -> None:
    """Data health says that no bill has been compared, and leads to what would change that."""
    go(page, fleet, "health")

    expect(page.get_by_text("No bill has been compared yet")).to_be_visible()
    page.get_by_role("link", name="How to add bills").click()
    expect(page.get_by_role("heading", name="No bills are configured")).to_be_visible()


@pytest.mark.parametrize("name", WITH_FILTER)
def test_a_filter_without_match_can_be_cleared(fleet: Site, page: Page, name: str) -> None:
    """Where the filter matches nothing, the page says so and clearing it brings the costs back."""
    go(page, fleet, name, WITH_FILTER[name])
    expect(page.get_by_role("heading", name="Nothing matches the filter in this window")).to_be_visible()

    page.get_by_role("link", name="Clear the filter").click()
    expect(page.locator("table.table").first).to_be_visible()


@pytest.mark.parametrize("name", WITH_COSTS)
def test_a_window_before_the_first_data_says_when_they_begin(fleet: Site, page: Page, name: str) -> None:
    """Outside of what is kept, each page of costs says that its window lies before the first data."""
    go(page, fleet, name, "?window=2020-01-01T00:00:00Z,2020-01-03T00:00:00Z")

    expect(page.get_by_role("heading", name="The window lies before the first data")).to_be_visible()
    page.get_by_role("link", name="Show the last 7 days").click()
    expect(page.locator("table.table").first).to_be_visible()


@pytest.fixture(scope="module")
def narrow(browser: Browser) -> Iterator[Page]:
    """A page of a visitor whose token sees one namespace's allocations."""
    headers = {"Authorization": f"Bearer {NARROW_TOKEN}"}
    context = browser.new_context(viewport={"width": 1440, "height": 900}, extra_http_headers=headers)
    opened = context.new_page()
    with attentive(opened):
        yield opened
    context.close()


def test_a_token_that_may_not_see_assets_is_told_so(guarded: Site, narrow: Page) -> None:
    """The server's own refusal of assets is a screen of its own, and other pages still work."""
    go(narrow, guarded, "assets")
    expect(narrow.get_by_role("heading", name="You are not allowed to see this")).to_be_visible()
    expect(narrow.get_by_role("alert")).to_contain_text("'shop'")

    go(narrow, guarded, "saved")
    expect(narrow.get_by_role("heading", name="Nothing is saved yet")).to_be_visible()
    expect(narrow.get_by_text("This server does not let you save views.")).to_be_visible()


@pytest.mark.parametrize("name", ASKS)
def test_a_refusal_is_told_with_its_reason(bare: Site, page: Page, name: str) -> None:
    """Where the server refuses, each page says that it is not allowed, why, and under which request."""
    refused = {"type": "forbidden", "title": "forbidden", "status": 403, "detail": "the token 'x' has no scope 'read'"}
    answering(page, refused | {"request_id": "0ddba11"})
    go(page, bare, name)

    expect(page.get_by_role("heading", name="You are not allowed to see this").first).to_be_visible()
    expect(page.get_by_role("alert").first).to_contain_text("the token 'x' has no scope 'read'")
    expect(page.get_by_role("alert").first).to_contain_text("0ddba11")


@pytest.mark.parametrize("name", ASKS)
def test_an_error_is_told_and_can_be_tried_again(bare: Site, page: Page, name: str) -> None:
    """A failing server is reported with title, detail and request; trying again asks again."""
    answering(page, BROKEN)
    go(page, bare, name)

    alert = page.get_by_role("alert").first
    for words in ("The server stumbled", "the statement was not understood by the engine", "4be1c0ffee42"):
        expect(alert).to_contain_text(words)
    with page.expect_request(ASKING):
        alert.get_by_role("button", name="Try again").click()


@pytest.mark.parametrize("name", ["explore", "cluster", "workload", "efficiency", "assets", "overview", "health"])
def test_a_question_that_cannot_be_read_names_its_parameter(fleet: Site, page: Page, name: str) -> None:
    """The real server's explanation is shown: which parameter, what was read, what is accepted, and a way back."""
    go(page, fleet, name, "?window=7days")

    alert = page.get_by_role("alert").first
    expect(alert).to_contain_text("window")
    expect(alert).to_contain_text("7days")
    alert.get_by_role("link", name="Set window back").click()
    expect(page.locator("table.table").first).to_be_visible()


@pytest.mark.parametrize("name", ASKS)
def test_a_server_that_is_away_is_not_an_empty_fleet(bare: Site, page: Page, name: str) -> None:
    """Without any answer each page says that the server did not answer."""
    page.route(ASKING, lambda route: route.abort())
    go(page, bare, name)

    expect(page.get_by_role("alert").first).to_contain_text("The server did not answer")


@pytest.mark.parametrize("name", [*WITH_COSTS, "clusters", "health"])
def test_a_failed_refresh_keeps_the_last_answer(fleet: Site, fresh: Page, name: str) -> None:
    """When a refresh fails, the last answer stays, with a notice of how old it is."""
    fresh.clock.install()
    go(fresh, fleet, name)
    expect(fresh.locator("table.table").first).to_be_visible()
    fresh.route(ASKING, lambda route: route.abort())
    fresh.clock.fast_forward(61_000)

    expect(fresh.get_by_text(re.compile(r"Showing the answer of .*The last refresh failed")).first).to_be_visible()
    expect(fresh.locator("table.table").first).to_be_visible()


@pytest.mark.parametrize("name", ["overview", "explore", "efficiency", "assets"])
def test_a_sum_over_incomplete_data_is_a_lower_bound_with_its_causes(fleet: Site, page: Page, name: str) -> None:
    """With a silent cluster in the fleet, totals read at least, and the causes are named per cluster."""
    go(page, fleet, name)

    notice = page.locator(".notice-folding").filter(has_text="At least this much.")
    notice.locator("summary").click()
    expect(notice.get_by_role("listitem").filter(has_text="cluster-6")).to_be_visible()


def test_a_late_cluster_is_late_wherever_it_appears(fleet: Site, page: Page) -> None:
    """The late cluster has its word on Overview, on Clusters, on its own page and on Data health."""
    for name in ("overview", "clusters", "health"):
        go(page, fleet, name)
        row = page.get_by_role("row").filter(has=page.get_by_role("link", name="cluster-5", exact=True))
        expect(row.get_by_text("Late").first).to_be_visible()
    page.goto(f"{fleet.address}/clusters/cluster-5")
    expect(page.locator(".title .state")).to_have_text("Late")


def test_a_silent_cluster_stays_on_the_page(fleet: Site, page: Page) -> None:
    """A cluster without costs in the window is still a row of the fleet, with what is known of it."""
    go(page, fleet, "clusters")

    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="cluster-6", exact=True))
    expect(row).to_be_visible()
    expect(row).to_contain_text("Silent")
    expect(row).to_contain_text("no set has arrived")


def test_an_address_that_is_no_page_keeps_the_frame(fleet: Site, page: Page) -> None:
    """An unknown address says so inside the frame, and leads on."""
    page.goto(f"{fleet.address}/nowhere/at-all")

    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such page")
    expect(page.get_by_role("navigation", name="Pages")).to_be_visible()
