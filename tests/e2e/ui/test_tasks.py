"""What people come for every week: how many actions it takes from the first page, and that the server says the same."""

from __future__ import annotations

import csv
import re
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from e2e.ui.conftest import attentive
from e2e.ui.sites import Site
from e2e.ui.tables import Figure, ReadTable, figure, tables
from servers.fleetcost import get

pytestmark = pytest.mark.real

WEEK = "7d"
TOTAL = ".title .figure .number"


class Visitor:
    """Somebody at a desk who starts at the first page; every click, choice and filter is an action."""

    def __init__(self, page: Page, site: Site) -> None:
        self.page = page
        self.site = site
        self.actions = 0
        page.goto(site.address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()

    def press(self, what: Locator) -> None:
        """Click."""
        self.actions += 1
        what.click()

    def rail(self, name: str) -> None:
        """Go to a page by the rail."""
        heading = self.page.get_by_role("heading", level=1)
        before = heading.inner_text()
        self.press(self.page.get_by_role("navigation", name="Pages").get_by_role("link", name=name, exact=True))
        expect(heading).not_to_have_text(before)
        expect(self.page.locator(".answer[aria-busy=true]")).to_have_count(0)

    def choose(self, label: str, option: str) -> None:
        """Choose from a list."""
        self.actions += 1
        self.page.get_by_label(label, exact=True).first.select_option(label=option)

    def filter(self, text: str) -> None:
        """Write a filter."""
        self.actions += 1
        field = self.page.get_by_role("combobox", name="Filter")
        field.fill(text)
        field.press("Enter")

    def table(self) -> ReadTable:
        """Read the page's first table when its answer is there."""
        self.page.wait_for_load_state("networkidle")
        expect(self.page.locator(".answer[aria-busy=true]")).to_have_count(0)
        return next(one for one in tables(self.page) if one.kind == "table")

    def asks(self, **parameters: str) -> Any:
        """Ask the server for allocations as it is asked without a page."""
        return get(self.site.address, "/api/v1/allocations", **parameters)


@pytest.fixture
def visitor(billed: Site, wide: BrowserContext) -> Iterator[Visitor]:
    """A visitor of the week's costs with their bills."""
    page = wide.new_page()
    with attentive(page):
        yield Visitor(page, billed)
    page.close()


def shown(page: Page, selector: str) -> Figure:
    """Return the figure at a place, with all its digits."""
    place = page.locator(selector).first
    expect(place).to_be_visible()
    found = figure(place.inner_text(), place.get_attribute("title") or "")
    assert found is not None
    return found


def same(one: Figure, value: float) -> None:
    """Hold a figure against the server's; the running day grows by cents while the test looks."""
    assert one.value == pytest.approx(value, rel=0.01, abs=0.02)


def test_the_month_so_far_and_where_it_ends(visitor: Visitor) -> None:
    """The first page says it, without an action; where the month ends it says once a whole day of it was observed."""
    visitor.page.goto(f"{visitor.site.address}/?window=month")  # it opens on the month from its third day on
    same(shown(visitor.page, ".tile-figure .number"), visitor.asks(window="month")["totals"]["total_cost"])
    ends = re.compile("for the month at this rate|the month is estimated after its first whole day")
    expect(visitor.page.get_by_text(ends)).to_be_visible()
    assert visitor.actions == 0


def test_which_team_grew_most(visitor: Visitor) -> None:
    """Four actions: Explore, by team, compared, by change; the first row is the server's largest change."""
    visitor.rail("Explore")
    visitor.page.goto(f"{visitor.site.address}/explore?window=yesterday")  # of the week before there is no data here
    visitor.choose("Group by", "Team")
    visitor.choose("Compare with", "Window before")
    visitor.table()
    visitor.press(visitor.page.get_by_role("columnheader", name="Change").get_by_role("button"))
    table = visitor.table()
    rows = visitor.asks(window="yesterday", aggregate="team", compare="prev")["rows"]
    changes = {row["name"]: row["previous"]["change"] for row in rows if row["previous"]["change"] is not None}
    assert table.rows[0].name.splitlines()[0] == max(changes, key=lambda name: changes[name])
    assert visitor.actions == 4


def test_show_back_for_the_teams(visitor: Visitor) -> None:
    """One action shows direct, idle and shared cost of every team; two more bring the same as a file."""
    with visitor.page.expect_request(re.compile("/api/v1/allocations[?].*aggregate=team")) as request:
        visitor.rail("Show-back")
    table = visitor.table()
    expect(visitor.page.get_by_text("Idle of each cluster is divided among what runs there")).to_be_visible()
    (window,) = parse_qs(urlsplit(request.value.url).query)["window"]
    asked = {"window": window, "aggregate": "team", "idle": "share", "tenancy": "share", "step": "all"}
    rows = {row["name"]: row for row in visitor.asks(**asked)["rows"]}
    assert len(table.rows) == len(rows) >= 5
    for row in table.rows:
        said = rows.get(row.name) or rows["__unallocated__"]
        for column, name in {"Direct": "direct_cost", "Idle": "idle_cost", "Total": "total_cost"}.items():
            same(row.figures[column], said[name])
    assert visitor.actions == 1

    visitor.press(visitor.page.get_by_role("button", name="Export"))
    link = visitor.page.get_by_role("link", name="CSV the whole answer")
    expect(link).to_be_visible()
    visitor.actions += 1
    with urllib.request.urlopen(visitor.site.address + (link.get_attribute("href") or "")) as answer:
        lines = [line for line in answer.read().decode().splitlines() if not line.startswith("#")]
    found = list(csv.DictReader(lines))
    assert {line["name"] for line in found} == set(rows)
    assert {"direct_cost", "idle_cost", "shared_cost", "total_cost"} <= set(found[0])
    assert visitor.actions == 3


def test_which_workloads_waste_most(visitor: Visitor) -> None:
    """Two actions: Efficiency, by workload; the dearest idle is first, and each costs what the server says."""
    visitor.rail("Efficiency")
    visitor.press(visitor.page.get_by_role("link", name="By workload"))
    table = visitor.table()
    idle = [row.figures["Idle"].value for row in table.rows]
    assert idle == sorted(idle, reverse=True)
    asked = {"window": WEEK, "aggregate": "cluster,namespace,controller", "idle": "hide"}
    rows = {row["name"].replace("/", " / "): row for row in visitor.asks(**asked)["rows"]}
    first = table.rows[0]
    said = rows[first.name.replace("\n", "")]
    same(first.figures["Paid"], said["cpu_cost"] + said["ram_cost"] + said["gpu_cost"])
    assert visitor.actions == 2


def test_which_cluster_lacks_data(visitor: Visitor) -> None:
    """One action: Data health names the clusters the server calls incomplete, since when, and what to do."""
    visitor.rail("Data health")
    table = visitor.page.get_by_role("table", name="Windows that are not complete")
    expect(table.get_by_role("row", name="cluster-6").first).to_contain_text("arrived")
    assert visitor.actions == 1


def test_whether_the_bill_is_reconciled(visitor: Visitor) -> None:
    """One action: the page of the bill has what was matched and what was not, as the server counts it."""
    visitor.rail("Bill")
    visitor.page.wait_for_load_state("networkidle")
    (where,) = [one for one in tables(visitor.page) if one.label == "Where the USD went"]
    assert {"Matched", "Outside of clusters"} <= {row.name for row in where.rows}
    same(where.sum("Billed"), where.totals.figures["Billed"].value if where.totals else 0.0)
    assert visitor.actions == 1


def test_what_gpus_cost(visitor: Visitor) -> None:
    """Two actions: Explore, of GPUs."""
    visitor.rail("Explore")
    visitor.choose("Cost", "GPU")
    expect(visitor.page.locator(".title .figure-label")).to_contain_text("GPU")
    same(shown(visitor.page, TOTAL), visitor.asks(window=WEEK)["totals"]["gpu_cost"])
    assert visitor.actions == 2


@pytest.mark.parametrize("text", ['label[team]:"platform"', 'cluster:"cluster-0","cluster-2"'])
def test_the_cost_of_a_label_and_of_two_clusters(visitor: Visitor, text: str) -> None:
    """Two actions: Explore, and the filter."""
    visitor.rail("Explore")
    visitor.filter(text)
    expect(visitor.page.get_by_role("navigation", name="Where you are")).to_contain_text(
        "platform" if "[" in text else "0"
    )
    visitor.table()
    same(shown(visitor.page, TOTAL), visitor.asks(window=WEEK, filter=text)["totals"]["total_cost"])
    assert visitor.actions == 2


def test_volumes_that_nobody_claims(visitor: Visitor) -> None:
    """Two actions: Assets, unattached disks; their own sum is said."""
    visitor.rail("Assets")
    visitor.press(visitor.page.get_by_role("link", name="Unattached disks"))
    visitor.table()
    disks = get(
        visitor.site.address, "/api/v1/assets", window=WEEK, aggregate="cluster,name", filter='assetType:"Disk"'
    )
    free = [row for row in disks["rows"] if not row["claim_name"] and not row["local"]]
    expect(visitor.page.get_by_text(f"{len(free)} of {len(disks['rows'])} disks had no claim")).to_be_visible()
    assert visitor.actions == 2


def test_a_workload_by_its_name(visitor: Visitor) -> None:
    """A key, its name and Enter, from anywhere; a value of a label is completed by the server."""
    page = visitor.page
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Find").fill("storefront")
    expect(page.get_by_role("option", name="storefront").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("deployment:storefront")

    visitor.rail("Explore")
    page.get_by_role("combobox", name="Filter").press_sequentially('label[team]:"plat')
    expect(page.get_by_role("option", name="platform")).to_be_visible()
