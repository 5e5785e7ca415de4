"""
Pictures of every page in both themes and at two widths, from the demonstration with twelve clusters.

    python scripts/screenshots.py FOLDER [PAGE …]

`make shots` fills `build/shots`; the README's picture is `overview-light-1440.jpg` of it.
"""

from __future__ import annotations

import os
import sys
import tempfile
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests")]

from servers.browser import chromium  # noqa: E402
from servers.process import free_port, running  # noqa: E402

PAGES = {
    "overview": "",
    "explore": "explore?window=7d",
    "namespaces": "explore?window=7d&aggregate=namespace&filter=cluster:%22cluster-0%22",
    "clusters": "clusters",
    "cluster": "clusters/cluster-2",
    "workload": "w/cluster-0/shop/deployment:storefront",
    "efficiency": "efficiency",
    "details": "explore?window=7d&aggregate=namespace&row=inference&compare=prev",
    "lines": "explore?window=7d&chart=lines&metric=cpu&rate=day",
    "treemap": "explore?window=7d&chart=treemap&aggregate=cluster,namespace&idle=hide",
    "assets": "assets",
    "cloud": "cloud",
    "health": "health",
    "prices": "prices",
    "saved": "saved",
    "help": "help",
}
WIDTHS = {1440: 900, 390: 844}
PATIENCE_SECONDS = 600


def main() -> None:
    """Start the demonstration, take the pictures."""
    folder = Path(sys.argv[1])
    chosen = sys.argv[2:] or list(PAGES)
    folder.mkdir(parents=True, exist_ok=True)
    data = Path(os.environ.get("DEMO_DATA", "") or tempfile.mkdtemp(prefix="shots-"))
    port = free_port()
    command = [sys.executable, "-m", "fleetcost", "demo", "--clusters", "12", "--port", str(port)]
    address = f"http://127.0.0.1:{port}/"
    with (
        running(
            [*command, "--data-dir", str(data)],
            environment=dict(os.environ),
            log=folder / "demo.log",
            ready=lambda: _up(address),
            patience=PATIENCE_SECONDS,
        ),
        chromium() as browser,
    ):
        for scheme in ("light", "dark"):
            for width, height in WIDTHS.items():
                context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
                page = context.new_page()
                for name in chosen:
                    page.goto(address + PAGES[name])
                    page.wait_for_load_state("networkidle")
                    page.wait_for_timeout(300)
                    target = folder / f"{name}-{scheme}-{width}.jpg"
                    page.screenshot(path=target, type="jpeg", quality=78)
                    print(target)
                context.close()


def _up(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}healthz", timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False


if __name__ == "__main__":
    main()
