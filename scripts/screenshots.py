"""
Pictures of every page in both themes and at two widths and as printed, from the demonstration with twelve clusters.

    python scripts/screenshots.py FOLDER [PAGE …]

`make shots` fills `build/shots`. With `SHOTS_ADDRESS` the pictures are of that server instead of a demonstration. The
README's picture is `week-light-1440.png`: `cp build/shots/week-light-1440.png docs/images/overview.png`.
"""

from __future__ import annotations

import os
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests")]

from servers.browser import chromium  # noqa: E402
from servers.process import free_port, running  # noqa: E402

PAGES = {
    "overview": "",
    "week": "?window=7d",
    "explore": "explore?window=7d",
    "namespaces": "explore?window=7d&aggregate=namespace&filter=cluster:%22cluster-0%22",
    "details": "explore?window=7d&aggregate=namespace&row=inference",
    "compare": "explore?window=3d&compare=prev",
    "lines": "explore?window=7d&chart=lines&metric=cpu&rate=day&idle=hide",
    "areas": "explore?window=7d&chart=treemap&aggregate=cluster,namespace&idle=hide",
    "clusters": "clusters",
    "cluster": "clusters/cluster-2",
    "silent": "clusters/cluster-6",
    "workload": "w/cluster-0/shop/deployment:storefront",
    "efficiency": "efficiency",
    "pools": "efficiency?tab=pool",
    "assets": "assets",
    "unattached": "assets?filter=assetType:%22Disk%22&aggregate=cluster,name&tab=unattached",
    "cloud": "cloud",
    "bill": "bill",
    "health": "health",
    "prices": "prices",
    "statements": "statements",
    "saved": "saved",
    "help": "help",
    "not-found": "nowhere/at-all",
    "refused": "explore?window=7days",
    "nothing": "explore?filter=namespace:%22nowhere%22",
}
WIDTHS = {1440: 900, 390: 844}
PATIENCE_SECONDS = 900


def main() -> None:
    """Take the pictures."""
    folder = Path(sys.argv[1])
    chosen = sys.argv[2:] or list(PAGES)
    folder.mkdir(parents=True, exist_ok=True)
    with served(folder) as address, chromium() as browser:
        for scheme in ("light", "dark"):
            for width in WIDTHS:
                for target in taken(browser, address, folder, chosen, scheme, width):
                    print(target)
        for target in printed(browser, address, folder, chosen):
            print(target)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Run a demonstration for the length of the block, where no other server is named."""
    if os.environ.get("SHOTS_ADDRESS"):
        yield os.environ["SHOTS_ADDRESS"].rstrip("/") + "/"
        return
    data = Path(os.environ.get("DEMO_DATA", "") or tempfile.mkdtemp(prefix="shots-"))
    port = free_port()
    address = f"http://127.0.0.1:{port}/"
    command = [sys.executable, "-m", "fleetcost", "demo", "--clusters", "12", "--port", str(port)]
    with running(
        [*command, "--data-dir", str(data)],
        environment=dict(os.environ),
        log=folder / "demo.log",
        ready=lambda: _up(address),
        patience=PATIENCE_SECONDS,
    ):
        yield address


def taken(browser: Browser, address: str, folder: Path, chosen: list[str], scheme: str, width: int) -> Iterator[Path]:
    """Take the chosen pages in one theme and width."""
    context = browser.new_context(
        viewport={"width": width, "height": WIDTHS[width]},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    for name in chosen:
        page.goto(address + PAGES[name])
        _settle(page)
        target = folder / f"{name}-{scheme}-{width}.png"
        page.screenshot(path=target)
        yield target
    context.close()


def printed(browser: Browser, address: str, folder: Path, chosen: list[str]) -> Iterator[Path]:
    """Print the chosen pages on A4, as the browser's own dialog does."""
    page = browser.new_page()
    for name in chosen:
        page.goto(address + PAGES[name])
        _settle(page)
        target = folder / f"{name}-print.pdf"
        page.pdf(path=target, format="A4", print_background=False)
        yield target


def _settle(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    page.evaluate("document.activeElement?.blur()")
    page.wait_for_timeout(200)


def _up(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}healthz", timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False


if __name__ == "__main__":
    main()
