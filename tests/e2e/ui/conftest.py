"""The built wheel, installed; a demonstration and an empty server started from it; one Chromium for all pages."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from urllib.error import HTTPError

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, expect

from e2e.ui.sites import AXE, BILLED, NARROW_TOKEN, REPOSITORY, Site
from fleetcost.demo.exchange import TABLE
from servers.browser import chromium
from servers.fleetcost import get
from servers.process import free_port, running

BUILDERS = (("cluster-0", "cluster-2", "cluster-6", "cluster-7"), ("cluster-1", "cluster-3", "cluster-4", "cluster-5"))
"""The demonstration's clusters, built side by side: GPUs, a gap, a spike, one late, one silent, one damaged."""

PATIENCE_MS = 20_000
"""How long an expectation may take to come true; on a busy machine a page needs seconds."""

DAYS = 7
"""The spike comes once a week."""


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this tree as a release is."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that has the wheel; its dependencies are those of this environment."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(home)}))
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", str(packages)]
    done = subprocess.run([*command, str(wheel)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    # Paths of a .pth file come after the environment's own packages, so the wheel's fleetcost is found first.
    (packages / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    return python


@pytest.fixture(scope="session")
def built(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a week of the demonstration's clusters, as their agents pushed it."""
    # Kept between runs where the variable names a folder: then only the hours since are built.
    folder = Path(os.environ.get("UI_FLEET") or tmp_path_factory.mktemp("fleet"))
    folder.mkdir(parents=True, exist_ok=True)
    script = Path(__file__).with_name("build_fleet.py")
    builders = [
        subprocess.Popen([installed, script, folder, str(DAYS), *clusters], env=_environment()) for clusters in BUILDERS
    ]
    assert [builder.wait(300) for builder in builders] == [0, 0]
    return folder


@pytest.fixture(scope="session")
def fleet(installed: Path, built: Path) -> Iterator[Site]:
    """A week of the demonstration's clusters behind an aggregator; nothing of it grows while the tests look."""
    with _aggregator(installed, built) as address:
        yield Site(address)


@pytest.fixture(scope="session")
def billed(installed: Path, built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The same week with its clouds' bills, one in euros and one two days short, and rates; no bill covers today."""
    folder = tmp_path_factory.mktemp("billed")
    shutil.copytree(built / "bucket", folder / "bucket")
    script = Path(__file__).with_name("write_bills.py")
    command = [installed, script, folder / "bills", folder / "bucket", str(DAYS)]
    wanted = subprocess.run(command, env=_environment(), capture_output=True, text=True, check=True).stdout.strip()
    # Read before the aggregator starts, so that its first pass has them: the next one comes ten minutes later.
    read = [installed, "-m", "fleetcost", "billing", "run", "--storage-config", _store(folder)]
    read += ["--data-dir", folder / "data", "--cloud-integration", wanted]
    subprocess.run(read, env=_environment(), capture_output=True, check=True)
    with _aggregator(installed, folder, "--cloud-integration", wanted, "--rates", TABLE, ready=_billed) as address:
        yield Site(address)


def _billed(address: str) -> bool:
    """Tell whether bills are on most assets of a day that every bill reaches; one bill is in another currency."""
    return _up(address) and bool(get(address, "/api/v1/allocations", window=BILLED)["prices"]["uncovered_share"] < 0.5)


@pytest.fixture(scope="session")
def bare(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An aggregator to whose bucket no cluster has ever pushed; everybody may ask."""
    folder = tmp_path_factory.mktemp("bare")
    with _aggregator(installed, folder) as address:
        yield Site(address)


@pytest.fixture(scope="session")
def guarded(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An aggregator that wants a token; the one of the site may ask for nothing but one namespace's allocations."""
    folder = tmp_path_factory.mktemp("guarded")
    tokens = folder / "tokens.yaml"
    digest = hashlib.sha256(NARROW_TOKEN.encode()).hexdigest()
    entry = f"  - {{name: shop, sha256: {digest}, scopes: [read], filter: 'namespace:\"shop\"'}}\n"
    tokens.write_text(f"tokens:\n{entry}")
    with _aggregator(installed, folder, "--tokens-file", str(tokens)) as address:
        yield Site(address, NARROW_TOKEN)


@contextmanager
def _aggregator(python: Path, folder: Path, *more: str, ready: Callable[[str], bool] | None = None) -> Iterator[str]:
    command = ["aggregator", "run", "--storage-config", str(_store(folder)), "--data-dir", str(folder / "data"), *more]
    with _served(python, command, folder, ready or _up) as address:
        yield address


def _store(folder: Path) -> Path:
    """Describe a folder's bucket, which is there afterwards."""
    (folder / "bucket").mkdir(exist_ok=True)
    store = folder / "federated-store.yaml"
    store.write_text(f"type: FILESYSTEM\nconfig:\n  directory: {folder / 'bucket'}\n")
    return store


@contextmanager
def _served(python: Path, command: list[str], folder: Path, ready: Callable[[str], bool]) -> Iterator[str]:
    """Run a command of the wheel that serves, until it is ready."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    whole = [str(python), "-m", "fleetcost", *command, "--port", str(port)]
    with running(whole, environment=_environment(), log=folder / "log", ready=lambda: ready(address), patience=180):
        yield address


def _environment() -> dict[str, str]:
    """Return what a process of the wheel sees: not the tree's packages, only what was installed."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def _up(address: str) -> bool:
    """Tell whether the first ingest is over; a server that wants a token says at least that it is there."""
    try:
        return bool(get(address, "/model/debug/orchestrator")["data"]["passes"] > 0)
    except HTTPError as error:
        return error.code == HTTPStatus.UNAUTHORIZED
    except OSError:
        return False


# Not for the session: while it runs, its driver's event loop is in the way of every other test that starts one.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of this folder."""
    expect.set_options(timeout=PATIENCE_MS)
    with chromium() as found:
        yield found


@pytest.fixture(scope="package")
def wide(browser: Browser) -> Iterator[BrowserContext]:
    """One window of a desk's size; scripts are loaded once and kept, as a visitor's browser does."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    yield context
    context.close()


@pytest.fixture(scope="module")
def tab(wide: BrowserContext) -> Iterator[Page]:
    """The tab that the tests of a module share."""
    opened = wide.new_page()
    yield opened
    opened.close()


@pytest.fixture
def page(tab: Page) -> Iterator[Page]:
    """A page on which any script error or refused resource fails the test."""
    with attentive(tab):
        yield tab
        tab.unroute_all(behavior="ignoreErrors")


@pytest.fixture
def fresh(wide: BrowserContext) -> Iterator[Page]:
    """The same in a tab of its own, for tests that change what a tab cannot be rid of again."""
    opened = wide.new_page()
    with attentive(opened):
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The accessibility checker's script."""
    if not AXE.is_file():
        pytest.fail(f"no {AXE}: `make ui` installs it")
    return AXE.read_text()


@contextmanager
def attentive(page: Page) -> Iterator[None]:
    """Complain at the end of what a visitor must never meet: script errors and broken security rules."""
    complaints: list[str] = []

    def stumbled(error: Error) -> None:
        complaints.append(str(error))

    def wrote(line: ConsoleMessage) -> None:
        # An answer that is no success is also a line of the console; whether it was expected is the test's matter.
        if line.type == "error" and not line.text.startswith("Failed to load resource"):
            complaints.append(line.text)

    page.on("pageerror", stumbled)
    page.on("console", wrote)
    yield
    page.remove_listener("pageerror", stumbled)
    page.remove_listener("console", wrote)
    assert complaints == []
