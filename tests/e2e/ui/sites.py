"""What the browser tests go through: servers, pages, and the states each page can be in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Page

REPOSITORY = Path(__file__).parents[3]
AXE = REPOSITORY / "web" / "node_modules" / "axe-core" / "axe.min.js"
STATIC = REPOSITORY / "src" / "fleetcost" / "ui" / "static"
_DAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=4)
BILLED = f"{_DAY:%Y-%m-%dT%H:%M:%SZ},{_DAY + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
"""A day that every bill of the demonstration reaches."""

NARROW_TOKEN = "a-token-that-sees-one-namespace-only"


@dataclass(frozen=True, slots=True)
class Site:
    """
    One running server.

    Attributes:
        address: where it answers
        token: what it wants, empty for nothing
    """

    address: str
    token: str = ""


PAGES = {
    "overview": "",
    "explore": "explore",
    "clusters": "clusters",
    "cluster": "clusters/cluster-0",
    "workload": "w/cluster-0/shop/deployment:storefront",
    "efficiency": "efficiency",
    "savings": "savings",
    "showback": "showback",
    "assets": "assets",
    "cloud": "cloud",
    "health": "health",
    "prices": "prices",
    "statements": "statements",
    "saved": "saved",
    "help": "help",
}
"""Every page by name, as an address below the app's."""


def amount(text: str) -> str:
    """Return an amount as the page writes it, without the mark of a lower bound."""
    found = re.search(r"[−-]?[$€£][0-9,]+\.[0-9]{2}", text)
    assert found, f"no amount in {text!r}"
    return found[0]


def opened(page: Page, site: Site, path: str) -> Page:
    """Go to a page of a site."""
    page.goto(f"{site.address}/{path}")
    return page
