"""Bad input to the real command: a clear error on one line, and an exit code that says whose fault it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from servers.fleetcost import aggregator, fleetcost

pytestmark = pytest.mark.real

CALLER, OTHER_SIDE = 2, 1


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Good and bad settings to call the command with."""
    home = tmp_path_factory.mktemp("errors")
    (home / "bucket").mkdir()
    (home / "good.yaml").write_text(f"type: FILESYSTEM\nconfig:\n  directory: {home / 'bucket'}\n")
    (home / "typo.yaml").write_text(f"type: FILESYSTEM\nconfig:\n  directroy: {home / 'bucket'}\n")
    (home / "settings.yaml").write_text("intervall_seconds: 5\n")
    return home


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """An aggregator on an empty bucket."""
    with aggregator(folder / "good.yaml", folder / "aggregator") as found:
        yield found


def _check_refused(code: int, *parts: str, arguments: tuple[str, ...]) -> None:
    done = fleetcost(*arguments)
    last = done.stderr.strip().splitlines()[-1]
    assert done.returncode == code, done.stderr
    assert last.startswith("fleetcost: ")
    assert "Traceback" not in done.stderr
    for part in parts:
        assert part in last


def _agent(folder: Path, *more: str, store: str = "good.yaml") -> tuple[str, ...]:
    storage = ("--storage-config", str(folder / store), "--data-dir", str(folder / "agent"))
    return ("agent", "build", "--window", "1h", "--prometheus-url", "http://127.0.0.1:9", *storage, *more)


def test_no_cluster_id(folder: Path) -> None:
    """Without a cluster id nothing starts, and the message says how to give one."""
    _check_refused(CALLER, "no cluster id", "--cluster-id", arguments=_agent(folder))


def test_the_default_id_of_another_product(folder: Path) -> None:
    """An id that every installation of another product has is refused with the reason."""
    arguments = _agent(folder, "--cluster-id", "cluster-one")
    _check_refused(CALLER, "'cluster-one'", "overwrite", arguments=arguments)


def test_unreachable_prometheus(folder: Path) -> None:
    """A source that does not answer is named with its address."""
    arguments = _agent(folder, "--cluster-id", "c1")
    _check_refused(OTHER_SIDE, "http://127.0.0.1:9", "refused", "is the address right", arguments=arguments)


def test_unreadable_storage_file(folder: Path) -> None:
    """A storage file that is not there is named."""
    arguments = _agent(folder, "--cluster-id", "c1", store="absent.yaml")
    _check_refused(CALLER, "absent.yaml", "No such file", arguments=arguments)


def test_unknown_key_of_the_storage_file(folder: Path) -> None:
    """An unknown key is named with its file and line, and so is the one that is missing for it."""
    arguments = _agent(folder, "--cluster-id", "c1", store="typo.yaml")
    _check_refused(CALLER, "typo.yaml", "line 3", "`directroy`", "`config.directory`", arguments=arguments)


def test_unknown_key_of_the_settings(folder: Path) -> None:
    """An unknown setting is named with its file, and the nearest known one."""
    arguments = ("aggregator", "ingest", "--settings", str(folder / "settings.yaml"))
    _check_refused(
        CALLER, "settings.yaml", "'intervall_seconds'", "did you mean 'interval_seconds'", arguments=arguments
    )


def test_bad_window(address: str) -> None:
    """A window that cannot be read is reported with what would be accepted."""
    arguments = ("query", "allocation", "--url", address, "--window", "7x")
    _check_refused(CALLER, "`window` cannot be `7x`", "lastmonth", arguments=arguments)


def test_unknown_aggregate(address: str) -> None:
    """An unknown aggregate is refused with the nearest known one."""
    arguments = ("query", "allocation", "--url", address, "--aggregate", "namspace")
    _check_refused(CALLER, "There is no grouping by `namspace`", "did you mean `namespace`?", arguments=arguments)


def test_an_empty_fleet_is_no_zero(address: str) -> None:
    """A question to an empty fleet says that nothing has arrived; it shows no zero."""
    done = fleetcost("query", "allocation", "--url", address)

    assert done.returncode == 0, done.stderr
    assert "no cluster has pushed" in done.stdout
    assert "0.00" not in done.stdout
