"""Which tests run, in which order, and on which worker: what costs most begins first, and its servers start once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

SERVED = ("tests/contract", "tests/deploy", "tests/e2e", "tests/engine")
"""Folders all of whose tests need programs that `scripts/setup servers engines` brings."""

ON_ONE_WORKER = ("tests/e2e/ui/", "tests/engine/")
"""Folders whose servers take longer to start than most of their tests; a second worker would start them again."""

LONGEST_FIRST = tuple(
    f"tests/{folder}/" for folder in ("e2e/ui", "engine", "e2e", "contract", "compat", "unit/ingest", "unit/api")
)
"""Where a worker that begins last would keep all others waiting."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what `make test` and `make test-all` say."""
    group = parser.getgroup("fleetcost")
    group.addoption("--corners", action="store_true", help="run the slow corner cases too, as `make test-all` does")
    group.addoption("--servers", choices=("none", "only"), help="only tests that need no server, or only those that do")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even import the files of the other half: every worker would."""
    if config.option.servers is None or not collection_path.name.startswith("test_"):
        return None
    served = collection_path.relative_to(config.rootpath).as_posix().startswith(SERVED)
    if config.option.servers == "none":
        return served or None
    return None if served or "mark.real" in collection_path.read_text() else True


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what was not asked for, and begin with what takes longest."""
    chosen = [item for item in items if _is_asked_for(config, item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(chosen)])
    items[:] = sorted(chosen, key=lambda item: _first(item.nodeid, LONGEST_FIRST))


def _is_asked_for(config: pytest.Config, item: pytest.Item) -> bool:
    if item.get_closest_marker("corner") and not config.option.corners:
        return False
    served = item.nodeid.startswith(SERVED) or item.get_closest_marker("real") is not None
    return config.option.servers in (None, "only" if served else "none")


def _first(nodeid: str, folders: Sequence[str]) -> int:
    """Return the position of the first folder that a test lies in."""
    return next((place for place, folder in enumerate(folders) if nodeid.startswith(folder)), len(folders))


class ByServer(LoadScopeScheduling):
    """Gives a worker a whole file at a time, and a whole folder where its tests share servers."""

    def _split_scope(self, nodeid: str) -> str:
        folder = next((folder for folder in ON_ONE_WORKER if nodeid.startswith(folder)), None)
        return folder or nodeid.split("::", 1)[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByServer:
    """Hand out tests in the order above; xdist itself begins with the files of most tests, which are the fast ones."""
    config.option.loadscopereorder = False
    return ByServer(config, log)
