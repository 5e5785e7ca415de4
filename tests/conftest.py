"""
Which tests run, in which order, and on which worker: what costs most begins first, and its servers start once.

`--servers none` and `--servers only` are the halves of `make test`. Each test is in one of them. A half is not empty
unless somebody chose tests, and skips nothing but for a reason named here.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

SERVED = ("tests/contract", "tests/deploy", "tests/e2e", "tests/engine")
"""Folders all of whose tests need programs that `scripts/setup servers engines` brings."""

ON_ONE_WORKER = ("tests/e2e/ui/", "tests/engine/")
"""Folders whose servers take longer to start than most of their tests; a second worker would start them again."""

MAY_BE_ABSENT = {
    "TEST_SHARED": "files of other people that are not part of the repository",
    "no Ceph": "a second S3 server, installed where no MinIO can be built",
    "no Thanos": "takes minutes to build: `make thanos`",
    "root may write anywhere": "the test is about a user who may not",
}
"""What the halves of `make test` may skip: a part of the reason, and why it is no gap."""

LONGEST_FIRST = tuple(
    f"tests/{folder}/" for folder in ("e2e/ui", "engine", "e2e", "contract", "compat", "unit/ingest", "unit/api")
)
"""Where a worker that begins last would keep all others waiting."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what `make test` and `make test-all` say."""
    group = parser.getgroup("fleetcost")
    group.addoption("--corners", action="store_true", help="run the slow corner cases too, as `make test-all` does")
    group.addoption("--servers", choices=("none", "only"), help="only tests that need no server, or only those that do")
    group.addoption("--gaps", action="store_true", help="with --servers: skip what lacks a program, instead of failing")


def pytest_configure(config: pytest.Config) -> None:
    """
    Try properties on the same examples each time, so that a test fails for what was changed; on more with `--corners`.

    None has a deadline, because other tests run beside it.
    """
    settings.register_profile("quick", deadline=None, derandomize=True, max_examples=50)
    settings.register_profile("corners", deadline=None, max_examples=400)
    settings.load_profile("corners" if config.option.corners else "quick")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even import the files of the other half: every worker would."""
    if config.option.servers is None or not collection_path.name.startswith("test_"):
        return None
    if config.option.servers == "none":
        return _needs_servers(collection_path, config) or None
    return None if _needs_servers(collection_path, config) or _says_real(collection_path) else True


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what was not asked for, and begin with what takes longest."""
    chosen = [item for item in items if _is_asked_for(config, item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(chosen)])
    items[:] = sorted(chosen, key=lambda item: _first(item.nodeid, LONGEST_FIRST))


def _is_asked_for(config: pytest.Config, item: pytest.Item) -> bool:
    if item.get_closest_marker("corner") and not config.option.corners:
        return False
    served = _needs_servers(item.path, config) or item.get_closest_marker("real") is not None
    if served and not (_needs_servers(item.path, config) or _says_real(item.path)):
        message = "is marked `real` by another file, so no half would run it: write `mark.real` in its own"
        raise pytest.UsageError(f"{item.nodeid} {message}")
    return config.option.servers in (None, "only" if served else "none")


def _needs_servers(file: Path, config: pytest.Config) -> bool:
    return file.relative_to(config.rootpath).as_posix().startswith(SERVED)


def _says_real(file: Path) -> bool:
    return "mark.real" in file.read_text()


def _first(nodeid: str, folders: Sequence[str]) -> int:
    """Return the position of the first folder that a test lies in."""
    return next((place for place, folder in enumerate(folders) if nodeid.startswith(folder)), len(folders))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In a half of `make test`, a test that lacks its server fails: a skip among thousands is a gap nobody sees."""
    report = yield
    strict = item.config.option.servers and not item.config.option.gaps
    if strict and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if not any(part in reason for part in MAY_BE_ABSENT):
            report.outcome = "failed"
            report.longrepr = f"{reason}\n`make test` needs it; `make test ARGS=--gaps` goes on without."
    return report


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """A half that is empty though nobody chose is a fault; of chosen tests the other half may have all."""
    options = session.config.option
    chosen = session.config.args_source is not pytest.Config.ArgsSource.TESTPATHS or options.keyword or options.markexpr
    if options.servers and exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and not chosen:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


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
