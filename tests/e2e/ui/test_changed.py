"""Why costs changed: a comparison says what made the difference, and its parts are the difference."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from e2e.ui.sites import Site

pytestmark = pytest.mark.real

AMOUNT = re.compile(r"([+−]?)[^\d+−]*([\d,]+\.\d\d)")


def money_of(text: str) -> float:
    """Return an amount with its sign."""
    found = AMOUNT.search(text)
    assert found, text
    return float(found[2].replace(",", "")) * (-1 if found[1] == "−" else 1)


def test_the_steps_are_the_difference(fleet: Site, page: Page) -> None:
    """Beside a comparison stands a sentence that begins with the difference, and the steps below it add up to it."""
    page.goto(f"{fleet.address}/explore?window=4d&compare=prev&aggregate=namespace")
    card = page.get_by_role("region", name="Why it changed")
    expect(card).to_be_visible()
    whole = money_of(card.locator("strong").inner_text())
    steps = card.locator("table").first.locator("td.end")
    amounts = [money_of(text) for text in steps.all_inner_texts()]
    assert amounts
    # Each amount is rounded to the cent by itself, and what is below a cent is left out.
    assert abs(sum(amounts) - whole) <= 0.02 * (len(amounts) + 2)
    assert page.get_by_role("region", name="Why it changed").get_by_role("columnheader", name="Mostly").is_visible()


def test_without_a_comparison_nothing_is_said(fleet: Site, page: Page) -> None:
    """Where nothing is compared there is no card, and nothing is asked for it."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{fleet.address}/explore?window=4d&aggregate=namespace")
    expect(page.get_by_role("table").first).to_be_visible()
    expect(page.get_by_role("region", name="Why it changed")).to_have_count(0)
    assert [url for url in asked if "/api/v1/compare" in url] == []


def test_overview_looks_for_days_that_stand_out(fleet: Site, page: Page) -> None:
    """The card asks when it comes into view, and says how much can be judged."""
    page.goto(f"{fleet.address}/?window=7d")
    card = page.get_by_role("region", name="Days that stand out")
    card.scroll_into_view_if_needed()
    expect(card).to_contain_text("two weeks")
