"""Why a number is what it is: every cost leads to its tree, by keyboard too, and the tree is in the address."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from e2e.ui.sites import Site

pytestmark = pytest.mark.real


def test_a_cost_opens_down_to_its_files_and_the_address_keeps_the_place(fleet: Site, page: Page) -> None:
    """From the total of a row to a day and its sets without a mouse; the same address shows the same place opened."""
    page.goto(f"{fleet.address}/explore?aggregate=cluster,namespace&filter=cluster:%22cluster-0%22")
    row = page.get_by_role("row").filter(has_text="shop")
    cost = row.locator(".why-link").last
    amount = cost.inner_text()
    cost.focus()
    page.keyboard.press("Enter")
    drawer = page.get_by_role("complementary", name="Why cluster-0 / shop")
    expect(drawer.locator(".why-whole")).to_contain_text(amount)
    for label in ("CPU", "At list price", "cluster-0", "USD per core-hour", "202"):
        part = drawer.locator("details:not([open]) > summary").filter(has_text=label).first
        part.focus()
        page.keyboard.press("Enter")
        expect(drawer.locator("details[open] > summary").filter(has_text=label).first).to_be_visible()
    expect(drawer.locator("code").first).to_contain_text("federated/cluster-0/etl/parquet/allocations/1d/")
    expect(page).to_have_url(re.compile("why=.*part%253Dcpu/basis%253Dlist"))
    page.goto(page.url)
    expect(drawer.locator("code").first).to_contain_text("federated/cluster-0/etl/parquet/allocations/1d/")
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    expect(page).not_to_have_url(re.compile("why="))
